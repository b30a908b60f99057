// SPDX-License-Identifier: Apache-2.0
//
// replay_miss.c: how near a key came to passing the clause at which it ended.
//
// Of a condition, the first conjunct in written order that is false is named, with the values that it compared. Where
// they have an order, the binding that lacked least is kept (of equally near ones the first); elsewhere up to three
// different ones. A partner clause is taken apart: its conjuncts are applied one after the other to all rows of the
// partner's table, so that a reader sees which one left no row.

#include "runtime/base/unicode.h"
#include "runtime/exec/entry_int.h"
#include "runtime/exec/replay_int.h"

// Rows of a partner's table judged at a time.
#define CHUNK_ROWS 4096
// Most edits between two texts that are shown as near.
#define EDITS_MAX 2

// ---------------------------------------------------------------- distance

// |a - b| of the comparison behind a conjunct, in the counts of its operands' type. False: there is none.
static bool distance_of(const EvalContext *context, const Expr *expr, uint32_t step, int64_t index,
                        int128_t *distance, Type *type)
{
    const Step *at = &expr->steps[step];
    while (at->op == STEP_LEAF || at->op == STEP_LEAF_RAW || at->op == STEP_NOT)
        at = &expr->steps[at->a];
    Phys phys = type_phys(at->type);
    if (at->op != STEP_COMPARE || (phys != PHYS_I64 && phys != PHYS_I128) ||
        at->type.kind == TYPE_ENUM)
        return false;
    Expr left = replay_part(expr, at->a), right = replay_part(expr, at->b);
    Vector a, b;
    eval_expr(context, &left, &a);
    eval_expr(context, &right, &b);
    Value x = vector_value(&a, at->type, a.constant ? 0 : index),
          y = vector_value(&b, at->type, b.constant ? 0 : index);
    if (x.state != VALUE_KNOWN || y.state != VALUE_KNOWN || a.phys != b.phys || a.phys != phys)
        return false;
    int128_t p = phys == PHYS_I64 ? x.i64 : x.i128, q = phys == PHYS_I64 ? y.i64 : y.i128;
    *distance = p > q ? p - q : q - p;
    *type = at->type;
    return true;
}

Str replay_distance(const Replay *replay, int128_t distance, Type type)
{
    if (type.kind == TYPE_DATE)
        return arena_printf(replay->arena, "%" PRId64 "天", (int64_t)distance);
    if (type.kind == TYPE_MONTH)
        return arena_printf(replay->arena, "%" PRId64 "个月", (int64_t)distance);
    Value value = {.type = type, .state = VALUE_KNOWN};
    if (type.kind == TYPE_DATETIME)
        value.type = type_of(TYPE_TIME);
    if (type_phys(type) == PHYS_I64)
        value.i64 = (int64_t)distance;
    else
        value.i128 = distance;
    return replay_text(replay, &value);
}

// ---------------------------------------------------------------- keeping the nearest

ReplayMiss replay_miss_make(const Replay *replay, Str condition, const ReplayValues *values)
{
    ReplayValue *kept = ARENA_ARRAY(replay->arena, ReplayValue, MAX_OF(values->count, 1u));
    for (uint32_t i = 0; i < values->count; i++)
        kept[i] = values->items[i];
    return (ReplayMiss){.condition = arena_str(replay->arena, condition),
                        .values = kept,
                        .value_count = values->count};
}

static bool same_values(const ReplayMiss *miss, const ReplayValues *values)
{
    if (miss->value_count != values->count)
        return false;
    for (uint32_t i = 0; i < values->count; i++) {
        if (!str_equal(miss->values[i].value, values->items[i].value))
            return false;
    }
    return true;
}

EvidenceRow replay_row(const Replay *replay, uint32_t slot, int64_t row)
{
    const Slot *from = &replay->body->slots[slot];
    return evidence_row(from->name, run_rowset(replay->shared, from->source), row);
}

// The row of the last variable that the conjunct reads.
static EvidenceRow row_behind(const Replay *replay, const Bindings *batch, const Expr *expr,
                              uint32_t step, int64_t index)
{
    Expr part = replay_part(expr, step);
    uint64_t slots = expr_slots(&part);
    for (uint32_t s = replay->body->slot_count; s-- > 0;) {
        if ((slots >> s & 1) != 0 && batch->rows[s] != NULL && batch->rows[s][index] >= 0 &&
            replay->body->slots[s].source.kind != SOURCE_PRODUCED)
            return replay_row(replay, s, batch->rows[s][index]);
    }
    return (EvidenceRow){0};
}

