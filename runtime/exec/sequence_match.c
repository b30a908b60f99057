// SPDX-License-Identifier: Apache-2.0
//
// sequence_match.c: the matches of each partition, with uncertain members.
//
// Two runs say what is certain: the strict one, in which uncertain members are no steps and break every absence that
// they may reach, and the open one, in which they may be steps and break none. Where shadow members are more than
// tolerated, two further runs see them as well. A match that all four find is decided. A partition whose members are all
// certain, with conditions that are all decided, needs one run.

#include "runtime/base/time.h"
#include "runtime/exec/coverage.h"
#include "runtime/exec/sequence_int.h"
#include "runtime/exec/sequence_search.h"

enum { RUN_STRICT, RUN_OPEN, RUN_STRICT_GUARD, RUN_OPEN_GUARD, RUN_COUNT };

// What members without a place may do to a partition.
typedef struct Strays {
    bool present, steps, breaks; // may be a step; may break an absence
    CauseId step_cause, cause;   // the least of those that may be a step, and of all
} Strays;

typedef struct Part {
    SequenceReading *reading;
    Arena *arena;
    int64_t group;
    const int64_t *at; // members by position
    int64_t count;
    int64_t *tie, *reach;
    uint8_t *beyond, *row_class;
    Strays near, far; // possible members without a place; shadows without one
    bool is_clean, has_far;
} Part;

typedef struct Matcher {
    SequenceReading *reading;
    bool ends_absent;
    Strays *strays; // by class of unplaced members; NULL: there are none, or they are tolerated
} Matcher;

// ---------------------------------------------------------------- members without a place

static bool may_be_step(const Sequence *sequence, int64_t member)
{
    for (uint32_t s = 0; s < sequence->op->pattern.step_count; s++) {
        if (!sequence->op->pattern.steps[s].absent &&
            sequence_truth(sequence, s, member) != TRUTH_F)
            return true;
    }
    return false;
}

static bool may_break(const Sequence *sequence, int64_t member)
{
    for (uint32_t s = 0; s < sequence->op->pattern.step_count; s++) {
        if (sequence->op->pattern.steps[s].absent && sequence_truth(sequence, s, member) != TRUTH_F)
            return true;
    }
    return false;
}

static CauseId cause_of(const SequenceReading *reading, int64_t member)
{
    CauseId cause = lineup_cause(&reading->line, member);
    const CauseId *unsure = reading->sequence->unsure;
    return cause == 0 && unsure != NULL ? unsure[member] : cause;
}

static void strays_add(const SequenceReading *reading, Strays *strays, int64_t member)
{
    CauseId cause = cause_of(reading, member);
    strays->present = true;
    strays->cause = lineup_lower(&reading->line, strays->cause, cause);
    strays->breaks |= may_break(reading->sequence, member);
    if (!may_be_step(reading->sequence, member))
        return;
    strays->steps = true;
    strays->step_cause = lineup_lower(&reading->line, strays->step_cause, cause);
}

static void strays_join(const SequenceReading *reading, Strays *strays, const Strays *more)
{
    strays->present |= more->present;
    strays->steps |= more->steps;
    strays->breaks |= more->breaks;
    strays->cause = lineup_lower(&reading->line, strays->cause, more->cause);
    strays->step_cause = lineup_lower(&reading->line, strays->step_cause, more->step_cause);
}

// Members of unknown partition, by what is known of it.
static Strays *list_strays(SequenceReading *reading)
{
    Level *level = &reading->line.level;
    if (level->unplaced.count == 0 || !reading->guarded)
        return NULL;
    LevelFits *fits = level_fit_lists(level);
    Strays *strays = ARENA_ARRAY(level->arena, Strays, level_fit_class_count(fits));
    for (size_t u = 0; u < level->unplaced.count; u++)
        strays_add(reading, &strays[level_fit_class(fits, (int64_t)u)],
                   level->unplaced.items[u].member);
    return strays;
}

static void add_fitting(const Matcher *matcher, Part *part)
{
    Level *level = &part->reading->line.level;
    if (matcher->strays == NULL)
        return;
    const LevelFits *fits = level_fit_lists(level);
    int64_t count = 0, universal = level_fit_universal(fits);
    const int64_t *classes = level_fit_classes(fits, part->group, &count);
    if (universal >= 0)
        strays_join(part->reading, &part->far, &matcher->strays[universal]);
    for (int64_t i = 0; i < count; i++)
        strays_join(part->reading, &part->far, &matcher->strays[classes[i]]);
}

