// SPDX-License-Identifier: Apache-2.0
//
// replay_sequence.c: how near the members that agree with a key came to a match.
//
// What might be true counts as true. The longest beginning of the steps, without regard to absences, tells which step
// was lacking; of a candidate that came too late, by how much. Where all steps are there, an absence was broken, and the
// member that broke it is shown.

#include "runtime/exec/lineup.h"
#include "runtime/exec/replay_int.h"
#include "runtime/exec/sequence_search.h"

typedef struct Miss {
    Replay *replay;
    BodyRun *run;
    const Operator *op;
    Members members; // those that agree
    Lineup line;
    uint8_t **truth;            // by step of the pattern, by member
    const PatternStep **wanted; // the steps that are no absences
    uint32_t wanted_count;
    // The partition under way.
    const int64_t *at;
    int64_t count;
    int64_t *tie, *reach;
    uint32_t best_steps; // of the longest beginning so far
} Miss;

static Arena *arena_of(const Miss *miss)
{
    return miss->line.level.arena;
}

static void pick_members(Miss *miss, const Bindings *before, const uint8_t *agree)
{
    BodyRun *run = miss->run;
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, before->count), count = 0;
    for (int64_t i = 0; i < before->count; i++) {
        BindState state = bindings_state(run, before, i);
        if (agree[i] != 0 && !state.a_gone && bind_class_a(&state) < CLASS_SHADOW)
            index[count++] = i;
    }
    miss->members = (Members){.run = run};
    bindings_take(run, before, index, count, run->scratch, &miss->members.all);
}

static void judge_members(Miss *miss)
{
    const Pattern *pattern = &miss->op->pattern;
    miss->truth = ARENA_ARRAY(arena_of(miss), uint8_t *, pattern->step_count);
    miss->wanted = ARENA_ARRAY(arena_of(miss), const PatternStep *, pattern->step_count);
    for (uint32_t s = 0; s < pattern->step_count; s++) {
        Vector truth;
        lineup_truth(miss->run, &miss->members, &pattern->steps[s].condition, 0,
                     miss->members.all.count, &truth);
        miss->truth[s] = truth.truth;
        if (!pattern->steps[s].absent)
            miss->wanted[miss->wanted_count++] = &pattern->steps[s];
    }
}

static bool may_hold(const Miss *miss, const PatternStep *step, int64_t position)
{
    return miss->truth[step - miss->op->pattern.steps][miss->at[position]] != TRUTH_F;
}

// ---------------------------------------------------------------- the longest beginning

static void open_partition(Miss *miss, int64_t group)
{
    const Lineup *line = &miss->line;
    bool descending = miss->op->pattern.sorts[0].descending;
    miss->at = line->at + line->starts[group];
    miss->count = line->starts[group + 1] - line->starts[group];
    miss->tie = ARENA_ARRAY(arena_of(miss), int64_t, miss->count);
    miss->reach = ARENA_ARRAY(arena_of(miss), int64_t, miss->count);
    int64_t reach = descending ? miss->count : 0;
    for (int64_t p = 0; p < miss->count; p++) {
        if (p > 0)
            miss->tie[p] = miss->tie[p - 1] + !lineup_tied(line, miss->at[p - 1], miss->at[p]);
        while (reach < miss->count && line->time[miss->at[reach]] <= line->high[miss->at[p]])
            reach++;
        miss->reach[p] = reach;
    }
}

// The first chain of so many steps, whatever stands between.
static bool find_chain(Miss *miss, uint32_t steps, SearchMatches *out)
{
    const uint8_t **fits = ARENA_ARRAY(arena_of(miss), const uint8_t *, steps),
                  **breaks = ARENA_ARRAY(arena_of(miss), const uint8_t *, steps);
    for (uint32_t s = 0; s < steps; s++) {
        uint8_t *fit = ARENA_ARRAY(arena_of(miss), uint8_t, miss->count);
        for (int64_t p = 0; p < miss->count; p++)
            fit[p] = may_hold(miss, miss->wanted[s], p);
        fits[s] = fit;
    }
    SearchInput input = {.count = miss->count,
                         .steps = steps,
                         .tie = miss->tie,
                         .reach = miss->reach,
                         .fits = fits,
                         .breaks = breaks};
    vec_clear(out);
    sequence_search(&input, arena_of(miss), out);
    return out->count > 0;
}

// ---------------------------------------------------------------- what is told

