// SPDX-License-Identifier: Apache-2.0
//
// numbers.c: a wavelet matrix over the ranks of values.
//
// Layer by level, from the highest bit of the ranks, the values are parted into those with a zero and those with a one,
// each in the order that they had; a prefix count of zeros maps a stretch of one level to its two stretches of the
// next, and prefix sums of the ones say what each part adds.

#include "runtime/exec/numbers.h"

#include "runtime/base/sort.h"

typedef struct Layer {
    int64_t *zeros; // of the first i places
    WideSum *ones;  // the sum of those with a one among the first i
} Layer;

struct NumberLine {
    int64_t count;
    int depth;
    int128_t *sorted; // by rank
    WideSum *sums;    // of the first i values, in the order given
    Layer *layers;
};

int mean_pull(const Mean *mean, int128_t number)
{
    Int256 weighted;
    bool fits = wide_mul_u64(wide_from_i128(number), (uint64_t)mean->count, &weighted);
    ASSERT(fits);
    return wide_cmp(weighted, wide_sum_wide(&mean->sum));
}

bool mean_same(const Mean *a, const Mean *b)
{
    Int256 left, right;
    bool fits = wide_mul_u64(wide_sum_wide(&a->sum), (uint64_t)b->count, &left);
    fits = wide_mul_u64(wide_sum_wide(&b->sum), (uint64_t)a->count, &right) && fits;
    return fits && wide_cmp(left, right) == 0;
}

// ---------------------------------------------------------------- making

static int compare_ranked(const void *context, const void *a, const void *b)
{
    const int128_t *values = context;
    int128_t x = values[*(const int64_t *)a], y = values[*(const int64_t *)b];
    return (x > y) - (x < y);
}

// Parts the ranks of one level, in place, by the bit that it looks at.
static void make_layer(const NumberLine *numbers, int bit, int64_t *ranks, int64_t *next,
                       Layer *level)
{
    int64_t zeros = 0, ones = 0;
    WideSum sum = {0, 0};
    for (int64_t i = 0; i < numbers->count; i++) {
        level->zeros[i] = zeros;
        level->ones[i] = sum;
        bool one = (ranks[i] >> bit & 1) != 0;
        zeros += !one;
        if (one)
            wide_sum_add(&sum, numbers->sorted[ranks[i]]);
    }
    level->zeros[numbers->count] = zeros;
    level->ones[numbers->count] = sum;
    for (int64_t i = 0, zero = 0; i < numbers->count; i++)
        next[(ranks[i] >> bit & 1) != 0 ? zeros + ones++ : zero++] = ranks[i];
    memcpy(ranks, next, (size_t)numbers->count * sizeof *ranks);
}

NumberLine *numbers_make(const int128_t *values, int64_t count, Arena *arena)
{
    NumberLine *numbers = ARENA_NEW(arena, NumberLine);
    numbers->count = count;
    while (((int64_t)1 << numbers->depth) < count)
        numbers->depth++;
    numbers->sorted = ARENA_ARRAY(arena, int128_t, count);
    numbers->sums = ARENA_ARRAY(arena, WideSum, count + 1);
    numbers->layers = ARENA_ARRAY(arena, Layer, numbers->depth);
    int64_t *order = base_alloc(((size_t)count + 1) * 3 * sizeof *order);
    int64_t *ranks = order + count + 1, *next = ranks + count + 1;
    for (int64_t i = 0; i < count; i++) {
        order[i] = i;
        numbers->sums[i + 1] = numbers->sums[i];
        wide_sum_add(&numbers->sums[i + 1], values[i]);
    }
    sort_stable(order, (size_t)count, sizeof *order, compare_ranked, values);
    for (int64_t r = 0; r < count; r++) {
        numbers->sorted[r] = values[order[r]];
        ranks[order[r]] = r;
    }
    for (int l = 0; l < numbers->depth; l++) {
        Layer *level = &numbers->layers[l];
        level->zeros = ARENA_ARRAY(arena, int64_t, count + 1);
        level->ones = ARENA_ARRAY(arena, WideSum, count + 1);
        make_layer(numbers, numbers->depth - 1 - l, ranks, next, level);
    }
    free(order);
    return numbers;
}