static void add_loose(Part *part)
{
    const Lineup *line = &part->reading->line;
    for (int64_t k = line->loose_starts[part->group]; k < line->loose_starts[part->group + 1];
         k++) {
        int64_t member = line->loose[k];
        if (line->level.row_class[member] != CLASS_SHADOW)
            strays_add(part->reading, &part->near, member);
        else if (part->reading->guarded)
            strays_add(part->reading, &part->far, member);
    }
}

// ---------------------------------------------------------------- a partition

static bool member_clean(const Part *part, int64_t member)
{
    const Sequence *sequence = part->reading->sequence;
    if (part->reading->line.level.row_class[member] != CLASS_CERTAIN)
        return false;
    for (uint32_t s = 0; sequence->unsure != NULL && s < sequence->op->pattern.step_count; s++) {
        if (sequence_truth(sequence, s, member) == TRUTH_U)
            return false;
    }
    return true;
}

// Puts the members in their places; shadows that are tolerated have none.
static void place_members(Part *part)
{
    const Lineup *line = &part->reading->line;
    int64_t first = line->starts[part->group], end = line->starts[part->group + 1];
    int64_t *at = ARENA_ARRAY(part->arena, int64_t, end - first);
    part->row_class = ARENA_ARRAY(part->arena, uint8_t, end - first);
    part->tie = ARENA_ARRAY(part->arena, int64_t, end - first);
    part->is_clean = true;
    for (int64_t k = first; k < end; k++) {
        int64_t member = line->at[k], p = part->count;
        RowClass row_class = (RowClass)line->level.row_class[member];
        part->is_clean = part->is_clean && member_clean(part, member);
        if (row_class == CLASS_SHADOW && !part->reading->guarded)
            continue;
        part->has_far |= row_class == CLASS_SHADOW;
        at[p] = member;
        part->row_class[p] = (uint8_t)row_class;
        if (p > 0)
            part->tie[p] = part->tie[p - 1] + !lineup_tied(line, at[p - 1], member);
        part->count++;
    }
    part->at = at;
}

static void measure_reach(Part *part)
{
    const Lineup *line = &part->reading->line;
    bool descending = line->op->pattern.sorts[0].descending;
    part->reach = ARENA_ARRAY(part->arena, int64_t, part->count);
    int64_t reach = descending ? part->count : 0; // backwards in time nothing is too late
    for (int64_t p = 0; p < part->count; p++) {
        int64_t high = line->high[part->at[p]];
        while (reach < part->count && line->time[part->at[reach]] <= high)
            reach++;
        part->reach[p] = reach;
    }
}

// The days of a time; of one without an end the last is beyond all data.
static Pair days_of(const Lineup *line, int64_t low, int64_t high)
{
    bool endless = high == INT64_MAX;
    switch (line->op->pattern.sorts[0].value.type.kind) {
    case TYPE_DATE:
        return (Pair){low, high};
    case TYPE_DATETIME:
        return (Pair){datetime_date(low), endless ? high : datetime_date(high)};
    case TYPE_MONTH:
        return (Pair){month_first_day((int32_t)low),
                      endless ? high : month_last_day((int32_t)high)};
    default: // a length: no day at all
        return (Pair){0, -1};
    }
}

// Behind the last step the data must go on until the time is over.
static void measure_beyond(const Matcher *matcher, Part *part)
{
    const Lineup *line = &part->reading->line;
    const Pattern *pattern = &line->op->pattern;
    if (!matcher->ends_absent)
        return;
    part->beyond = ARENA_ARRAY(part->arena, uint8_t, part->count);
    for (int64_t p = 0; p < part->count; p++) {
        Pair days = days_of(line, line->time[part->at[p]], line->high[part->at[p]]);
        part->beyond[p] = days.b > line->run->shared->eval.as_of ||
                          !coverage_holds(line->run, pattern->tables, pattern->table_count, days);
        part->is_clean = part->is_clean && !part->beyond[p];
    }
}

// ---------------------------------------------------------------- one run

