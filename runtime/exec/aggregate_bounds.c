// SPDX-License-Identifier: Apache-2.0
// aggregate_bounds.c: aggregates over tuples that may not count or have no known value.
//
// C are the tuples that count for certain: the accumulator's and the certain ones handed over; Q are the others.
// What the aggregate can be when every subset of Q counts and every unknown value ranges over its bounds lies
// between two ends; for count, sum, min, max and mean both ends are reached (spec/evaluation.md 5.3).

#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/eval_int.h"
#include "runtime/exec/sights.h"

typedef struct Bounding {
    AggState *state;
    int64_t group; // -1: no accumulator
    const Tuple *tuples;
    int64_t count;
    int64_t clean;     // tuples in the accumulator
    int64_t certain;   // of `tuples`
    int64_t open;      // of `tuples`: not certain
    bool unknown;      // some tuple's value (or order) is not known
    bool many_unknown; // some tuple that stands for many has no known value
    CauseId cause;     // of the first certain tuple without a value, in the order of causes
} Bounding;

static bool is_open(const Tuple *tuple)
{
    return tuple->class != CLASS_CERTAIN;
}

static bool tuple_known(const Bounding *b, const Tuple *tuple)
{
    if (b->state->aggregate->kind == AGGREGATE_COUNT)
        return true;
    if (tuple->value.state != VALUE_KNOWN)
        return false;
    return b->state->aggregate->by.count == 0 || tuple->by.state == VALUE_KNOWN;
}

static void note_cause(Bounding *b, CauseId cause)
{
    if (b->cause == 0 || cause_compare(b->state->shared->causes, cause, b->cause) < 0)
        b->cause = cause;
}

static void survey(AggState *state, int64_t group, const Tuple *tuples, int64_t count, Bounding *b)
{
    bool has_group = group >= 0 && group < state->group_count;
    *b = (Bounding){.state = state,
                    .group = has_group ? group : -1,
                    .tuples = tuples,
                    .count = count,
                    .clean = has_group ? state->counts[group] : 0};
    for (int64_t i = 0; i < count; i++) {
        const Tuple *tuple = &tuples[i];
        bool open = is_open(tuple);
        bool known = tuple_known(b, tuple);
        ASSERT(open || !tuple->many);
        b->open += open;
        b->certain += !open;
        b->unknown |= !known;
        b->many_unknown |= (!known || tuple->sights != NULL) && tuple->many;
        if (!open && !known)
            note_cause(b, tuple->value.state != VALUE_KNOWN ? tuple->value.cause : tuple->by.cause);
    }
}

// ---------------------------------------------------------------- results

// The issue that stands for a value which is not decided.
static Value undecided(const Bounding *b, Interval interval)
{
    CauseId cause = b->cause;
    if (b->open > 0 || cause == 0)
        cause = cause_intern(b->state->shared->causes, REASON_UNDECIDED_MEMBERS, STR(""));
    Value value = {.type = b->state->aggregate->type, .state = VALUE_ISSUE, .cause = cause};
    interval = interval_clip(interval, type_limits(value.type));
    if (interval.some && !(interval.lo == BOUND_LOW && interval.hi == BOUND_HIGH)) {
        value.bounded = true;
        value.lo = interval.lo;
        value.hi = interval.hi;
    }
    return value;
}

static Value undecided_freely(const Bounding *b)
{
    return undecided(b, (Interval){false, 1, 0});
}

// A whole number between two ends: known where they meet.
static Value between(const Bounding *b, int128_t lo, int128_t hi)
{
    if (lo == hi)
        return known_i64(b->state->aggregate->type, (int64_t)lo);
    // The bounds of a result are counts at its scale.
    Type type = b->state->aggregate->type;
    int128_t unit = type_is_exact(type) ? wide_pow10(type.scale) : 1;
    return undecided(b, (Interval){true, lo * unit, hi == BOUND_HIGH ? hi : hi * unit});
}

// ---------------------------------------------------------------- values of tuples

static bool numeric(const Bounding *b)
{
    return b->state->phys == PHYS_I64 || b->state->phys == PHYS_I128;
}

