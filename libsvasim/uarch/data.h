/* SPDX-License-Identifier: MIT */
/* data.h - the way of data after the unit's answer. */
#ifndef SV_UARCH_DATA_H
#define SV_UARCH_DATA_H

#include "uarch/pipeline.h"

/* The unit has answered it. A posted request has no answer: its data alone move. */
void sv_data_send(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* Its read of host memory starts; or its data, if it has any, are at the unit. */
void sv_data_started(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_data_arrived(struct sv_pipeline *pipeline, struct sv_txn *txn);

#endif
