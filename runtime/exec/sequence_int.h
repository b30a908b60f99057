// SPDX-License-Identifier: Apache-2.0
//
// sequence_int.h: one sequence at work; shared by sequence.c (conditions, results) and sequence_match.c (partitions).

#ifndef SUP_RUNTIME_EXEC_SEQUENCE_INT_H
#define SUP_RUNTIME_EXEC_SEQUENCE_INT_H

#include "runtime/exec/lineup.h"

// What both readings share: the conditions of all steps over all members.
typedef struct Sequence {
    BodyRun *run;
    const Operator *op;
    const Members *members;
    Arena *arena;
    const PatternStep **wanted; // the steps that are no absences
    uint32_t wanted_count;
    uint8_t **truth; // by step of the pattern, by member: Truth
    CauseId *unsure; // by member: why its first undetermined condition is; NULL: none is
} Sequence;

// One match, or (members_at < 0) those that a member without a place may make.
typedef struct Made {
    int64_t members_at; // of the first step; one number per wanted step
    int64_t group;      // -1: of no partition
    RowClass row_class; // at least; the members may be worse
    CauseId cause;      // of the sequence's own mark, 0: none
} Made;

typedef struct SequenceReading {
    const Sequence *sequence;
    Lineup line;
    bool is_a;
    bool guarded; // shadow members are more than tolerated
    VEC(int64_t) members;
    VEC(Made) made;
} SequenceReading;

// Finds the matches of all partitions (sequence_match.c).
Status sequence_match(SequenceReading *reading);

// The truth of step `step` of the pattern for a member.
static inline Truth sequence_truth(const Sequence *sequence, uint32_t step, int64_t member)
{
    return (Truth)sequence->truth[step][member];
}

#endif
