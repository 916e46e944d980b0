/* SPDX-License-Identifier: MIT */
/* page_requests.h - a device asks software for a page (sections 7.4 and 7.5). */
#ifndef SV_UARCH_PAGE_REQUESTS_H
#define SV_UARCH_PAGE_REQUESTS_H

#include "uarch/pipeline.h"

/* Process one page request message. The answer is there at once; the rest is, too, unless page
 * requests take time. `walk` is scratch. */
svasim_page_answer sv_page_ask(struct sv_pipeline *pipeline, struct sv_walk *walk,
                               const svasim_page_request *request, uint16_t *out_fault);
/* Its entry is in the queue: the tail moves, software is told. */
void sv_page_entry_visible(struct sv_pipeline *pipeline, const svasim_page_request *request);

#endif
