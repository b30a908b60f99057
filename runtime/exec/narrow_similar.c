// SPDX-License-Identifier: Apache-2.0
//
// narrow_similar.c: `similar(a, b) >= c` (Jaro–Winkler) between two tables: pairs that cannot reach c are left out
// by bounds, and only the others are computed.
//
// With m matching characters of texts of lengths x and y the likeness is at most w(m) = j + p/10·(1 − j), where
// j = (m/x + m/y + 1)/3 and p is the length of the common beginning, 4 at most. So each pair of lengths needs some
// least m. Matching characters are common to both as multisets, so x less what only the one text has bounds m; that is
// counted by bits: every occurrence of a character, the first, the second …, has a bit of 128, and a bit that only the
// one text has stands for at least one occurrence that only it has. The bound is compared with a margin, so that
// rounding in the function itself cannot lose a pair.

#include "runtime/base/sort.h"
#include "runtime/exec/narrow_int.h"

enum { POINTS_MAX = 4096, PREFIX_MAX = 4 };

#define MARGIN 1e-9

typedef struct Bits {
    uint64_t low, high;
} Bits;

// A text as the bounds see it.
typedef struct Shape {
    int64_t row;
    Bits bits;
    int32_t first[PREFIX_MAX]; // the first characters, -1 behind the end
    int32_t length;
} Shape;

// Rows whose texts have one length.
typedef struct LengthRange {
    int32_t length;
    int64_t from, to; // into shapes
} LengthRange;

struct SimilarIndex {
    Expr binding;
    double least;
    Shape *shapes; // by length
    Bits *bits;    // of the same
    int32_t *first;
    VEC(LengthRange) ranges;
    VEC(int64_t) rest; // rows whose text is not known, or too long for the function
    Vector values;     // of the batch under way
};

static bool known(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[index] == VALUE_KNOWN;
}

// ---------------------------------------------------------------- shapes

static void set_bit(Bits *bits, uint32_t bit)
{
    if (bit < 64)
        bits->low |= (uint64_t)1 << bit;
    else
        bits->high |= (uint64_t)1 << (bit - 64);
}

// False: too long.
static bool shape_of(Str text, Shape *shape)
{
    uint8_t seen[256] = {
        0}; // characters with the same last byte count as one: common ones can only be more
    *shape = (Shape){.first = {-1, -1, -1, -1}};
    for (size_t at = 0; at < text.len;) {
        if (shape->length == POINTS_MAX)
            return false;
        uint32_t point = (uint32_t)utf8_decode(text, &at);
        if (shape->length < PREFIX_MAX)
            shape->first[shape->length] = (int32_t)point;
        shape->length++;
        uint32_t place = ((point & 255) * 5 + seen[point & 255]++ * 37u) & 127;
        set_bit(&shape->bits, place);
    }
    return true;
}

static int compare_shapes(const void *context, const void *a, const void *b)
{
    (void)context;
    return ((const Shape *)a)->length - ((const Shape *)b)->length;
}

// ---------------------------------------------------------------- building

static void sort_shapes(SimilarIndex *index, Arena *arena, int64_t count)
{
    sort_stable(index->shapes, (size_t)count, sizeof *index->shapes, compare_shapes, NULL);
    index->bits = ARENA_ARRAY(arena, Bits, count + 1);
    index->first = ARENA_ARRAY(arena, int32_t, count + 1);
    for (int64_t i = 0; i < count; i++) {
        index->bits[i] = index->shapes[i].bits;
        index->first[i] = index->shapes[i].first[0];
        if (i == 0 || index->shapes[i].length != index->shapes[i - 1].length)
            avec_push(arena, &index->ranges,
                      (LengthRange){.length = index->shapes[i].length, .from = i});
        index->ranges.items[index->ranges.count - 1].to = i + 1;
    }
}

static void index_rows(BodyRun *run, SimilarIndex *index, PartnerRun *partner, const Expr *row)
{
    Vector texts;
    int64_t total = partner->rowset->row_count, count = 0;
    narrow_rows(run, partner, row, &texts);
    index->shapes = ARENA_ARRAY(partner->arena, Shape, total + 1);
    for (int64_t i = 0; i < total; i++) {
        Shape *shape = &index->shapes[count];
        if (known(&texts, i) && shape_of(dict_str(run->shared->dict, texts.code[i]), shape)) {
            shape->row = i;
            count++;
        } else {
            avec_push(partner->arena, &index->rest, i);
        }
    }
    sort_shapes(index, partner->arena, count);
}

// Is the register a call of the function whose bounds these are?
static bool is_similar(const RunShared *shared, const Expr *value, uint32_t reg)
{
    const Step *step = &value->steps[reg];
    return step->op == STEP_CALL && step->list_count == 2 &&
           str_equal(shared->program->functions[step->index].name, STR("similar")) &&
           value->steps[step->list[0]].phys == PHYS_CODE &&
           value->steps[step->list[1]].phys == PHYS_CODE;
}