// One binding that failed a conjunct is offered.
static void offer(Replay *replay, ReplayTrack *track, const EvalContext *context,
                  const Bindings *batch, const Expr *expr, uint32_t step, int64_t index)
{
    int128_t distance = 0;
    Type type = {0};
    bool has_distance = distance_of(context, expr, step, index, &distance, &type);
    if (track->has_distance && (!has_distance || distance >= track->distance))
        return;
    if (!has_distance && track->miss_count == REPLAY_MISSES_MAX)
        return;
    ReplayValues values = {.count = 0};
    Expr part = replay_part(expr, step);
    replay_values(replay, context, &part, index, &values);
    for (uint32_t m = 0; !has_distance && m < track->miss_count; m++) {
        if (same_values(&track->misses[m], &values))
            return;
    }
    ReplayMiss miss = replay_miss_make(replay, replay_condition(expr, step), &values);
    if (batch != NULL)
        miss.row = row_behind(replay, batch, expr, step, index);
    if (has_distance) {
        miss.distance = replay_distance(replay, distance, type);
        track->has_distance = true;
        track->distance = distance;
        track->miss_count = 0;
    }
    track->misses[track->miss_count++] = miss;
}

// ---------------------------------------------------------------- conditions

// The first conjunct that is false in each row; expr->count: none.
static uint32_t *first_false(const EvalContext *context, const Expr *expr, int64_t count,
                             Arena *arena)
{
    uint32_t *steps = ARENA_ARRAY(arena, uint32_t, MAX_OF(expr->count, 1u));
    uint32_t conjuncts = replay_conjuncts(expr, steps);
    uint32_t *first = ARENA_ARRAY(arena, uint32_t, MAX_OF(count, 1));
    for (int64_t i = 0; i < count; i++)
        first[i] = expr->count;
    for (uint32_t c = 0; c < conjuncts; c++) {
        Expr part = replay_part(expr, steps[c]);
        Vector truth;
        part.is_truth = true;
        eval_truth(context, &part, &truth);
        for (int64_t i = 0; i < count; i++) {
            if (first[i] == expr->count && truth.truth[truth.constant ? 0 : i] == TRUTH_F)
                first[i] = steps[c];
        }
    }
    return first;
}

void replay_miss_filter(Replay *replay, BodyRun *run, const Operator *op, const Bindings *before,
                        const uint8_t *agree)
{
    const Expr *expr = &op->condition;
    if (op->kind != OPERATOR_FILTER || expr->count == 0)
        return;
    EvalContext context = replay_context(run, before, expr);
    uint32_t *first = first_false(&context, expr, before->count, run->scratch);
    for (int64_t i = 0; i < before->count; i++) {
        BindState state = bindings_state(run, before, i);
        if (agree[i] == 0 || first[i] == expr->count || state.a_gone ||
            bind_class_a(&state) >= CLASS_SHADOW)
            continue;
        offer(replay, replay_track(replay, op), &context, before, expr, first[i], i);
    }
}

void replay_miss_group(Replay *replay, Level *level, const Operator *op, int64_t group)
{
    const Expr *expr = &op->condition;
    ReplayTrack *track = replay_track(replay, op);
    if (op->kind != OPERATOR_FILTER || expr->count == 0)
        return;
    EvalContext context = replay_group_context(level, expr);
    uint32_t *first = first_false(&context, expr, level->count, level->run->scratch);
    if (first[group] != expr->count)
        offer(replay, track, &context, NULL, expr, first[group], group);
}

// ---------------------------------------------------------------- partners

typedef struct Pairs {
    Replay *replay;
    BodyRun *run;
    const Operator *op;
    const Bindings *before;
    int64_t index; // of the binding
    const Rowset *rowset;
    ReplayTrack *track;
} Pairs;

// The binding beside `count` rows of the partner from `first` on.
static void pair_batch(const Pairs *pairs, int64_t first, int64_t count, Bindings *out)
{
    Arena *arena = pairs->run->scratch;
    int64_t *index = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        index[i] = pairs->index;
    bindings_take(pairs->run, pairs->before, index, count, arena, out);
    int64_t *rows = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        rows[i] = first + i;
    out->rows[pairs->op->partner.slot] = rows;
}

// Applies conjuncts 0..upto to the rows: `alive` says which are left.
static void apply_parts(const Pairs *pairs, const Bindings *batch, uint32_t upto, int64_t *left,
                        uint8_t *alive)
{
    const Partner *partner = &pairs->op->partner;
    uint32_t part = 0;
    for (int64_t i = 0; i < batch->count; i++)
        alive[i] = rowset_class(pairs->rowset, batch->rows[partner->slot][i]) < CLASS_SHADOW;
    for (uint32_t l = 0; l < partner->leaf_count && part < upto; l++) {
        if (!partner->leaves[l].conjunct)
            continue;
        EvalContext context = bindings_context(pairs->run, batch, pairs->run->scratch);
        Vector value;
        eval_expr(&context, &partner->leaves[l].value, &value);
        int64_t count = 0;
        for (int64_t i = 0; i < batch->count; i++) {
            int64_t at = value.constant ? 0 : i;
            bool known = value.state == NULL || value.state[at] == VALUE_KNOWN;
            alive[i] = alive[i] && known && value.truth[at] == TRUTH_T;
            count += alive[i];
        }
        if (left != NULL)
            left[part] += count;
        part++;
    }
}