// What the tuple's number may be.
static Interval tuple_interval(const Bounding *b, const Tuple *tuple)
{
    const Value *value = &tuple->value;
    if (value->state == VALUE_KNOWN) {
        int128_t number = b->state->phys == PHYS_I64 ? value->i64 : value->i128;
        return (Interval){true, number, number};
    }
    Interval interval = {true, BOUND_LOW, BOUND_HIGH};
    if (value->bounded)
        interval = (Interval){true, value->lo, value->hi};
    if (b->state->aggregate->nonnegative && interval.lo == BOUND_LOW && interval.hi >= 0)
        interval.lo = 0;
    return interval;
}

// The known values of the certain tuples, then of the open ones where `with_open`. Freed by the caller.
static Cell *tuple_cells(const Bounding *b, bool with_open, int64_t *count)
{
    Cell *cells = base_alloc(((size_t)b->count + 1) * sizeof *cells);
    *count = 0;
    for (int64_t i = 0; i < b->count; i++)
        if (tuple_known(b, &b->tuples[i]) && (with_open || !is_open(&b->tuples[i])))
            cells[(*count)++] = cell_of_value(&b->tuples[i].value);
    return cells;
}

// ---------------------------------------------------------------- count

static Value bounds_count(const Bounding *b)
{
    int128_t lo = b->clean + b->certain;
    int128_t hi = lo + b->open;
    for (int64_t i = 0; i < b->count; i++)
        hi += MAX_OF(b->tuples[i].weight, 1) - 1;
    for (int64_t i = 0; i < b->count; i++)
        if (b->tuples[i].many)
            hi = BOUND_HIGH;
    return between(b, lo, hi);
}

// ---------------------------------------------------------------- sum

// A sum that may be infinite.
typedef struct End {
    WideSum sum;
    bool infinite;
} End;

static void end_add(End *end, int128_t value)
{
    if (value == BOUND_LOW || value == BOUND_HIGH)
        end->infinite = true;
    else
        wide_sum_add(&end->sum, value);
}

static int128_t end_number(const End *end, int128_t infinity)
{
    int128_t number;
    if (end->infinite)
        return infinity;
    Int256 wide = wide_sum_wide(&end->sum);
    if (wide_to_i128(wide, &number))
        return number;
    return wide_sign(wide) < 0 ? BOUND_LOW : BOUND_HIGH;
}

static Value bounds_sum(const Bounding *b)
{
    End lo = {{0, 0}, false};
    if (b->group >= 0)
        lo.sum = b->state->sums[b->group];
    End hi = lo;
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        Interval interval = tuple_interval(b, tuple);
        if (is_open(tuple)) {
            interval.lo = MIN_OF(interval.lo, 0);
            interval.hi = MAX_OF(interval.hi, 0);
        }
        if (tuple->many && interval.lo < 0)
            interval.lo = BOUND_LOW;
        if (tuple->many && interval.hi > 0)
            interval.hi = BOUND_HIGH;
        end_add(&lo, interval.lo);
        end_add(&hi, interval.hi);
    }
    bool same = lo.sum.low == hi.sum.low && lo.sum.high == hi.sum.high;
    if (!lo.infinite && !hi.infinite && same)
        return result_sum(b->state, &lo.sum);
    Interval interval = {true, end_number(&lo, BOUND_LOW), end_number(&hi, BOUND_HIGH)};
    return undecided(b, interval);
}

// Sums and means of reals carry no bounds.
static Value bounds_real(const Bounding *b)
{
    if (b->open > 0 || b->unknown)
        return undecided_freely(b);
    ExactSum sum = {.pending = 0};
    if (b->group >= 0)
        sum = b->state->real_sums[b->group];
    for (int64_t i = 0; i < b->count; i++)
        exact_sum_add(&sum, b->tuples[i].value.f64);
    return result_real(b->state, &sum, b->clean + b->certain);
}

// ---------------------------------------------------------------- mean

static int128_t tuple_number(const Bounding *b, const Tuple *tuple)
{
    return b->state->phys == PHYS_I64 ? tuple->value.i64 : tuple->value.i128;
}