static void tell(Miss *miss, const PatternStep *step, int64_t position, Str distance)
{
    Replay *replay = miss->replay;
    ReplayTrack *track = replay_track(replay, miss->op);
    const Expr *time = &miss->op->pattern.sorts[0].value;
    Bindings one;
    int64_t member = miss->at[position];
    bindings_take(miss->run, &miss->members.all, &member, 1, miss->run->scratch, &one);
    ReplayValues values = {.count = 0};
    EvalContext context = replay_context(miss->run, &one, time);
    replay_values(replay, &context, time, 0, &values);
    if (step->absent || distance.len > 0) {
        context = replay_context(miss->run, &one, &step->condition);
        replay_values(replay, &context, &step->condition, 0, &values);
    }
    Str condition = arena_printf(replay->arena, STR_FMT ": " STR_FMT, STR_ARG(step->name),
                                 STR_ARG(step->condition.text));
    track->misses[0] = replay_miss_make(replay, condition, &values);
    track->misses[0].distance = distance;
    if (step->absent)
        track->misses[0].absent = step->name;
    for (uint32_t s = miss->run->body->slot_count; s-- > 0;) {
        if (one.rows[s] != NULL && one.rows[s][0] >= 0 &&
            replay->body->slots[s].source.kind != SOURCE_PRODUCED) {
            track->misses[0].row = replay_row(replay, s, one.rows[s][0]);
            break;
        }
    }
    track->miss_count = 1;
}

// The step behind a beginning: a candidate that came too late, else the last member before it.
static void tell_step(Miss *miss, const int64_t *chain, uint32_t steps)
{
    const Lineup *line = &miss->line;
    int64_t last = chain[steps - 1], high = line->high[miss->at[chain[0]]];
    for (int64_t p = last + 1; p < miss->count; p++) {
        if (miss->tie[p] == miss->tie[last] || !may_hold(miss, miss->wanted[steps], p))
            continue;
        int64_t time = line->time[miss->at[p]];
        Str distance = replay_distance(miss->replay, (int128_t)time - high,
                                       miss->op->pattern.sorts[0].value.type);
        tell(miss, miss->wanted[steps], p, distance);
        return;
    }
    tell(miss, miss->wanted[steps], last, (Str){"", 0});
}

// The first member that stands where an absence is wanted.
static void tell_absence(Miss *miss, const int64_t *chain)
{
    const Pattern *pattern = &miss->op->pattern;
    uint32_t before = 0;
    for (uint32_t s = 0; s < pattern->step_count; s++) {
        if (!pattern->steps[s].absent) {
            before++;
            continue;
        }
        bool last = before == miss->wanted_count;
        for (int64_t p = 0; p < miss->count; p++) {
            bool behind = miss->tie[p] >= miss->tie[chain[before - 1]];
            bool within =
                last ? p < miss->reach[chain[0]] : miss->tie[p] <= miss->tie[chain[before]];
            bool itself = p == chain[before - 1] || (!last && p == chain[before]);
            if (behind && within && !itself && may_hold(miss, &pattern->steps[s], p)) {
                tell(miss, &pattern->steps[s], p, (Str){"", 0});
                return;
            }
        }
    }
}

static void look_at_partition(Miss *miss, int64_t group)
{
    SearchMatches chain = {0};
    open_partition(miss, group);
    for (uint32_t steps = miss->wanted_count; steps > miss->best_steps; steps--) {
        if (!find_chain(miss, steps, &chain))
            continue;
        miss->best_steps = steps;
        if (steps == miss->wanted_count)
            tell_absence(miss, chain.items);
        else
            tell_step(miss, chain.items, steps);
    }
    vec_free(&chain);
}

Status replay_miss_sequence(Replay *replay, BodyRun *run, const Operator *op,
                            const Bindings *before, const uint8_t *agree)
{
    Miss miss = {.replay = replay, .run = run, .op = op};
    pick_members(&miss, before, agree);
    if (miss.members.all.count == 0)
        return STATUS_OK;
    TRY(lineup_open(&miss.line, run, &miss.members, (uint32_t)(op - run->body->operators), false,
                    true));
    judge_members(&miss);
    Status status = STATUS_OK;
    for (int64_t g = 0; g < miss.line.level.count && status == STATUS_OK; g++) {
        look_at_partition(&miss, g);
        status = run_poll(run->shared);
    }
    if (miss.best_steps == 0 && miss.line.level.count > 0 && status == STATUS_OK) {
        open_partition(&miss, 0); // not even the first step
        if (miss.count > 0)
            tell(&miss, miss.wanted[0], 0, (Str){"", 0});
    }
    lineup_close(&miss.line);
    return status;
}