static bool fits_step(const Part *part, int run, uint32_t step, int64_t position)
{
    RowClass row_class = (RowClass)part->row_class[position];
    Truth truth = sequence_truth(part->reading->sequence, step, part->at[position]);
    if (run == RUN_STRICT || run == RUN_STRICT_GUARD)
        return row_class == CLASS_CERTAIN && truth == TRUTH_T;
    return truth != TRUTH_F && (row_class != CLASS_SHADOW || run == RUN_OPEN_GUARD);
}

static bool breaks_absence(const Part *part, int run, uint32_t step, int64_t position)
{
    RowClass row_class = (RowClass)part->row_class[position];
    Truth truth = sequence_truth(part->reading->sequence, step, part->at[position]);
    if (run == RUN_OPEN || run == RUN_OPEN_GUARD)
        return row_class == CLASS_CERTAIN && truth == TRUTH_T;
    return truth != TRUTH_F && (row_class != CLASS_SHADOW || run == RUN_STRICT_GUARD);
}

static void fill_input(const Part *part, int run, const uint8_t **fits, const uint8_t **breaks)
{
    const Pattern *pattern = &part->reading->sequence->op->pattern;
    uint32_t wanted = 0;
    uint8_t *behind = NULL;
    for (uint32_t s = 0; s < pattern->step_count; s++) {
        if (pattern->steps[s].absent) {
            if (behind == NULL)
                behind = ARENA_ARRAY(part->arena, uint8_t, part->count);
            for (int64_t p = 0; p < part->count; p++)
                behind[p] |= breaks_absence(part, run, s, p);
            breaks[wanted - 1] = behind;
            continue;
        }
        uint8_t *fit = ARENA_ARRAY(part->arena, uint8_t, part->count);
        for (int64_t p = 0; p < part->count; p++)
            fit[p] = fits_step(part, run, s, p);
        fits[wanted++] = fit;
        behind = NULL;
    }
}

static void run_search(const Part *part, int run, SearchMatches *out)
{
    bool strict = run == RUN_STRICT || run == RUN_STRICT_GUARD;
    bool broken = part->near.breaks || (run == RUN_STRICT_GUARD && part->far.breaks);
    if ((strict && broken) || part->count == 0)
        return;
    uint32_t steps = part->reading->sequence->wanted_count;
    const uint8_t **fits = ARENA_ARRAY(part->arena, const uint8_t *, steps),
                  **breaks = ARENA_ARRAY(part->arena, const uint8_t *, steps);
    fill_input(part, run, fits, breaks);
    SearchInput input = {.count = part->count,
                         .steps = steps,
                         .tie = part->tie,
                         .reach = part->reach,
                         .beyond = strict ? part->beyond : NULL,
                         .fits = fits,
                         .breaks = breaks};
    sequence_search(&input, part->arena, out);
}

// ---------------------------------------------------------------- results

static void add_made(Part *part, const int64_t *positions, RowClass row_class, CauseId cause)
{
    SequenceReading *reading = part->reading;
    Made made = {.members_at = (int64_t)reading->members.count,
                 .group = part->group,
                 .row_class = row_class,
                 .cause = cause};
    for (uint32_t s = 0; s < reading->sequence->wanted_count; s++)
        vec_push(&reading->members, part->at[positions[s]]);
    vec_push(&reading->made, made);
}

static void add_unknown(SequenceReading *reading, int64_t group, RowClass row_class, CauseId cause)
{
    vec_push(&reading->made, (Made){-1, group, row_class, cause});
}

// The least cause among the members that are not certain: up to possible ones, or shadows.
static CauseId least_cause(const Part *part, bool shadows)
{
    const SequenceReading *reading = part->reading;
    CauseId least = shadows ? part->far.cause : part->near.cause;
    for (int64_t p = 0; p < part->count; p++) {
        if ((part->row_class[p] == CLASS_SHADOW) == shadows)
            least = lineup_lower(&reading->line, least, cause_of(reading, part->at[p]));
    }
    return least;
}

typedef struct Causes {
    bool known;
    CauseId near, far;
} Causes;

static const Causes *causes_of(const Part *part, Causes *causes)
{
    const RunShared *shared = part->reading->line.run->shared;
    if (causes->known)
        return causes;
    CauseId uncovered = cause_intern(shared->causes, REASON_NOT_COVERED, (Str){"", 0});
    causes->known = true;
    causes->near = part->near.steps ? part->near.step_cause : least_cause(part, false);
    causes->far = part->far.steps ? part->far.step_cause : least_cause(part, true);
    causes->near = causes->near == 0 ? uncovered : causes->near;
    causes->far = causes->far == 0 ? uncovered : causes->far;
    return causes;
}