// Sorts numbers descending (sign 1) or ascending (-1): heap sort, in place.
static void sift(int128_t *numbers, int64_t start, int64_t count, int sign)
{
    for (int64_t root = start; root * 2 + 1 < count;) {
        int64_t child = root * 2 + 1;
        // The heap's top is what comes last.
        if (child + 1 < count &&
            (sign > 0 ? numbers[child + 1] < numbers[child] : numbers[child + 1] > numbers[child]))
            child++;
        bool ordered = sign > 0 ? numbers[root] <= numbers[child] : numbers[root] >= numbers[child];
        if (ordered)
            return;
        int128_t moved = numbers[root];
        numbers[root] = numbers[child];
        numbers[child] = moved;
        root = child;
    }
}

static void sort_numbers(int128_t *numbers, int64_t count, int sign)
{
    for (int64_t start = count / 2; start > 0; start--)
        sift(numbers, start - 1, count, sign);
    for (int64_t end = count; end > 1; end--) {
        int128_t moved = numbers[0];
        numbers[0] = numbers[end - 1];
        numbers[end - 1] = moved;
        sift(numbers, 0, end - 1, sign);
    }
}

// The open values of a mean: some one by one, many in stretches.
typedef struct MeanOpen {
    int128_t *numbers;
    int64_t count;
    const Tuple **stretches;
    int64_t stretch_count;
} MeanOpen;

// While the next number in order pulls the mean further, it is taken.
static Mean furthest_of_few(Mean mean, int128_t *open, int64_t count, int sign)
{
    sort_numbers(open, count, sign);
    for (int64_t i = 0; i < count && mean_pull(&mean, open[i]) == sign; i++) {
        wide_sum_add(&mean.sum, open[i]);
        mean.count++;
    }
    return mean;
}

// The greatest mean (sign 1) or least one (-1) of C and any part of the open numbers. From that over the longest
// stretch alone, which is not too far, on: the mean with all that lies beyond is further and not too far either, until
// it stands still.
static Mean furthest_mean(Mean mean, const MeanOpen *open, int sign)
{
    if (open->stretch_count == 0)
        return furthest_of_few(mean, open->numbers, open->count, sign);
    const Tuple *longest = open->stretches[0];
    for (int64_t s = 1; s < open->stretch_count; s++)
        if (open->stretches[s]->weight > longest->weight)
            longest = open->stretches[s];
    Mean best = numbers_furthest(longest->numbers, longest->from, longest->to, mean, sign);
    if (open->stretch_count == 1 && open->count == 0)
        return best;
    for (;;) {
        Mean next = mean;
        for (int64_t s = 0; s < open->stretch_count; s++) {
            const Tuple *at = open->stretches[s];
            numbers_beyond(at->numbers, at->from, at->to, &best, sign, &next);
        }
        for (int64_t i = 0; i < open->count; i++) {
            if (mean_pull(&best, open->numbers[i]) != sign)
                continue;
            wide_sum_add(&next.sum, open->numbers[i]);
            next.count++;
        }
        if (mean_same(&next, &best))
            return next;
        best = next;
    }
}

// The end of the bounds at the result's scale, rounded outward.
static int128_t mean_end(const Bounding *b, const Mean *mean, RoundMode mode)
{
    Type type = b->state->aggregate->type;
    int scale = type_is_exact(b->state->type) ? b->state->type.scale : 0;
    Int256 numerator;
    int128_t end;
    Int256 denominator = wide_mul_128(mean->count, wide_pow10(scale));
    Int256 sum = wide_sum_wide(&mean->sum);
    if (wide_scale(sum, type_is_exact(type) ? type.scale : 0, &numerator) &&
        exact_divide_wide(numerator, denominator, mode, &end))
        return end;
    return wide_sign(sum) < 0 ? BOUND_LOW : BOUND_HIGH;
}