static const OnLeaf *conjunct_at(const Partner *partner, uint32_t part)
{
    for (uint32_t l = 0; l < partner->leaf_count; l++) {
        if (partner->leaves[l].conjunct && part-- == 0)
            return &partner->leaves[l];
    }
    return NULL;
}

static uint32_t conjunct_count(const Partner *partner)
{
    uint32_t count = 0;
    for (uint32_t l = 0; l < partner->leaf_count; l++)
        count += partner->leaves[l].conjunct;
    return count;
}

// Texts of the failing equality's other side are compared with what was wanted: a slip of one character shows.
static bool nearest_text(const Pairs *pairs, const OnLeaf *leaf, NearName *near)
{
    Arena *arena = pairs->run->scratch;
    if (!leaf->key || type_phys(leaf->earlier.type) != PHYS_CODE)
        return false;
    EvalContext context = bindings_context(pairs->run, pairs->before, arena);
    Vector wanted;
    eval_expr(&context, &leaf->earlier, &wanted);
    Value value = vector_value(&wanted, leaf->earlier.type, wanted.constant ? 0 : pairs->index);
    if (value.state != VALUE_KNOWN)
        return false;
    near_name_init(near, dict_str(pairs->replay->shared->dict, value.code));
    near->distance = MIN_OF(near->distance, EDITS_MAX + 1);
    return true;
}

// Whether two texts can be within EDITS_MAX edits, by how often each kind of byte stands in them: most cannot, and
// are not compared in full.
static bool may_be_near(Str a, Str b)
{
    int counts[16] = {0}, apart = 0;
    bool ascii = true;
    for (size_t i = 0; i < a.len; i++) {
        counts[a.ptr[i] & 15]++;
        ascii = ascii && (unsigned char)a.ptr[i] < 0x80;
    }
    for (size_t i = 0; i < b.len; i++)
        counts[b.ptr[i] & 15]--;
    for (int c = 0; c < 16; c++)
        apart += counts[c] < 0 ? -counts[c] : counts[c];
    return apart <= EDITS_MAX * 2 * (ascii ? 1 : 4);
}

// Offers the text of row `index` of the partner's side.
static bool offer_text(const Pairs *pairs, const OnLeaf *leaf, const Vector *side, int64_t index,
                       NearName *near)
{
    Value value = vector_value(side, leaf->partner.type, side->constant ? 0 : index);
    int64_t before = near->distance;
    if (value.state != VALUE_KNOWN)
        return false;
    Str text = dict_str(pairs->replay->shared->dict, value.code);
    if (may_be_near(near->wanted, text))
        near_name_offer(near, text);
    return near->distance < before;
}

// Up to CHUNK_ROWS rows of the partner beside the binding.
typedef struct PairChunk {
    int64_t first;
    Bindings batch;
    uint8_t *alive; // per row: whether the parts leave it
    EvalContext context;
    ArenaMark mark;
} PairChunk;

// Takes the rows from `first` on and applies conjuncts 0..upto to them; false: there are no more, or the run ends.
static bool chunk_open(const Pairs *pairs, int64_t first, uint32_t upto, int64_t *left,
                       PairChunk *chunk)
{
    Arena *arena = pairs->run->scratch;
    if (first >= pairs->rowset->row_count || run_poll(pairs->run->shared) != STATUS_OK)
        return false;
    int64_t count = MIN_OF((int64_t)CHUNK_ROWS, pairs->rowset->row_count - first);
    *chunk = (PairChunk){.first = first, .mark = arena_mark(arena)};
    pair_batch(pairs, first, count, &chunk->batch);
    chunk->alive = ARENA_ARRAY(arena, uint8_t, count);
    apply_parts(pairs, &chunk->batch, upto, left, chunk->alive);
    chunk->context = bindings_context(pairs->run, &chunk->batch, arena);
    return true;
}

static void chunk_close(const Pairs *pairs, const PairChunk *chunk)
{
    arena_rewind(pairs->run->scratch, chunk->mark);
}

