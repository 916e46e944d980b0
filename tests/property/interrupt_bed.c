/* SPDX-License-Identifier: MIT */
/* interrupt_bed.c - the interrupt bed of the conformance room, for this room: see bed.c. */
#include "conformance/interrupt_bed.c"