static Value mean_of(const Bounding *b, Mean certain, const MeanOpen *open)
{
    Mean least = furthest_mean(certain, open, -1);
    Mean greatest = furthest_mean(certain, open, 1);
    if (mean_same(&least, &greatest))
        return result_mean(b->state, &certain.sum, certain.count);
    Interval interval = {true, mean_end(b, &least, ROUND_FLOOR),
                         mean_end(b, &greatest, ROUND_CEILING)};
    return undecided(b, interval);
}

static Value bounds_mean(const Bounding *b)
{
    Mean certain = {.count = b->clean + b->certain};
    if (certain.count == 0)
        return b->open == 0 ? gap_missing(b->state) : undecided_freely(b);
    bool many = false;
    for (int64_t i = 0; i < b->count; i++)
        many |= b->tuples[i].many;
    if (b->unknown || many)
        return undecided_freely(b);
    if (b->group >= 0)
        certain.sum = b->state->sums[b->group];
    MeanOpen open = {.numbers = base_alloc(((size_t)b->open + 1) * sizeof *open.numbers),
                     .stretches = base_alloc(((size_t)b->open + 1) * sizeof(const Tuple *))};
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        if (tuple->numbers != NULL)
            open.stretches[open.stretch_count++] = tuple;
        else if (is_open(tuple))
            open.numbers[open.count++] = tuple_number(b, tuple);
        else
            wide_sum_add(&certain.sum, tuple_number(b, tuple));
    }
    Value value = mean_of(b, certain, &open);
    free(open.numbers);
    free(open.stretches);
    return value;
}

// ---------------------------------------------------------------- min and max

static Value extreme_known(const Bounding *b, Cell cell)
{
    return cell_value(b->state->aggregate->type, cell);
}

// Numbers: the end that open tuples can move, and the one that certain tuples fix.
static Value extreme_numbers(const Bounding *b)
{
    bool least = b->state->aggregate->kind == AGGREGATE_MIN;
    Interval all = {false, 0, 0};
    Interval certain = {false, 0, 0};
    if (b->clean > 0) {
        Cell best = b->state->best[b->group];
        int128_t number = b->state->phys == PHYS_I64 ? best.i64 : best.i128;
        certain = all = (Interval){true, number, number};
    }
    for (int64_t i = 0; i < b->count; i++) {
        Interval interval = tuple_interval(b, &b->tuples[i]);
        Interval (*combine)(Interval, Interval) = least ? interval_least : interval_greatest;
        all = all.some ? combine(all, interval) : interval;
        if (!is_open(&b->tuples[i]))
            certain = certain.some ? combine(certain, interval) : interval;
    }
    Interval result = {true, least ? all.lo : certain.lo, least ? certain.hi : all.hi};
    if (result.lo != result.hi)
        return undecided(b, result);
    Cell cell = {.word = {0, 0}};
    if (b->state->phys == PHYS_I64)
        cell.i64 = (int64_t)result.lo;
    else
        cell.i128 = result.lo;
    return extreme_known(b, cell);
}

// Whether the tuple comes before (after, for max) the best so far.
static bool beats(const Bounding *b, Cell cell, Cell best)
{
    int order = cell_compare(b->state->shared->dict, b->state->type, cell, best);
    return b->state->aggregate->kind == AGGREGATE_MIN ? order < 0 : order > 0;
}

// Values without bounds: known if no open tuple would be the new extreme.
static Value extreme_cells(const Bounding *b)
{
    if (b->unknown)
        return undecided_freely(b);
    Cell best = {.word = {0, 0}};
    bool some = b->clean > 0;
    if (some)
        best = b->state->best[b->group];
    for (int64_t i = 0; i < b->count; i++) {
        Cell cell = cell_of_value(&b->tuples[i].value);
        if (!is_open(&b->tuples[i]) && (!some || beats(b, cell, best))) {
            best = cell;
            some = true;
        }
    }
    for (int64_t i = 0; i < b->count; i++)
        if (is_open(&b->tuples[i]) && beats(b, cell_of_value(&b->tuples[i].value), best))
            return undecided_freely(b);
    return extreme_known(b, best);
}

static Value bounds_extreme(const Bounding *b)
{
    if (b->clean + b->certain == 0)
        return b->open == 0 ? gap_missing(b->state) : undecided_freely(b);
    return numeric(b) ? extreme_numbers(b) : extreme_cells(b);
}

