/* SPDX-License-Identifier: MIT */
/* port.h - how many requests the devices may have outstanding, beyond the number of credits: in
 * the order they were sent, or up to so many bytes of data to come. */
#ifndef SV_UARCH_PORT_H
#define SV_UARCH_PORT_H

#include "base/alloc.h"
#include "spec/config.h"
#include "svasim/svasim.h"

struct sv_port {
    bool limits;    /* anything but the credits does */
    bool in_order;  /* a request is over only when all before it are */
    uint32_t *sent; /* ring: bytes of each request from `oldest` on, and whether it is answered */
    uint64_t next, oldest;      /* counts of requests; the second only if `in_order` */
    uint64_t bytes, read_bytes; /* of data outstanding; at most */
    uint32_t credits, posted, posted_credits;
};

bool sv_port_init(struct sv_port *port, const svasim_config *config, const svasim_alloc *alloc);
void sv_port_free(struct sv_port *port, const svasim_alloc *alloc);
/* May the devices send it now? Only if `limits`, like the rest. */
bool sv_port_admits(const struct sv_port *port, const svasim_request *request);
/* It was sent; returns its place, which sv_port_answered wants. */
uint64_t sv_port_sent(struct sv_port *port, const svasim_request *request);
void sv_port_answered(struct sv_port *port, uint64_t place, const svasim_request *request);

#endif
