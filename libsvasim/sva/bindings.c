/* SPDX-License-Identifier: MIT */
/* bindings.c - which PASIDs of which devices use a space? Lists and look-ups only; it must not
 * touch memory or the unit. */
#include "sva/state.h"

static uint64_t binding_key(uint16_t source_id, uint32_t pasid)
{
    return (uint64_t)source_id << SV_PASID_BITS | pasid;
}

static uint64_t user_key(svasim_space space, uint32_t pasid)
{
    return (uint64_t)space << SV_PASID_BITS | pasid;
}

uint32_t sv_binding_find(const svasim_sva *sva, uint16_t source_id, uint32_t pasid)
{
    uint64_t found;
    return sv_index_get(&sva->binding_of, binding_key(source_id, pasid), &found) ? (uint32_t)found
                                                                                 : SV_NONE;
}

bool sv_binding_reserve(svasim_sva *sva)
{
    if (!sv_index_reserve(&sva->binding_of, 1) || !sv_index_reserve(&sva->user_of, 1))
        return false;
    void *bindings =
        sv_pool_room(&sva->alloc, &sva->binding_pool, sva->bindings, sizeof *sva->bindings);
    if (!bindings)
        return false;
    sva->bindings = bindings;
    void *users = sv_pool_room(&sva->alloc, &sva->user_pool, sva->users, sizeof *sva->users);
    if (!users)
        return false;
    sva->users = users;
    return true;
}

static uint32_t user_for(svasim_sva *sva, svasim_space space, uint32_t pasid)
{
    uint64_t found;
    if (sv_index_get(&sva->user_of, user_key(space, pasid), &found))
        return (uint32_t)found;
    struct sv_pool *pool = &sva->user_pool;
    uint32_t number = pool->vacant;
    if (number != SV_NONE)
        pool->vacant = sva->users[number].next;
    else
        number = pool->count++;
    uint32_t *head = &sva->spaces[space].first_user;
    sva->users[number] = (struct sv_user){.pasid = pasid,
                                          .space = space,
                                          .first_binding = SV_NONE,
                                          .next = *head,
                                          .previous = SV_NONE};
    if (*head != SV_NONE)
        sva->users[*head].previous = number;
    *head = number;
    sv_index_put(&sva->user_of, user_key(space, pasid), number);
    return number;
}

void sv_binding_add(svasim_sva *sva, uint16_t source_id, uint32_t pasid, svasim_space space)
{
    uint32_t user = user_for(sva, space, pasid);
    struct sv_pool *pool = &sva->binding_pool;
    uint32_t number = pool->vacant;
    if (number != SV_NONE)
        pool->vacant = sva->bindings[number].next;
    else
        number = pool->count++;
    uint32_t *head = &sva->users[user].first_binding;
    sva->bindings[number] = (struct sv_binding){
        .pasid = pasid, .user = user, .next = *head, .previous = SV_NONE, .source_id = source_id};
    if (*head != SV_NONE)
        sva->bindings[*head].previous = number;
    *head = number;
    sv_index_put(&sva->binding_of, binding_key(source_id, pasid), number);
}

static void remove_user(svasim_sva *sva, uint32_t number)
{
    struct sv_user *user = &sva->users[number];
    sv_index_remove(&sva->user_of, user_key(user->space, user->pasid));
    if (user->previous != SV_NONE)
        sva->users[user->previous].next = user->next;
    else
        sva->spaces[user->space].first_user = user->next;
    if (user->next != SV_NONE)
        sva->users[user->next].previous = user->previous;
    user->next = sva->user_pool.vacant;
    sva->user_pool.vacant = number;
}

void sv_binding_remove(svasim_sva *sva, uint32_t number)
{
    struct sv_binding *binding = &sva->bindings[number];
    struct sv_user *user = &sva->users[binding->user];
    sv_index_remove(&sva->binding_of, binding_key(binding->source_id, binding->pasid));
    if (binding->previous != SV_NONE)
        sva->bindings[binding->previous].next = binding->next;
    else
        user->first_binding = binding->next;
    if (binding->next != SV_NONE)
        sva->bindings[binding->next].previous = binding->previous;
    if (user->first_binding == SV_NONE)
        remove_user(sva, binding->user);
    binding->next = sva->binding_pool.vacant;
    sva->binding_pool.vacant = number;
}