// ---------------------------------------------------------------- any and all

static Value bounds_truth(const Bounding *b)
{
    bool any = b->state->aggregate->kind == AGGREGATE_ANY;
    int64_t trues = b->group >= 0 ? b->state->trues[b->group] : 0;
    bool decided = any ? trues > 0 : trues < b->clean;
    bool doubtful = false;
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        bool known = tuple->value.state == VALUE_KNOWN;
        bool decisive = known && tuple->value.boolean == any;
        if (decisive && !is_open(tuple))
            decided = true;
        doubtful |= !known || decisive;
    }
    if (!decided && doubtful)
        return undecided_freely(b);
    return (Value){.type = b->state->aggregate->type, .boolean = decided == any};
}

// ---------------------------------------------------------------- kinds over sets of values

// Adds to `fresh` the known values that the accumulator does not have; returns how many there are then.
static int64_t add_fresh(const Bounding *b, bool open, ValueSet *fresh)
{
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        if (is_open(tuple) != open || !tuple_known(b, tuple) || tuple->sights != NULL)
            continue;
        Cell cell = cell_of_value(&tuple->value);
        if (b->group < 0 || !value_set_has(b->state->set, b->group, cell))
            value_set_add(fresh, 0, cell, 1);
    }
    return (int64_t)fresh->entries.count;
}

// The longest of the stretches that stand for many tuples; NULL: there is none.
static const Tuple *longest_sights(const Bounding *b)
{
    const Tuple *longest = NULL;
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        if (tuple->sights != NULL && (longest == NULL || tuple->weight > longest->weight))
            longest = tuple;
    }
    return longest;
}

// Adds the values of the other stretches.
static void add_sights(const Bounding *b, const Tuple *longest, ValueSet *fresh)
{
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        if (tuple->sights == NULL || tuple == longest)
            continue;
        for (int64_t k = tuple->from; k < tuple->to; k++) {
            Cell cell;
            if (sights_get(tuple->sights, k, &cell) &&
                (b->group < 0 || !value_set_has(b->state->set, b->group, cell)))
                value_set_add(fresh, 0, cell, 1);
        }
    }
}

// The values of the longest stretch and those of the group and `fresh` that are not among them.
static int64_t count_sights(const Bounding *b, const Tuple *longest, const int64_t *stored,
                            int64_t count, const ValueSet *fresh)
{
    const Sights *sights = longest->sights;
    int64_t total = sights_count(sights, longest->from, longest->to);
    for (int64_t i = 0; i < count; i++)
        total += !sights_has(sights, longest->from, longest->to,
                             b->state->set->entries.items[stored[i]].value);
    for (size_t i = 0; i < fresh->entries.count; i++)
        total += !sights_has(sights, longest->from, longest->to, fresh->entries.items[i].value);
    return total;
}

static Value bounds_distinct(const Bounding *b)
{
    int64_t count = 0;
    const int64_t *stored = NULL;
    const Tuple *longest = longest_sights(b);
    if (b->group >= 0)
        stored = value_set_group(b->state->set, b->group, b->state->group_count, &count);
    ValueSet *fresh = value_set_create();
    int128_t lo = count + add_fresh(b, false, fresh);
    int128_t hi = count + add_fresh(b, true, fresh);
    if (longest != NULL) {
        add_sights(b, longest, fresh);
        hi = count_sights(b, longest, stored, count, fresh);
    }
    value_set_destroy(fresh);
    for (int64_t i = 0; i < b->count; i++)
        hi += b->tuples[i].sights != NULL ? b->tuples[i].unknown : !tuple_known(b, &b->tuples[i]);
    return between(b, lo, b->many_unknown ? BOUND_HIGH : hi);
}

static Values values_with(const Bounding *b, bool with_open)
{
    int64_t count;
    Cell *cells = tuple_cells(b, with_open, &count);
    Values values = values_of_group(b->state, b->group, cells, count);
    free(cells);
    return values;
}

