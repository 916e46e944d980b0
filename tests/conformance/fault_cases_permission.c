/* SPDX-License-Identifier: MIT */
/* fault_cases_permission.c - how translated requests of a device with HPTE = 1 fault: in the PASID
 * structures, at the end of the host permission table, and in it (sections 4.2.4, 9.12). */
#include "conformance/fault_cases.h"

#define NOWHERE "0x20000000000"
#define HPTS    "cap.hpts=on cap.hpt1gps=on"
#define CHECKED "context hpte=1;"
#define GRANTED CHECKED "hpt1 pp7=3;" /* the page of BED_VA, 0x1234567000, is the eighth */

static const struct fault_case permission[] = {
    {RAISE(SPD_1), "----CC-", 1, 1, 'r', HPTS, CHECKED "context pasiddirptr=" NOWHERE},
    {RAISE(SPD_2), "----UU-", 2, 1, 'r', HPTS, CHECKED "dir p=0"},
    {RAISE(SPD_3), "----CC-", 2, 1, 'r', HPTS, CHECKED "dir bit2=1"},
    {RAISE(SPT_1), "----CC-", 2, 1, 'r', HPTS, CHECKED "dir smptblptr=" NOWHERE},
    {RAISE(SPT_2), "----UU-", 3, 1, 'r', HPTS, CHECKED "pasid p=0"},
    {RAISE(SPT_3), "----CC-", 3, 1, 'r', HPTS, CHECKED "pasid bit259=1"},
    {RAISE(SPT_3), "----CC-", 3, 1, 'r', HPTS " cap.nd=4", CHECKED "pasid hptdid=0x1000"},
    {RAISE(SPT_3), "----CC-", 3, 1, 'r', HPTS " cap.haw=46", CHECKED "pasid bit302=1"},
    {RAISE(SPT_4_1), "----CC-", 3, 2, 'r', HPTS, CHECKED "pasid aw=0"},
    {RAISE(SPT_4_2), "----CC-", 3, 1, 'r', HPTS, CHECKED "pasid pgtt=5"},
    {RAISE(SPT_4_3), "----CC-", 3, 1, 'r', HPTS, CHECKED "pasid fspm=2"},
    {RAISE(SPT_4_4), "----CC-", 3, 3, 'r', HPTS " cap.haw=46",
     CHECKED "pasid aw=1 fsptptr=0x200000000000", .second_levels = 3},
    {RAISE(SPT_9), "----UU-", 3, 1, 'r', HPTS, GRANTED, .address = UINT64_C(1) << 49},
    {RAISE(SPT_9), "----UU-", 3, 4, 'w', HPTS, GRANTED "pasid hptsz=2",
     .address = UINT64_C(1) << 51},
    {RAISE(HPT_3), "----CC-", 3, 1, 'r', HPTS, GRANTED "pasid hptptr=" NOWHERE},
    {RAISE(HPT_1), "----CC-", 3, 1, 'r', HPTS, GRANTED "hpt4 addr=" NOWHERE},
    {RAISE(HPT_1), "----CC-", 3, 2, 'w', HPTS, GRANTED "hpt3 addr=" NOWHERE},
    {RAISE(HPT_1), "----CC-", 3, 3, 'z', HPTS, GRANTED "hpt2 addr=" NOWHERE},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', HPTS, GRANTED "hpt4 bit0=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', HPTS, GRANTED "hpt4 av=0 bit75=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', HPTS " cap.haw=46", GRANTED "hpt4 bit110=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', HPTS, GRANTED "hpt3 bit32=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', HPTS, GRANTED "hpt3 bit31=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', "cap.hpts=on", GRANTED "hpt3 pp0=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'r', HPTS, GRANTED "hpt2 bit63=1"},
    {RAISE(HPT_2), "----CC-", 3, 1, 'a', HPTS, GRANTED "hpt1 bit127=1"},
    {RAISE(HPT_4), "----UU-", 3, 1, 'z', HPTS, GRANTED "hpt1 pp7=0"},
    {RAISE(HPT_4), "----UU-", 3, 1, 'z', HPTS, GRANTED "hpt4 av=0"},
    {RAISE(HPT_5), "----UU-", 3, 1, 'w', HPTS, GRANTED "hpt1 pp7=1"},
    {RAISE(HPT_5), "----UU-", 3, 1, 'a', HPTS, GRANTED "hpt1 pp7=1"},
    {RAISE(HPT_5), "----UU-", 3, 1, 'w', HPTS, GRANTED "hpt3 av=0"},
    {RAISE(HPT_5), "----UU-", 3, 1, 'w', HPTS, GRANTED "hpt2 pp2=1"}, /* 2 MiB, ends the walk */
    {RAISE(HPT_5), "----UU-", 3, 1, 'w', HPTS,
     GRANTED "hpt3 pp0=1 pp1=1 pp2=1 pp3=1 pp4=1"
             " pp5=1 pp6=1 pp7=1"},
    {RAISE(HPT_5), "----UU-", 3, 1, 'a', HPTS, GRANTED "hpt1 pp7=0"},
    {RAISE(HPT_6), "----UU-", 3, 1, 'r', HPTS, GRANTED "hpt1 pp7=2"},
    {RAISE(HPT_6), "----UU-", 3, 1, 'a', HPTS, GRANTED "hpt1 pp7=2"},
    {RAISE(HPT_6), "----UU-", 3, 1, 'r', HPTS, GRANTED "hpt2 av=0"},
    {RAISE(HPT_6), "----UU-", 3, 1, 'z', HPTS " cap.zlr=off", GRANTED "hpt1 pp7=2"},
    {RAISE(HPT_6), "----UU-", 3, 1, 'z', HPTS " cap.zlr=off", GRANTED "hpt4 av=0"},
};
FAULT_CASES(fault_cases_permission, permission);
