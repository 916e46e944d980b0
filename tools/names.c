/* SPDX-License-Identifier: MIT */
/* names.c - what are requests, submissions and answers called in output? One word each, the same in
 * every command. Knows no output format. */
#include <inttypes.h>

#include "cli.h"

const char *cli_op_name(const svasim_request *request)
{
    static const char *const names[] = {"read", "write", "atomic"};
    if (request->at == SVASIM_TRANSLATION)
        return "ats";
    if (request->at == SVASIM_TRANSLATED)
        return "translated";
    return request->op <= SVASIM_ATOMIC ? names[request->op] : "reserved";
}

const char *cli_submit_name(svasim_submit_kind kind)
{
    static const char *const names[] = {"enqcmd", "enqcmds", "movdir64b"};
    return names[kind];
}

const char *cli_submit_result_name(svasim_submit_result result)
{
    static const char *const names[] = {"accepted", "retry", "dropped", "gp"};
    return names[result];
}

const char *cli_page_need_name(unsigned flags)
{
    static const char *const names[] = {"none", "read", "write", "read+write"};
    return names[flags & (SVASIM_PAGE_READ | SVASIM_PAGE_WRITE)];
}

const char *cli_page_answer_name(svasim_page_answer answer)
{
    static const char *const names[] = {"queued", "success", "invalid", "dropped"};
    return names[answer];
}

const char *cli_delivery_name(unsigned delivery)
{
    static const char *const names[] = {"fixed", "lowest", "smi",       "reserved3",
                                        "nmi",   "init",   "reserved6", "extint"};
    return names[delivery & 7];
}

const char *cli_interrupt_text(const svasim_response *response, char out[CLI_INTERRUPT_TEXT])
{
    svasim_message message;
    const char *posted = response->flags & SVASIM_POSTED ? "posted, " : "";
    if (response->address == 0) {
        (void)snprintf(out, CLI_INTERRUPT_TEXT, "%sno message", posted);
        return out;
    }
    svasim_message_decode(response->address, response->data, &message);
    (void)snprintf(out, CLI_INTERRUPT_TEXT,
                   "%smessage 0x%" PRIx64 " 0x%04" PRIx32 ": vector 0x%02x to %s 0x%" PRIx32
                   "%s, %s, %s",
                   posted, response->address, response->data, message.vector,
                   message.logical ? "logical" : "physical", message.destination,
                   message.hint ? " or one of them" : "", cli_delivery_name(message.delivery),
                   message.level ? "level" : "edge");
    return out;
}