static Value bounds_run(const Bounding *b)
{
    if (b->unknown)
        return undecided_freely(b);
    Values certain = values_with(b, false);
    Values all = values_with(b, true);
    int64_t lo = values_longest_run(b->state, &certain);
    int64_t hi = values_longest_run(b->state, &all);
    values_deinit(&certain);
    values_deinit(&all);
    return between(b, lo, hi);
}

static Value statistic_with(const Bounding *b, bool with_open, int64_t left_out)
{
    int64_t count;
    Cell *cells = tuple_cells(b, with_open, &count);
    Value value = statistic_of_group(b->state, b->group, cells, count, left_out);
    free(cells);
    return value;
}

static Value certain_median(const Bounding *b)
{
    int64_t count;
    Cell *cells = tuple_cells(b, false, &count);
    Value value = median_of_group(b->state, b->group, cells, count);
    free(cells);
    return value;
}

static Value certain_values(const Bounding *b)
{
    if (b->state->aggregate->kind == AGGREGATE_STATISTIC)
        return statistic_with(b, false, 0);
    Values values = values_with(b, false);
    Value value = values_result(b->state, &values);
    values_deinit(&values);
    return value;
}

// Statistics over decided peers: too many left out make them an issue; shadows are no peers (5.4).
static Value bounds_soft(const Bounding *b)
{
    int64_t left_out = 0;
    int64_t peers = b->clean;
    for (int64_t i = 0; i < b->count; i++) {
        if (b->tuples[i].class == CLASS_SHADOW)
            continue;
        bool counts = !is_open(&b->tuples[i]) && tuple_known(b, &b->tuples[i]);
        peers += counts;
        left_out += counts ? 0 : MAX_OF(b->tuples[i].weight, 1);
    }
    if (left_out > peers / 10 && 10 * left_out > peers) {
        const EvalShared *shared = b->state->shared;
        return (Value){.type = b->state->aggregate->type,
                       .state = VALUE_ISSUE,
                       .cause = cause_intern(shared->causes, REASON_PEERS_UNDECIDED,
                                             b->state->aggregate->text)};
    }
    bool median = b->state->aggregate->kind == AGGREGATE_MEDIAN;
    return median ? certain_median(b) : statistic_with(b, false, left_out);
}

// A count or length that grows with its members lies between its values over C and over all.
static Value bounds_growing(const Bounding *b)
{
    if (b->unknown)
        return undecided_freely(b);
    Value lo = statistic_with(b, false, 0), hi = statistic_with(b, true, 0);
    if (lo.state != VALUE_KNOWN || hi.state != VALUE_KNOWN)
        return undecided_freely(b);
    return between(b, lo.i64, hi.i64);
}

static Value bounds_statistic(const Bounding *b)
{
    switch (b->state->aggregate->statistic.bounds) {
    case BOUNDS_SOFT:
        return bounds_soft(b);
    case BOUNDS_GROWS:
        return bounds_growing(b);
    case BOUNDS_NONE:
        break;
    }
    return b->open > 0 || b->unknown ? undecided_freely(b) : certain_values(b);
}

// ---------------------------------------------------------------- first, last, one

static Value bounds_ordered(const Bounding *b)
{
    if (b->open > 0 || b->unknown)
        return undecided_freely(b);
    int64_t best = -1;
    for (int64_t i = 0; i < b->count; i++) {
        const Tuple *tuple = &b->tuples[i];
        Cell by = cell_of_value(&tuple->by);
        bool better = b->group < 0 || best_improves(b->state, b->group, by, tuple->order);
        if (better && best >= 0) {
            const Tuple *other = &b->tuples[best];
            int sign = b->state->aggregate->kind == AGGREGATE_LAST ? -1 : 1;
            int order = b->state->aggregate->by.count == 0
                            ? 0
                            : cell_compare(b->state->shared->dict, order_type(b->state), by,
                                           cell_of_value(&other->by));
            if (order == 0)
                order = (tuple->order > other->order) - (tuple->order < other->order);
            better = sign * order < 0;
        }
        if (better)
            best = i;
    }
    if (best >= 0)
        return b->tuples[best].value;
    if (b->clean == 0)
        return gap_missing(b->state);
    return cell_value(b->state->aggregate->type, b->state->best[b->group]);
}

