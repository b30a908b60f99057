// SPDX-License-Identifier: Apache-2.0
//
// flow.h: how many rows pass each clause of a run (`--counts`); runtime.h says what the numbers mean.

#ifndef SUP_RUNTIME_EXEC_FLOW_H
#define SUP_RUNTIME_EXEC_FLOW_H

#include "runtime/runtime.h"

typedef struct Flow Flow;
typedef struct Observer Observer;

// Counts for the bodies of `program`, which must outlive it. The caller owns it.
Flow *flow_create(const Program *program);
void flow_destroy(Flow *flow);
// What to set in RunShared while bodies run.
const Observer *flow_observer(const Flow *flow);
// The bodies, in the order in which they run.
uint32_t flow_count(const Flow *flow);
const BodyFlow *flow_get(const Flow *flow, uint32_t index);

#endif
