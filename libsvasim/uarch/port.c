/* SPDX-License-Identifier: MIT */
/* port.c - limits of the devices' outstanding requests.
 *
 * Model choice: a request that asks for more than port.read_bytes is sent when nothing else is
 * outstanding. */
#include "uarch/port.h"

#include "uarch/link.h"

#define ANSWERED (UINT32_C(1) << 31)

bool sv_port_init(struct sv_port *port, const svasim_config *config, const svasim_alloc *alloc)
{
    const uint64_t *value = config->value;
    *port = (struct sv_port){
        .in_order = value[SV_KEY_IN_ORDER] != 0,
        .read_bytes = value[SV_KEY_READ_BYTES],
        .credits = (uint32_t)value[SV_KEY_CREDITS],
        .posted_credits = (uint32_t)value[SV_KEY_POSTED_CREDITS],
    };
    port->limits = port->in_order || port->read_bytes || port->posted_credits;
    if (port->limits)
        port->sent = sv_alloc_array(alloc, port->credits, sizeof *port->sent);
    return port->sent || !port->limits;
}

void sv_port_free(struct sv_port *port, const svasim_alloc *alloc)
{
    sv_alloc_free(alloc, port->sent);
}

static bool is_posted(const svasim_request *request)
{
    return !sv_link_returns(request);
}

/* Data that it will be answered with. */
static uint32_t data_bytes(const svasim_request *request)
{
    bool has_data = !is_posted(request) && request->at != SVASIM_TRANSLATION;
    return has_data ? request->length : 0;
}

bool sv_port_admits(const struct sv_port *port, const svasim_request *request)
{
    if (port->in_order && port->next - port->oldest == port->credits)
        return false;
    if (port->posted_credits && is_posted(request) && port->posted == port->posted_credits)
        return false;
    uint32_t bytes = data_bytes(request);
    return !port->read_bytes || !bytes || !port->bytes || port->bytes + bytes <= port->read_bytes;
}

uint64_t sv_port_sent(struct sv_port *port, const svasim_request *request)
{
    uint32_t bytes = data_bytes(request);
    port->posted += is_posted(request);
    port->bytes += bytes;
    port->sent[port->next % port->credits] = bytes;
    return port->next++;
}

void sv_port_answered(struct sv_port *port, uint64_t place, const svasim_request *request)
{
    port->posted -= is_posted(request);
    if (!port->in_order) {
        port->bytes -= data_bytes(request);
        return;
    }
    port->sent[place % port->credits] |= ANSWERED;
    while (port->oldest != port->next && port->sent[port->oldest % port->credits] & ANSWERED)
        port->bytes -= port->sent[port->oldest++ % port->credits] & ~ANSWERED;
}
