/* SPDX-License-Identifier: MIT */
/* bed.c - the beds and the suite frame of the conformance room, for this room: the build links the
 * helpers of its own directory to each program. */
#include "conformance/bed.c"
#include "conformance/suite.c"
