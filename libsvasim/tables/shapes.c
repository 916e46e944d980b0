/* SPDX-License-Identifier: MIT */
/* shapes.c - which layout and field does the builder mean? Names become pointers here, once per
 * builder; it must not know where entries are. */
#include "tables/builder.h"

static const char *const paging_layouts[2][SV_FORM_COUNT] = {
    {"first_table_top", "first_table", "first_leaf_4k", "first_leaf_2m", "first_leaf_1g"},
    {"second_table_top", "second_table", "second_leaf_4k", "second_leaf_2m", "second_leaf_1g"},
};

static bool open_paging(struct sv_paging *paging, const char *name)
{
    const svasim_layout *layout = svasim_layout_find(name);
    if (!layout)
        return false;
    *paging = (struct sv_paging){
        .layout = layout,
        .p = svasim_field_find(layout, "p"),
        .r = svasim_field_find(layout, "r"),
        .rw = svasim_field_find(layout, "rw"),
        .w = svasim_field_find(layout, "w"),
        .us = svasim_field_find(layout, "us"),
        .a = svasim_field_find(layout, "a"),
        .d = svasim_field_find(layout, "d"),
        .ps = svasim_field_find(layout, "ps"),
        .addr = svasim_field_find(layout, "addr"),
    };
    return paging->addr && paging->a &&
           (paging->p ? paging->rw && paging->us : paging->r && paging->w);
}

bool sv_shapes_open(struct sv_shapes *shapes)
{
    bool found = true;
#define SHAPE(layout) found = found && (shapes->layout = svasim_layout_find(#layout)) != NULL;
#define PART(layout, field)                                                                        \
    found = found && (shapes->layout##_##field = svasim_field_find(shapes->layout, #field)) != NULL;
#include "tables/shapes.def"
#undef SHAPE
#undef PART
    for (unsigned second = 0; second < 2; second++)
        for (unsigned form = 0; form < SV_FORM_COUNT; form++)
            found =
                found && open_paging(&shapes->paging[second][form], paging_layouts[second][form]);
    return found;
}