static void settle(Part *part, const int64_t *positions, unsigned found, Causes *causes)
{
    unsigned near = found & 3, far = found >> 2;
    if (near == 0)
        add_made(part, positions, CLASS_SHADOW, least_cause(part, true));
    else if (near != 3 || part->near.steps)
        add_made(part, positions, CLASS_POSSIBLE, causes_of(part, causes)->near);
    else if (far != 3 || part->far.steps)
        add_made(part, positions, CLASS_POSSIBLE, causes_of(part, causes)->far);
    else
        add_made(part, positions, CLASS_CERTAIN, 0);
}

static int compare_matches(const int64_t *a, const int64_t *b, uint32_t steps)
{
    for (uint32_t s = 0; s < steps; s++) {
        if (a[s] != b[s])
            return a[s] < b[s] ? -1 : 1;
    }
    return 0;
}

// The matches of all runs, each once, with the runs that found it. Each run gives them in order.
static void merge_runs(Part *part, const SearchMatches *runs)
{
    uint32_t steps = part->reading->sequence->wanted_count;
    size_t next[RUN_COUNT] = {0};
    Causes causes = {.known = false};
    for (;;) {
        const int64_t *least = NULL;
        unsigned found = 0;
        for (int r = 0; r < RUN_COUNT; r++) {
            const int64_t *head = runs[r].items + next[r];
            if (next[r] == runs[r].count)
                continue;
            int way = least == NULL ? -1 : compare_matches(head, least, steps);
            found = way < 0 ? 1u << r : way == 0 ? found | 1u << r : found;
            least = way < 0 ? head : least;
        }
        if (least == NULL)
            return;
        settle(part, least, part->has_far ? found : found | found << 2, &causes);
        for (int r = 0; r < RUN_COUNT; r++)
            next[r] += (found >> r & 1) != 0 ? steps : 0;
    }
}

static void match_part(Part *part)
{
    SearchMatches runs[RUN_COUNT] = {0};
    run_search(part, RUN_STRICT, &runs[RUN_STRICT]);
    if (part->is_clean) {
        for (size_t m = 0; m < runs[0].count; m += part->reading->sequence->wanted_count)
            add_made(part, runs[0].items + m, CLASS_CERTAIN, 0);
    } else {
        run_search(part, RUN_OPEN, &runs[RUN_OPEN]);
        for (int r = RUN_STRICT_GUARD; part->has_far && r < RUN_COUNT; r++)
            run_search(part, r, &runs[r]);
        merge_runs(part, runs);
    }
    for (int r = 0; r < RUN_COUNT; r++)
        vec_free(&runs[r]);
}

static Status match_group(const Matcher *matcher, int64_t group)
{
    SequenceReading *reading = matcher->reading;
    Part part = {.reading = reading, .arena = reading->line.run->scratch, .group = group};
    ArenaMark mark = arena_mark(part.arena);
    place_members(&part);
    measure_reach(&part);
    measure_beyond(matcher, &part);
    add_loose(&part);
    add_fitting(matcher, &part);
    part.has_far |= part.far.present;
    part.is_clean = part.is_clean && !part.near.present && !part.far.present;
    match_part(&part);
    if (part.near.steps)
        add_unknown(reading, group, CLASS_POSSIBLE, part.near.step_cause);
    arena_rewind(part.arena, mark);
    return run_poll(reading->line.run->shared);
}

// ---------------------------------------------------------------- all partitions

Status sequence_match(SequenceReading *reading)
{
    const Pattern *pattern = &reading->sequence->op->pattern;
    Level *level = &reading->line.level;
    Matcher matcher = {.reading = reading,
                       .ends_absent = pattern->steps[pattern->step_count - 1].absent,
                       .strays = list_strays(reading)};
    for (int64_t g = 0; g < level->count; g++)
        TRY(match_group(&matcher, g));
    for (size_t u = 0; u < level->unplaced.count; u++) {
        int64_t member = level->unplaced.items[u].member;
        if (may_be_step(reading->sequence, member))
            add_unknown(reading, -1, lineup_class(&reading->line, member),
                        cause_of(reading, member));
    }
    return STATUS_OK;
}