// ---------------------------------------------------------------- asking

// Where the search stands: the part of the stretch whose ranks begin with the bits chosen so far.
typedef struct Search {
    int64_t from, to;
    WideSum sum;  // of the part
    int64_t rank; // the least that begins so
} Search;

static WideSum sum_between(const WideSum *sums, int64_t from, int64_t to)
{
    WideSum sum = sums[from], out = sums[to];
    // out − sum, in two's complement.
    sum.low = ~sum.low;
    sum.high = ~sum.high;
    wide_sum_add(&sum, 1);
    wide_sum_merge(&out, &sum);
    return out;
}

static Search search_begin(const NumberLine *numbers, int64_t from, int64_t to)
{
    return (Search){from, to, sum_between(numbers->sums, from, to), 0};
}

// The two halves of a part.
static void search_part(const NumberLine *numbers, int l, const Search *search, Search *zeros,
                        Search *ones)
{
    const Layer *level = &numbers->layers[l];
    int64_t all = level->zeros[numbers->count];
    *zeros =
        (Search){level->zeros[search->from], level->zeros[search->to], search->sum, search->rank};
    *ones = (Search){all + search->from - zeros->from, all + search->to - zeros->to,
                     sum_between(level->ones, search->from, search->to),
                     search->rank + ((int64_t)1 << (numbers->depth - 1 - l))};
    WideSum both[2] = {ones->sum, search->sum};
    zeros->sum = sum_between(both, 0, 1);
}

static void take(Mean *mean, const Search *part)
{
    wide_sum_merge(&mean->sum, &part->sum);
    mean->count += part->to - part->from;
}

// The greatest mean M is at least x if and only if all values from x on leave the mean at x or above: what is between
// x and M then pulls it no further. So a half that holds the limit is told by its first value alone.
Mean numbers_furthest(const NumberLine *numbers, int64_t from, int64_t to, Mean mean, int sign)
{
    Search search = search_begin(numbers, from, to), zeros, ones;
    for (int l = 0; l < numbers->depth && search.from < search.to; l++) {
        search_part(numbers, l, &search, &zeros, &ones);
        const Search *far = sign > 0 ? &ones : &zeros, *near = sign > 0 ? &zeros : &ones;
        int64_t edge = sign > 0 ? ones.rank : MIN_OF(ones.rank, numbers->count) - 1;
        Mean with = mean;
        take(&with, far);
        bool beyond = far->from == far->to || mean_pull(&with, numbers->sorted[edge]) * sign > 0;
        if (beyond) // the limit lies nearer than all of the far half
            mean = with;
        search = beyond ? *near : *far;
    }
    if (search.from < search.to && mean_pull(&mean, numbers->sorted[search.rank]) * sign > 0)
        take(&mean, &search);
    return mean;
}

// How many values come before the limit: not above the mean (sign 1), or below it (-1).
static int64_t rank_of(const NumberLine *numbers, const Mean *mean, int sign)
{
    int64_t low = 0, high = numbers->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int pull = mean_pull(mean, numbers->sorted[middle]);
        if (sign > 0 ? pull <= 0 : pull < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void numbers_beyond(const NumberLine *numbers, int64_t from, int64_t to, const Mean *mean, int sign,
                    Mean *into)
{
    int64_t rank = rank_of(numbers, mean, sign); // from here on above; before it below
    Search search = search_begin(numbers, from, to), zeros, ones;
    if (rank == numbers->count) {
        if (sign < 0)
            take(into, &search);
        return;
    }
    for (int l = 0; l < numbers->depth; l++) {
        search_part(numbers, l, &search, &zeros, &ones);
        bool one = (rank >> (numbers->depth - 1 - l) & 1) != 0;
        if (one == (sign < 0))
            take(into, one ? &zeros : &ones);
        search = one ? ones : zeros;
    }
    if (sign > 0)
        take(into, &search);
}
