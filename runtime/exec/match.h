// SPDX-License-Identifier: Apache-2.0
//
// match.h: match models while a body runs, and how the weight of one pair comes about.

#ifndef SUP_RUNTIME_EXEC_MATCH_H
#define SUP_RUNTIME_EXEC_MATCH_H

#include "runtime/exec/partner_int.h"

// Instead of a level's number.
#define MATCH_LEVEL_ELSE UINT32_MAX
#define MATCH_LEVEL_MISSING (UINT32_MAX - 1)

// The weight (bits at scale 6) of the pair of a row of the earlier side and a row of the clause's own side.
// `levels` receives, per compare of the model, the level that decided. Uses run->scratch.
int64_t match_waterfall(BodyRun *run, const PartnerRun *partner, int64_t earlier, int64_t row,
                        uint32_t *levels);

#endif