// The number of an expression that reads no row.
static bool constant_of(BodyRun *run, const Expr *expr, double *out)
{
    if (expr_slots(expr) != 0 || expr_reads_aggregate(expr))
        return false;
    EvalContext context = {.shared = &run->shared->eval, .arena = run->scratch, .count = 1};
    Vector value;
    eval_expr(&context, expr, &value);
    if (value.phys != PHYS_F64 || !known(&value, 0))
        return false;
    *out = value.f64[0];
    return true;
}

static SimilarIndex *similar_make(BodyRun *run, PartnerRun *partner, const Expr *value)
{
    const Step *last = &value->steps[value->count - 1];
    if (last->op != STEP_COMPARE)
        return NULL;
    bool at_least = last->index == COMPARE_GE || last->index == COMPARE_GT;
    bool at_most = last->index == COMPARE_LE || last->index == COMPARE_LT;
    uint32_t call = at_least ? last->a : last->b, limit = at_least ? last->b : last->a;
    if (!(at_least || at_most) || !is_similar(run->shared, value, call))
        return NULL;
    Arena *arena = partner->arena;
    Expr least = narrow_side(arena, value, limit);
    Expr one = narrow_side(arena, value, value->steps[call].list[0]);
    Expr other = narrow_side(arena, value, value->steps[call].list[1]);
    bool left = narrow_reads_row(partner, &one);
    const Expr *row = left ? &one : &other, *binding = left ? &other : &one;
    SimilarIndex *index = ARENA_NEW(arena, SimilarIndex);
    if (!narrow_reads_row(partner, row) || !narrow_reads_binding(partner, binding) ||
        !constant_of(run, &least, &index->least))
        return NULL;
    index->binding = *binding;
    index_rows(run, index, partner, row);
    return index;
}

SimilarIndex *similar_build(BodyRun *run, PartnerRun *partner)
{
    SimilarIndex *index = NULL;
    for (uint32_t l = 0; index == NULL && l < partner->partner->leaf_count; l++) {
        const OnLeaf *leaf = &partner->partner->leaves[l];
        if (leaf->conjunct && !leaf->negative && !leaf->key)
            index = similar_make(run, partner, &leaf->value);
    }
    return index;
}

// ---------------------------------------------------------------- bounds

static double bound(int32_t matches, int32_t x, int32_t y, int32_t prefix)
{
    double jaro = ((double)matches / x + (double)matches / y + 1) / 3;
    return jaro + prefix * 0.1 * (1 - jaro);
}

// How many characters of the first text the second may lack, by the length of their common beginning; -1: with such
// lengths no pair reaches the limit.
static int32_t may_lack(double least, int32_t x, int32_t y, int32_t prefix)
{
    int32_t matches = MIN_OF(x, y);
    if (x == 0 || y == 0)
        return x == y ? 0 : -1;
    if (bound(matches, x, y, prefix) < least - MARGIN)
        return -1;
    while (matches > 0 && bound(matches - 1, x, y, prefix) >= least - MARGIN)
        matches--;
    return x - matches;
}

static int32_t common_beginning(const Shape *a, const Shape *b)
{
    int32_t prefix = 0;
    while (prefix < PREFIX_MAX && a->first[prefix] >= 0 && a->first[prefix] == b->first[prefix])
        prefix++;
    return prefix;
}

static int32_t lacking(Bits a, Bits b)
{
    return __builtin_popcountll(a.low & ~b.low) + __builtin_popcountll(a.high & ~b.high);
}

static void range_pairs(const SimilarIndex *index, const Shape *shape, const LengthRange *range,
                        int64_t binding, Pairs *pairs)
{
    int32_t lack[PREFIX_MAX + 1];
    for (int32_t prefix = 0; prefix <= PREFIX_MAX; prefix++)
        lack[prefix] = may_lack(index->least, shape->length, range->length, prefix);
    if (lack[PREFIX_MAX] < 0)
        return;
    for (int64_t i = range->from; i < range->to; i++) {
        bool begins = index->first[i] == shape->first[0];
        if (lacking(shape->bits, index->bits[i]) > lack[begins ? PREFIX_MAX : 0])
            continue;
        const Shape *other = &index->shapes[i];
        int32_t allowed = lack[common_beginning(shape, other)];
        if (lacking(shape->bits, other->bits) <= allowed &&
            lacking(other->bits, shape->bits) <= allowed + range->length - shape->length)
            pairs_add(pairs, binding, other->row);
    }
}

void similar_begin(BodyRun *run, SimilarIndex *index, const Bindings *in)
{
    narrow_bindings(run, in, &index->binding, &index->values);
}

bool similar_rows(const BodyRun *run, SimilarIndex *index, int64_t binding, Pairs *pairs)
{
    Shape shape;
    if (!known(&index->values, binding) ||
        !shape_of(dict_str(run->shared->dict, index->values.code[binding]), &shape))
        return false;
    int64_t from = pairs->count;
    for (size_t r = 0; r < index->ranges.count; r++)
        range_pairs(index, &shape, &index->ranges.items[r], binding, pairs);
    for (size_t i = 0; i < index->rest.count; i++)
        pairs_add(pairs, binding, index->rest.items[i]);
    narrow_sort(pairs->row + from, pairs->count - from);
    return true;
}
