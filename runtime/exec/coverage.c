// SPDX-License-Identifier: Apache-2.0
//
// coverage.c: `covered at d, c`: is the time (all of it, for a month or period) within what the right side covers?
//
// For a relation every table with `covers` that it reads must cover the time (spec/evaluation.md 9). A time that
// is not known is not covered. Several `covers` of one table are united before the test, so a period may reach
// over the seam of two deliveries.

#include "runtime/exec/coverage.h"
#include "runtime/base/time.h"
#include "runtime/data/vector.h"
#include "runtime/exec/body_int.h"

// Where an absence is asked for.
typedef enum Where { WHERE_EVERYWHERE, WHERE_REGION, WHERE_SOMEWHERE } Where;

static bool region_fits(const Covers *covers, Where where, Str region)
{
    if (covers->region_prefix.len == 0 || where == WHERE_SOMEWHERE)
        return true;
    return where == WHERE_REGION && str_starts(region, covers->region_prefix);
}

// The last day up to which days from `from` on are covered without a hole; from - 1: `from` itself is not.
static int64_t covered_until(const TableDecl *table, int64_t from, Where where, Str region)
{
    int64_t until = from - 1;
    for (bool grown = true; grown;) {
        grown = false;
        for (uint32_t i = 0; i < table->covers_count; i++) {
            const Covers *covers = &table->covers[i];
            if (covers->from <= until + 1 && covers->to > until &&
                region_fits(covers, where, region)) {
                until = covers->to;
                grown = until != INT64_MAX;
                if (until == INT64_MAX)
                    return until;
            }
        }
    }
    return until;
}

static bool pair_is_covered(const BodyRun *run, const uint32_t *tables, uint32_t table_count,
                            Pair days, Where where, Str region)
{
    for (uint32_t i = 0; i < table_count; i++) {
        const TableDecl *table = &run->shared->program->tables[tables[i]];
        if (table->covers_count > 0 && covered_until(table, days.a, where, region) < days.b)
            return false;
    }
    return true;
}

bool coverage_holds(const BodyRun *run, const uint32_t *tables, uint32_t table_count, Pair days)
{
    return pair_is_covered(run, tables, table_count, days, WHERE_SOMEWHERE, (Str){0});
}

static bool known_at(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[vector->constant ? 0 : index] == VALUE_KNOWN;
}

void coverage_test(const BodyRun *run, const Coverage *coverage, const Bindings *batch,
                   Arena *arena, uint8_t *covered)
{
    memset(covered, 1, (size_t)batch->count);
    if (!coverage->written)
        return;
    EvalContext context = bindings_context(run, batch, arena);
    Vector at, region;
    eval_expr(&context, &coverage->at, &at);
    ASSERT(at.phys == PHYS_PAIR);
    bool asks_region = coverage->region.count > 0;
    if (asks_region)
        eval_expr(&context, &coverage->region, &region);
    for (int64_t i = 0; i < batch->count; i++) {
        bool has_region = asks_region && known_at(&region, i);
        Str code = has_region ? dict_str(run->shared->dict, region.code[region.constant ? 0 : i])
                              : (Str){0};
        covered[i] =
            known_at(&at, i) && pair_is_covered(run, coverage->tables, coverage->table_count,
                                                at.pair[at.constant ? 0 : i],
                                                has_region ? WHERE_REGION : WHERE_EVERYWHERE, code);
    }
}

// ---------------------------------------------------------------- laws

static bool in_force(const Law *law, int64_t day)
{
    for (uint32_t v = 0; v < law->version_count; v++) {
        if (law->versions[v].from <= day && day <= law->versions[v].to)
            return true;
    }
    return false;
}

int64_t citation_day(const Citation *citation, int64_t value)
{
    return citation->at.type.kind == TYPE_DATETIME ? datetime_date(value) : value;
}

void citation_truth(const EvalContext *context, const Citation *citation, Vector *truth)
{
    const Law *law = &context->shared->program->laws[citation->law];
    CauseId no_version = cause_intern(context->shared->causes, REASON_NO_VERSION, law->name);
    Vector at;
    eval_expr(context, &citation->at, &at);
    vector_expand(&at, context->count, context->arena);
    ASSERT(at.phys == PHYS_I64);
    vector_make(truth, PHYS_BOOL, context->count, context->arena);
    for (int64_t i = 0; i < context->count; i++) {
        bool known = at.state == NULL || at.state[i] == VALUE_KNOWN;
        if (known && in_force(law, citation_day(citation, at.i64[i]))) {
            truth->truth[i] = TRUTH_T;
            continue;
        }
        CauseId cause = known ? no_version : at.cause[i];
        vector_set_unknown(truth, i, known ? VALUE_ISSUE : (ValueState)at.state[i], cause,
                           context->arena);
        truth->truth[i] = TRUTH_U;
    }
}
