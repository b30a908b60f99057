// SPDX-License-Identifier: Apache-2.0
//
// timings.h: --timings: what the steps of a run took, as one line of JSON on stderr (spec/commands.md 2).

#ifndef SUP_COMPILER_CLI_TIMINGS_H
#define SUP_COMPILER_CLI_TIMINGS_H

#include "compiler/cli/command.h"
#include "runtime/runtime.h"

typedef enum TimingsStep {
    TIMINGS_CHECK, // reading and checking the model
    TIMINGS_PLAN,  // making the program, reading options
    TIMINGS_RUN,   // reading the data and computing
    TIMINGS_WRITE, // writing the answer
    TIMINGS_STEP_COUNT
} TimingsStep;

typedef struct Timings {
    int64_t last_us; // when the last step ended
    int64_t step_us[TIMINGS_STEP_COUNT];
} Timings;

void timings_begin(Timings *timings);
// The step has ended now; it began where the one before it ended.
void timings_step(Timings *timings, TimingsStep step);
// Writes the line if it was asked for.
void timings_tell(const Timings *timings, const Args *args, RunTimes times);

#endif