// Of two tuples, the one that tells a group's value: the better class, a row before a `?`, then the lower row.
static bool tells_better(const Tuple *tuple, const Tuple *than)
{
    if (tuple->class != than->class)
        return tuple->class < than->class;
    bool row = !row_is_unknown(tuple->order), than_row = !row_is_unknown(than->order);
    return row != than_row ? row : tuple->order < than->order;
}

// A value that the keys determine is the same in every tuple of the group; members without a full key have another.
static Value bounds_one(const Bounding *b)
{
    if (b->clean > 0)
        return cell_value(b->state->aggregate->type, b->state->best[b->group]);
    const Tuple *chosen = NULL;
    for (int64_t i = 0; i < b->count; i++) {
        if (chosen == NULL || tells_better(&b->tuples[i], chosen))
            chosen = &b->tuples[i];
    }
    return chosen == NULL ? gap_missing(b->state) : chosen->value;
}

// ---------------------------------------------------------------- public

static Value bounds_of(const Bounding *b)
{
    switch (b->state->aggregate->kind) {
    case AGGREGATE_COUNT:
        return bounds_count(b);
    case AGGREGATE_SUM:
        return b->state->phys == PHYS_F64 ? bounds_real(b) : bounds_sum(b);
    case AGGREGATE_MEAN:
        return b->state->phys == PHYS_F64 ? bounds_real(b) : bounds_mean(b);
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
        return bounds_extreme(b);
    case AGGREGATE_ANY:
    case AGGREGATE_ALL:
        return bounds_truth(b);
    case AGGREGATE_DISTINCT_COUNT:
        return bounds_distinct(b);
    case AGGREGATE_LONGEST_RUN:
        return bounds_run(b);
    case AGGREGATE_MEDIAN:
        return bounds_soft(b);
    case AGGREGATE_STATISTIC:
        return bounds_statistic(b);
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
        return bounds_ordered(b);
    case AGGREGATE_ONE:
        return bounds_one(b);
    case AGGREGATE_SHOW:
        return certain_values(b);
    case AGGREGATE_COLLECT:
    case AGGREGATE_LIST_TEXT:
    case AGGREGATE_UNION:
    case AGGREGATE_MODE:
        return b->open > 0 || b->unknown ? undecided_freely(b) : certain_values(b);
    }
    UNREACHABLE();
}

void aggregate_bounds(AggState *state, int64_t group, const Tuple *tuples, int64_t count,
                      Value *out)
{
    Bounding b;
    survey(state, group, tuples, count, &b);
    *out = bounds_of(&b);
    out->type = state->aggregate->type;
}

bool aggregate_failed(const AggState *state, const Value *value)
{
    if (value->state != VALUE_ISSUE || value->bounded)
        return false;
    const Aggregate *aggregate = state->aggregate;
    bool soft =
        aggregate->kind == AGGREGATE_STATISTIC && aggregate->statistic.bounds == BOUNDS_SOFT;
    Reason reason = cause_get(state->shared->causes, value->cause).reason;
    return reason == REASON_OVERFLOW || (soft && reason != REASON_PEERS_UNDECIDED);
}

void aggregate_known(AggState *state, int64_t group, const Tuple *tuples, int64_t count,
                     bool failures_count, Value *out)
{
    Tuple *kept = base_alloc(((size_t)count + 1) * sizeof *kept);
    int64_t kept_count = 0;
    Bounding b;
    survey(state, group, NULL, 0, &b);
    for (int64_t i = 0; i < count; i++) {
        if (is_open(&tuples[i]))
            continue;
        if (tuple_known(&b, &tuples[i]))
            kept[kept_count++] = tuples[i];
        else if (tuples[i].value.state == VALUE_ISSUE)
            note_cause(&b, tuples[i].value.cause);
    }
    if (failures_count && b.cause != 0)
        *out = (Value){.type = state->aggregate->type, .state = VALUE_ISSUE, .cause = b.cause};
    else
        aggregate_bounds(state, group, kept, kept_count, out);
    free(kept);
}
