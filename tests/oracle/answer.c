/* SPDX-License-Identifier: MIT */
/* answer.c - the fault conditions of the naive translator: reason code, whether FPD silences the
 * log, and what a translation request is told (rev 5.10 section 7.1.3, typed again). It must not
 * know when they occur. */
#include "way.h"

#include <string.h>

/* How a translation request is answered. */
enum { T_UR, T_CA, T_OK0, T_OKE, T_OK0_LOGGED };

static const struct row {
    const char *name;
    uint8_t code;
    uint8_t translation;
    bool always_logged;
} rows[] = {
    {"LRT.2", 0x01, T_UR, true},           {"LCT.2", 0x02, T_UR, false},
    {"LCT.4.1", 0x03, T_CA, false},        {"LCT.4.2", 0x03, T_CA, false},
    {"LCT.4.3", 0x03, T_CA, false},        {"LGN.1.1", 0x04, T_OK0, false},
    {"LGN.1.2", 0x04, T_UR, false},        {"LGN.1.3", 0x04, T_UR, false},
    {"LGN.2", 0x05, T_OKE, false},         {"LGN.3", 0x06, T_OKE, false},
    {"LSS.1", 0x07, T_CA, false},          {"LRT.1", 0x08, T_CA, true},
    {"LCT.1", 0x09, T_CA, true},           {"LRT.3", 0x0A, T_CA, true},
    {"LCT.3", 0x0B, T_CA, false},          {"LSS.2", 0x0C, T_CA, false},
    {"LCT.5", 0x0D, T_UR, false},          {"LGN.4", 0x0E, T_CA, false},
    {"INT.29", 0x29, T_UR, true},          {"RTA.1.1", 0x30, T_CA, true},
    {"RTA.1.2", 0x30, T_CA, true},         {"RTA.1.3", 0x30, T_CA, true},
    {"RTA.1.4", 0x30, T_CA, true},         {"RTA.2", 0x31, T_UR, true},
    {"RTA.4", 0x33, T_UR, true},           {"RTA.5", 0x34, T_UR, true},
    {"SRT.1", 0x38, T_CA, true},           {"SRT.2", 0x39, T_UR, true},
    {"SRT.3", 0x3A, T_CA, true},           {"SCT.1", 0x40, T_CA, true},
    {"SCT.2", 0x41, T_UR, false},          {"SCT.3", 0x42, T_CA, false},
    {"SCT.4.1", 0x43, T_CA, false},        {"SCT.4.2", 0x43, T_CA, false},
    {"SCT.4.3", 0x43, T_CA, false},        {"SCT.5", 0x44, T_UR, false},
    {"SCT.6", 0x45, T_UR, false},          {"SCT.7", 0x46, T_UR, false},
    {"SCT.9", 0x48, T_UR, false},          {"SCT.10", 0x49, T_UR, false},
    {"SPD.1", 0x50, T_CA, true},           {"SPD.2", 0x51, T_OK0, false},
    {"SPD.3", 0x52, T_CA, false},          {"SPT.1", 0x58, T_CA, true},
    {"SPT.2", 0x59, T_OK0, false},         {"SPT.3", 0x5A, T_CA, false},
    {"SPT.4.1", 0x5B, T_CA, false},        {"SPT.4.2", 0x5B, T_CA, false},
    {"SPT.4.3", 0x5B, T_CA, false},        {"SPT.4.4", 0x5B, T_CA, false},
    {"SPT.5", 0x5C, T_OK0, false},         {"SPT.6", 0x5D, T_OK0, false},
    {"SFS.1", 0x70, T_OK0, false},         {"SFS.2", 0x71, T_OK0, false},
    {"SFS.3", 0x72, T_OK0, false},         {"SFS.4", 0x73, T_OK0, false},
    {"SFS.5", 0x74, T_OK0, false},         {"SFS.6", 0x75, T_OK0, false},
    {"SFS.7", 0x76, T_OK0, false},         {"SFS.8", 0x77, T_OK0, false},
    {"SSS.1", 0x78, T_CA, false},          {"SSS.2", 0x79, T_OK0, false},
    {"SSS.3", 0x7A, T_CA, false},          {"SSS.4", 0x7B, T_CA, false},
    {"SSS.5", 0x7C, T_CA, false},          {"SSS.6", 0x7D, T_CA, false},
    {"SGN.1", 0x80, T_OK0, false},         {"SGN.2", 0x81, T_OK0, false},
    {"SGN.4.1", 0x83, T_UR, false},        {"SGN.4.2", 0x83, T_OK0, false},
    {"SGN.5", 0x84, T_OK0, false},         {"SGN.6", 0x85, T_OKE, false},
    {"SGN.7", 0x86, T_OKE, false},         {"SGN.8.1", 0x87, T_CA, false},
    {"SGN.8.2", 0x87, T_CA, false},        {"SGN.8.3", 0x87, T_UR, false},
    {"SGN.10", 0x89, T_UR, false},         {"SFS.9", 0x90, T_OK0, false},
    {"SFS.10", 0x91, T_OK0_LOGGED, false},
};

bool fail(struct way *w, const char *name)
{
    const struct row *row = rows;
    while (strcmp(row->name, name) != 0)
        row++;
    bool log = row->always_logged || !w->fpd;
    w->out.fault = row->name;
    w->out.code = row->code;
    w->out.r = w->out.w = w->out.u = w->out.snoop = false;
    w->out.address = w->out.page_bytes = 0;
    w->out.domain_id = 0;
    w->out.status = ORACLE_UR;
    w->out.logged = log;
    if (w->rq->at == ORACLE_TRANSLATION) {
        w->out.status = row->translation == T_UR   ? ORACLE_UR
                        : row->translation == T_CA ? ORACLE_CA
                                                   : ORACLE_OK;
        if (row->translation == T_OK0 || row->translation == T_OKE)
            w->out.logged = false;
    }
    return false;
}

const char *oracle_fault_name(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? rows[index].name : NULL;
}