// Offers the rows that all parts before `part` left; of an equality of texts, only the nearest text.
static void offer_pairs(const Pairs *pairs, uint32_t part)
{
    const OnLeaf *leaf = conjunct_at(&pairs->op->partner, part);
    NearName near;
    bool texts = nearest_text(pairs, leaf, &near);
    int64_t best = -1;
    PairChunk chunk;
    for (int64_t first = 0; chunk_open(pairs, first, part, NULL, &chunk); first += CHUNK_ROWS) {
        Vector side = {0};
        if (texts)
            eval_expr(&chunk.context, &leaf->partner, &side);
        for (int64_t i = 0; i < chunk.batch.count; i++) {
            if (chunk.alive[i] == 0)
                continue;
            if (!texts)
                offer(pairs->replay, pairs->track, &chunk.context, &chunk.batch, &leaf->value,
                      leaf->value.count - 1, i);
            else if (offer_text(pairs, leaf, &side, i, &near))
                best = first + i;
        }
        chunk_close(pairs, &chunk);
    }
    if (best >= 0) {
        Bindings batch;
        pair_batch(pairs, best, 1, &batch);
        EvalContext context = bindings_context(pairs->run, &batch, pairs->run->scratch);
        offer(pairs->replay, pairs->track, &context, &batch, &leaf->value, leaf->value.count - 1,
              0);
    }
}

// `lacks`: the partners that are there all the same.
static void offer_partners(const Pairs *pairs, uint32_t parts)
{
    const Partner *partner = &pairs->op->partner;
    ReplayTrack *track = pairs->track;
    PairChunk chunk;
    for (int64_t first = 0; chunk_open(pairs, first, parts, NULL, &chunk); first += CHUNK_ROWS) {
        for (int64_t i = 0; i < chunk.batch.count && track->miss_count < REPLAY_MISSES_MAX; i++) {
            ReplayValues values = {.count = 0};
            if (chunk.alive[i] == 0)
                continue;
            for (uint32_t l = 0; l < partner->leaf_count; l++)
                replay_values(pairs->replay, &chunk.context, &partner->leaves[l].value, i, &values);
            ReplayMiss miss = replay_miss_make(pairs->replay, STR(""), &values);
            miss.row = replay_row(pairs->replay, partner->slot, first + i);
            track->misses[track->miss_count++] = miss;
        }
        chunk_close(pairs, &chunk);
    }
}

// How many rows each conjunct leaves, over the bindings looked at.
static void count_parts(const Pairs *pairs, uint32_t parts, int64_t *left)
{
    PairChunk chunk;
    for (int64_t first = 0; chunk_open(pairs, first, parts, left, &chunk); first += CHUNK_ROWS)
        chunk_close(pairs, &chunk);
}

static void need_parts(const Replay *replay, const Partner *partner, uint32_t parts,
                       ReplayTrack *track)
{
    if (track->parts != NULL)
        return;
    track->parts = ARENA_ARRAY(replay->arena, ReplayPart, MAX_OF(parts, 1u));
    track->part_count = parts;
    for (uint32_t p = 0; p < parts; p++)
        track->parts[p].condition = arena_str(replay->arena, conjunct_at(partner, p)->value.text);
}

static void look_at_pairs(Pairs *pairs)
{
    const Partner *partner = &pairs->op->partner;
    ReplayTrack *track = pairs->track;
    uint32_t parts = conjunct_count(partner);
    if (partner->kind == PARTNER_LACKS) {
        if (parts == partner->leaf_count)
            offer_partners(pairs, parts);
        return;
    }
    need_parts(pairs->replay, partner, parts, track);
    int64_t *left = ARENA_ARRAY(pairs->run->scratch, int64_t, MAX_OF(parts, 1u));
    count_parts(pairs, parts, left);
    uint32_t failing = parts;
    for (uint32_t p = parts; p-- > 0;) {
        track->parts[p].pairs += left[p];
        failing = left[p] == 0 ? p : failing;
    }
    if (failing < parts)
        offer_pairs(pairs, failing);
}

void replay_miss_partner(Replay *replay, BodyRun *run, const Operator *op, const Bindings *before,
                         const uint8_t *agree)
{
    const Partner *partner = &op->partner;
    ReplayTrack *track = replay_track(replay, op);
    bool told = partner->kind == PARTNER_JOIN || partner->kind == PARTNER_EXISTS ||
                partner->kind == PARTNER_LACKS;
    if (!told || partner->match != NULL) // a match model has no conjuncts: weights decide
        return;
    for (int64_t i = 0; i < before->count && track->bindings < REPLAY_BINDINGS_MAX; i++) {
        BindState state = bindings_state(run, before, i);
        if (agree[i] == 0 || state.a_gone || bind_class_a(&state) >= CLASS_SHADOW)
            continue;
        Pairs pairs = {.replay = replay,
                       .run = run,
                       .op = op,
                       .before = before,
                       .index = i,
                       .rowset = run_rowset(run->shared, partner->source),
                       .track = track};
        look_at_pairs(&pairs);
        track->bindings++;
    }
}
