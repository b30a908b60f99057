// SPDX-License-Identifier: Apache-2.0
//
// partner_reads.c: which rows the `?` of a slot rests on: two of them are the same where these agree.

#include "runtime/exec/connect.h"
#include "runtime/exec/partner_int.h"

// Of a slot that a step keeps: what the slot that it took over rests on, as the step keeps it.
static uint64_t step_reads(const BodyRun *run, const PatternStep *step, const Pattern *pattern,
                           uint32_t taken)
{
    uint64_t reads = 0, rests = partner_reads(run, taken);
    for (uint32_t t = 0; t < pattern->taken_count; t++)
        reads |= (rests >> pattern->taken[t] & 1) << step->slots[t];
    return reads;
}

static uint64_t kept_reads(const BodyRun *run, const Operator *op, uint32_t slot)
{
    const Pattern *pattern = &op->pattern;
    if (op->kind == OPERATOR_SESSION && op->slot == slot)
        return body_bound_slots(run->body, op);
    for (uint32_t s = 0; s < pattern->step_count; s++) {
        const PatternStep *step = &pattern->steps[s];
        for (uint32_t t = 0; !step->absent && t < pattern->taken_count; t++) {
            if (step->slots[t] == slot)
                return step_reads(run, step, pattern, pattern->taken[t]);
        }
    }
    return 0;
}

uint64_t partner_reads(const BodyRun *run, uint32_t slot)
{
    for (uint32_t i = 0; i < run->end_operator; i++) {
        const PartnerRun *partner = run->partners[i];
        if (run->connects[i] != NULL && run->body->operators[i].slot == slot)
            return connect_reads(run->connects[i]);
        uint64_t kept = kept_reads(run, &run->body->operators[i], slot);
        if (kept != 0)
            return kept;
        if (partner == NULL || partner->partner->slot != slot)
            continue;
        const Coverage *coverage = &partner->partner->coverage;
        return partner->earlier_slots | expr_slots(&coverage->at) | expr_slots(&coverage->region) |
               expr_slots(&partner->partner->upto) | expr_slots(&partner->partner->low);
    }
    return 0;
}
