// SPDX-License-Identifier: Apache-2.0
//
// tuples.c: the tuples that an aggregate folds, and aggregates over the attached sets of one binding.
//
// An aggregate counts each distinct tuple of rows of the variables that it mentions once. Building a tuple
// batch spreads a batch of bindings over the rows of the attached variables mentioned; making tuples distinct
// across bindings is the caller's business, because it knows the group.

#include "runtime/data/vector.h"
#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/tuples_int.h"

// One step of the spread: tuples so far, and the slot that multiplies them next.
typedef struct Spread {
    BodyRun *run;
    const Aggregate *aggregate;
    Arena *arena;
    TupleBatch *tuples;
    uint32_t mention_count; // with the extra slots
    uint32_t folded_count;  // without them: a row that only `when` reads multiplies nothing
    bool guarded;           // of a window, where sets are read with the guard (decision 86)
} Spread;

static void tuples_alloc(Arena *arena, uint32_t mention_count, int64_t count, TupleBatch *out)
{
    *out = (TupleBatch){.count = count};
    out->binding = ARENA_ARRAY(arena, int64_t, count);
    out->rows = ARENA_ARRAY(arena, int64_t *, MAX_OF(mention_count, 1u));
    for (uint32_t m = 0; m < mention_count; m++)
        out->rows[m] = ARENA_ARRAY(arena, int64_t, count);
    out->row_class = ARENA_ARRAY(arena, uint8_t, count);
    out->cause = ARENA_ARRAY(arena, CauseId, count);
    out->many = ARENA_ARRAY(arena, uint8_t, count);
}

static void tuple_copy(const TupleBatch *from, int64_t index, TupleBatch *to, int64_t at,
                       uint32_t mention_count)
{
    to->binding[at] = from->binding[index];
    for (uint32_t m = 0; m < mention_count; m++)
        to->rows[m][at] = from->rows[m][index];
    to->row_class[at] = from->row_class[index];
    to->cause[at] = from->cause[index];
    to->many[at] = from->many[index];
}

static void tuple_worsen(TupleBatch *tuples, int64_t at, RowClass row_class, CauseId cause)
{
    if (row_class <= tuples->row_class[at])
        return;
    tuples->row_class[at] = (uint8_t)row_class;
    tuples->cause[at] = cause;
}

// One member of an attached set, as tuple `at` of `out`.
static void put_member(const Spread *spread, int64_t from, uint32_t m, const Rowset *rowset,
                       AttachedMember member, TupleBatch *out, int64_t at)
{
    tuple_copy(spread->tuples, from, out, at, spread->mention_count);
    out->rows[m][at] = member.row;
    tuple_worsen(out, at, member.row_class, member.cause);
    if (m < spread->folded_count)
        out->many[at] |=
            row_is_unknown(member.row) ? !row_is_tail(member.row) : rowset_many(rowset, member.row);
}

// The rows of a tail that the aggregate cannot take as one.
static int64_t put_tail(const Spread *spread, int64_t from, uint32_t m, const Rowset *rowset,
                        uint32_t slot, const AttachedMember *tail, TupleBatch *out, int64_t at)
{
    int64_t count = partner_tail_size(spread->run, slot, tail->row);
    int64_t *rows = base_alloc(((size_t)count + 1) * sizeof *rows);
    CauseId *causes = base_alloc(((size_t)count + 1) * sizeof *causes);
    partner_tail_rows(spread->run, slot, tail->row, rows, causes);
    for (int64_t i = 0; i < count; i++)
        put_member(spread, from, m, rowset, (AttachedMember){rows[i], causes[i], tail->row_class},
                   out, at + i);
    free(rows);
    free(causes);
    return count;
}

// How many tuples a member makes.
static int64_t member_tuples(const Spread *spread, uint32_t slot, const AttachedMember *member)
{
    if (!row_is_tail(member->row) || partner_tail_folds(spread->run, spread->aggregate, slot))
        return 1;
    return partner_tail_size(spread->run, slot, member->row);
}

// Spreads over the attached slot at place `m` of the mention list.
static void spread_attached(Spread *spread, uint32_t m, uint32_t slot, const Rowset *rowset,
                            const AttachedSet *set)
{
    const TupleBatch *in = spread->tuples;
    int64_t total = 0;
    for (int64_t i = 0; i < in->count; i++)
        for (int64_t k = set->offsets[in->binding[i]]; k < set->offsets[in->binding[i] + 1]; k++)
            total += member_tuples(spread, slot, &set->members[k]);
    TupleBatch out;
    tuples_alloc(spread->arena, spread->mention_count, total, &out);
    int64_t next = 0;
    for (int64_t i = 0; i < in->count; i++) {
        for (int64_t k = set->offsets[in->binding[i]]; k < set->offsets[in->binding[i] + 1]; k++) {
            AttachedMember member = set->members[k];
            if (spread->guarded && member.row_class == CLASS_TOLERATED)
                continue;
            if (spread->guarded && member.row_class == CLASS_SHADOW)
                member.row_class = CLASS_POSSIBLE;
            if (row_is_tail(member.row) &&
                !partner_tail_folds(spread->run, spread->aggregate, slot))
                next += put_tail(spread, i, m, rowset, slot, &member, &out, next);
            else
                put_member(spread, i, m, rowset, member, &out, next++);
        }
    }
    out.count = next;
    memcpy(out.extra, in->extra, sizeof out.extra);
    out.extra_count = in->extra_count;
    *spread->tuples = out;
}

// Takes the plain row variable at place `m`: absent rows leave the tuple out, `?` makes it possible. A row of a
// relation whose key is not wholly known stands for many, as `?` does.
static void take_plain(Spread *spread, uint32_t m, const Rowset *rowset, const int64_t *rows)
{
    TupleBatch *tuples = spread->tuples;
    int64_t next = 0;
    for (int64_t i = 0; i < tuples->count; i++) {
        int64_t row = rows[tuples->binding[i]];
        if (row == ROW_ABSENT)
            continue;
        if (next != i)
            tuple_copy(tuples, i, tuples, next, spread->mention_count);
        tuples->rows[m][next] = row;
        if (row_is_unknown(row)) {
            tuple_worsen(tuples, next, CLASS_POSSIBLE, row_cause(row));
            tuples->many[next] |= !row_is_one(row);
        } else {
            tuples->many[next] |= rowset_many(rowset, row);
        }
        next++;
    }
    tuples->count = next;
}

// A context whose rows are the tuples: mentioned slots by the tuple's rows, all others, keys and aggregates
// by the tuple's binding.
static EvalContext tuple_context(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                                 const EvalContext *base, const TupleBatch *tuples, uint64_t wanted)
{
    Arena *arena = run->scratch;
    const Body *body = run->body;
    SlotRows *slots = ARENA_ARRAY(arena, SlotRows, MAX_OF(body->slot_count, 1u));
    for (uint32_t slot = 0; slot < body->slot_count; slot++) {
        if ((wanted >> slot & 1) == 0 || batch->rows[slot] == NULL)
            continue;
        int64_t *rows = ARENA_ARRAY(arena, int64_t, tuples->count);
        for (int64_t i = 0; i < tuples->count; i++)
            rows[i] = batch->rows[slot][tuples->binding[i]];
        slots[slot] = (SlotRows){.rowset = base->slots[slot].rowset, .rows = rows};
    }
    for (uint32_t m = 0; m < aggregate->mention_count + tuples->extra_count; m++) {
        uint32_t slot = m < aggregate->mention_count ? aggregate->mention[m]
                                                     : tuples->extra[m - aggregate->mention_count];
        const Rowset *rowset =
            batch->rows[slot] == NULL ? slot_rowset(run, slot) : base->slots[slot].rowset;
        slots[slot] = (SlotRows){.rowset = rowset, .rows = tuples->rows[m]};
    }
    EvalContext context = *base;
    context.arena = arena;
    context.count = tuples->count;
    context.slots = slots;
    return context;
}

static bool is_identity_map(const TupleBatch *tuples, int64_t count)
{
    bool same = tuples->count == count;
    for (int64_t i = 0; same && i < count; i++)
        same = tuples->binding[i] == i; // a binding without rows may make up for one with two
    return same;
}

// vectors[v] at the tuples' bindings.
static const Vector *vectors_at(const Vector *vectors, uint32_t count, const TupleBatch *tuples,
                                Arena *arena)
{
    if (vectors == NULL)
        return NULL;
    Vector *out = ARENA_ARRAY(arena, Vector, MAX_OF(count, 1u));
    for (uint32_t v = 0; v < count; v++) {
        out[v] = vectors[v];
        if (vectors[v].data != NULL && !vectors[v].constant)
            vector_take(&vectors[v], tuples->binding, tuples->count, arena, &out[v]);
    }
    return out;
}

static uint32_t last_key_count(const Body *body)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < body->operator_count; i++) {
        if (body->operators[i].kind == OPERATOR_GROUP)
            most = MAX_OF(most, body->operators[i].group.key_count);
    }
    return most;
}

// A tuple that is left out, until those behind it move up.
#define TUPLE_GONE ((int64_t)-1)

// At most one row of a tuple is a tail (partner_tail.c).
int64_t tuple_tail(const BodyRun *run, const TupleBatch *tuples, const Aggregate *aggregate,
                   int64_t index, uint32_t *place)
{
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        *place = m;
        if (run->body->slots[aggregate->mention[m]].attached && row_is_tail(tuples->rows[m][index]))
            return tuples->rows[m][index];
    }
    return 0;
}

static bool is_tail(const BodyRun *run, const TupleBatch *tuples, const Aggregate *aggregate,
                    int64_t index)
{
    uint32_t place;
    return tuple_tail(run, tuples, aggregate, index, &place) != 0;
}

// The tails among the tuples become those of their rows for which `when` is not F.
static void apply_when_to_tails(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                                TupleBatch *tuples)
{
    for (int64_t i = 0; i < tuples->count; i++) {
        uint32_t place;
        if (!is_tail(run, tuples, aggregate, i))
            continue;
        partner_tail_when(run, batch, aggregate, tuples, i);
        int64_t tail = tuple_tail(run, tuples, aggregate, i, &place);
        if (tail != 0)
            tuples->cause[i] = partner_tail_cause(run, aggregate->mention[place], tail);
        else
            tuples->binding[i] = TUPLE_GONE;
    }
}

// Evaluates `when`, drops tuples in which it is false, and lowers those in which it is undetermined.
static void apply_when(BodyRun *run, const Bindings *batch, const EvalContext *context,
                       const Aggregate *aggregate, TupleBatch *tuples)
{
    if (aggregate->when.count == 0)
        return;
    Vector truth;
    eval_truth(context, &aggregate->when, &truth);
    vector_expand(&truth, tuples->count, context->arena);
    apply_when_to_tails(run, batch, aggregate, tuples);
    int64_t next = 0;
    for (int64_t i = 0; i < tuples->count; i++) {
        bool tail = is_tail(run, tuples, aggregate, i);
        if (tuples->binding[i] == TUPLE_GONE || (!tail && truth.truth[i] == TRUTH_F))
            continue;
        if (next != i)
            tuple_copy(tuples, i, tuples, next, aggregate->mention_count + tuples->extra_count);
        if (truth.truth[i] == TRUTH_U && !tail) {
            CauseId cause = truth.cause == NULL ? 0 : truth.cause[i];
            tuple_worsen(tuples, next, CLASS_POSSIBLE, members_cause(run->shared->causes, cause));
        }
        next++;
    }
    tuples->count = next;
}

static void start_tuples(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                         TupleBatch *out)
{
    TupleBatch extras = {0};
    uint64_t mentioned = 0;
    for (uint32_t m = 0; m < aggregate->mention_count; m++)
        mentioned |= (uint64_t)1 << aggregate->mention[m];
    uint64_t read = (expr_slots(&aggregate->when) | expr_slots(&aggregate->by)) & ~mentioned;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if ((read >> slot & 1) != 0 && batch->attached[slot].offsets != NULL)
            extras.extra[extras.extra_count++] = slot;
    }
    tuples_alloc(run->scratch, aggregate->mention_count + extras.extra_count, batch->count, out);
    memcpy(out->extra, extras.extra, sizeof out->extra);
    out->extra_count = extras.extra_count;
    for (int64_t i = 0; i < batch->count; i++)
        out->binding[i] = i;
}

static void spread_slots(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                         TupleBatch *out)
{
    Spread spread = {.run = run,
                     .aggregate = aggregate,
                     .arena = run->scratch,
                     .tuples = out,
                     .mention_count = aggregate->mention_count + out->extra_count,
                     .folded_count = aggregate->mention_count,
                     .guarded = aggregate->window != 0};
    for (uint32_t m = 0; m < spread.mention_count; m++) {
        uint32_t slot = m < aggregate->mention_count ? aggregate->mention[m]
                                                     : out->extra[m - aggregate->mention_count];
        const Rowset *rowset = slot_rowset(run, slot);
        if (batch->attached[slot].offsets != NULL)
            spread_attached(&spread, m, slot, rowset, &batch->attached[slot]);
        else if (batch->rows[slot] != NULL)
            take_plain(&spread, m, rowset, batch->rows[slot]);
    }
}

// Tuples of one binding that differ in extra slots only are one: the best of them.
static void drop_extra(BodyRun *run, const Aggregate *aggregate, TupleBatch *tuples)
{
    if (tuples->extra_count == 0)
        return;
    const CauseTable *causes = run->shared->causes;
    uint32_t width = aggregate->mention_count + 1;
    int64_t *id = ARENA_ARRAY(run->scratch, int64_t, width);
    Map seen = {0};
    int64_t next = 0;
    for (int64_t i = 0; i < tuples->count; i++) {
        id[0] = tuples->binding[i];
        for (uint32_t m = 1; m < width; m++)
            id[m] = tuples->rows[m - 1][i];
        bool is_new = false;
        uint64_t *at = map_at(&seen, (Str){(const char *)id, width * sizeof *id}, &is_new);
        if (is_new) {
            *at = (uint64_t)next;
            tuple_copy(tuples, i, tuples, next++, aggregate->mention_count + tuples->extra_count);
            continue;
        }
        int64_t have = (int64_t)*at;
        bool better = tuples->row_class[i] < tuples->row_class[have];
        bool lower = tuples->row_class[i] == tuples->row_class[have] && tuples->cause[i] != 0 &&
                     cause_order(causes, tuples->cause[i], tuples->cause[have]) < 0;
        if (better || lower) {
            tuples->row_class[have] = tuples->row_class[i];
            tuples->cause[have] = tuples->cause[i];
        }
    }
    tuples->count = next;
    map_deinit(&seen);
}

void tuples_build(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                  const EvalContext *base, TupleBatch *out)
{
    start_tuples(run, batch, aggregate, out);
    spread_slots(run, batch, aggregate, out);
    out->batch = batch;
    uint64_t wanted = expr_slots(&aggregate->argument) | expr_slots(&aggregate->when) |
                      expr_slots(&aggregate->by);
    // `when` may lose tuples, so the context is made anew behind it.
    for (int round = 0; round < 2; round++) {
        EvalContext context = tuple_context(run, batch, aggregate, base, out, wanted);
        if (!is_identity_map(out, batch->count)) {
            context.aggregates =
                vectors_at(base->aggregates, run->body->aggregate_count, out, run->scratch);
            context.keys = vectors_at(base->keys, last_key_count(run->body), out, run->scratch);
        }
        if (round == 0) {
            apply_when(run, batch, &context, aggregate, out);
            drop_extra(run, aggregate, out);
            continue;
        }
        if (aggregate->argument.count > 0)
            eval_expr(&context, &aggregate->argument, &out->value);
        if (aggregate->by.count > 0)
            eval_expr(&context, &aggregate->by, &out->by);
    }
}

// ---------------------------------------------------------------- per binding

Tuple tuple_at(BodyRun *run, const TupleBatch *tuples, const Aggregate *aggregate, int64_t index,
               RowClass row_class)
{
    uint32_t place;
    int64_t row = tuple_tail(run, tuples, aggregate, index, &place);
    if (row != 0) {
        Tuple tail = partner_tail_tuple(run, aggregate, row, tuples->batch, tuples->binding[index],
                                        tuples->many[index] != 0);
        tail.class = row_class;
        tail.cause = tuples->cause[index];
        return tail;
    }
    Tuple tuple = {
        .class = row_class, .many = tuples->many[index] != 0, .cause = tuples->cause[index]};
    if (tuples->value.data != NULL)
        tuple.value = vector_value(&tuples->value, aggregate->argument.type, index);
    if (tuples->by.data != NULL)
        tuple.by = vector_value(&tuples->by, aggregate->by.type, index);
    tuple.order = aggregate->mention_count > 0 ? tuples->rows[0][index] : index;
    return tuple;
}

bool tuple_is_clean(const TupleBatch *tuples, int64_t index)
{
    if (tuples->row_class[index] != CLASS_CERTAIN)
        return false;
    if (tuples->value.data != NULL && tuples->value.state != NULL &&
        tuples->value.state[vector_index(&tuples->value, index)] != VALUE_KNOWN)
        return false;
    return tuples->by.data == NULL || tuples->by.state == NULL ||
           tuples->by.state[vector_index(&tuples->by, index)] == VALUE_KNOWN;
}

AggBatch tuples_agg_batch(const TupleBatch *tuples, const Aggregate *aggregate,
                          const int64_t *groups)
{
    return (AggBatch){.count = tuples->count,
                      .groups = groups,
                      .value = tuples->value.data == NULL ? NULL : &tuples->value,
                      .by = tuples->by.data == NULL ? NULL : &tuples->by,
                      .order = aggregate->mention_count > 0 ? tuples->rows[0] : NULL};
}

CauseId members_cause_make(CauseTable *causes, CauseId least)
{
    char text[16] = "";
    int length = least == 0 ? 0 : snprintf(text, sizeof text, "#%" PRIu32, least);
    return cause_intern(causes, REASON_UNDECIDED_MEMBERS, (Str){text, (size_t)length});
}

bool members_cause_is(const CauseTable *causes, CauseId cause)
{
    if (cause == 0)
        return false;
    Cause at = cause_get(causes, cause); // one that a relation's cell carries on names its column
    return at.reason == REASON_UNDECIDED_MEMBERS && (at.source.len == 0 || at.source.ptr[0] == '#');
}

CauseId members_cause(const CauseTable *causes, CauseId cause)
{
    if (!members_cause_is(causes, cause))
        return cause;
    Str source = cause_get(causes, cause).source;
    uint32_t number = 0;
    for (size_t i = 1; i < source.len; i++)
        number = number * 10 + (uint32_t)(source.ptr[i] - '0');
    return number == 0 ? cause : number;
}

static CauseId least_cause(const CauseTable *causes, CauseId a, CauseId b)
{
    if (a == 0 || b == 0)
        return a == 0 ? b : a;
    return cause_order(causes, a, b) <= 0 ? a : b;
}

// The cause of an aggregate that tuples leave open: the least of the possible members (`blame` = POSSIBLE) or of
// the shadow ones (the guard, where there are any); without such members, of certain tuples that have no value.
static CauseId open_cause(CauseTable *causes, const TupleBlame *blame, RowClass upto)
{
    bool open = blame->possible != 0 || (upto >= CLASS_SHADOW && blame->shadow != 0);
    if (!open) // no cause: the order of first or last is not known
        return blame->certain != 0 ? blame->certain : members_cause_make(causes, 0);
    bool shadows = upto >= CLASS_SHADOW && blame->shadow != 0;
    return members_cause_make(causes, shadows ? blame->shadow : blame->possible);
}

void tuple_blame(const RunShared *shared, TupleBlame *blame, const Tuple *tuple, RowClass row_class)
{
    CauseId *least = row_class == CLASS_CERTAIN    ? &blame->certain
                     : row_class == CLASS_POSSIBLE ? &blame->possible
                                                   : &blame->shadow;
    CauseId cause = row_class == CLASS_CERTAIN ? tuple->value.cause : tuple->cause;
    *least = least_cause(shared->causes, *least, members_cause(shared->causes, cause));
}

void tuples_bounds(const RunShared *shared, AggState *state, int64_t group, const Tuple *tuples,
                   int64_t count, const TupleBlame *blame, RowClass upto, Value *out)
{
    aggregate_bounds(state, group, tuples, count, out);
    bool own =
        state->aggregate->kind == AGGREGATE_ONE; // a value of the keys, whoever its members are
    if (out->state == VALUE_ISSUE && !own && !aggregate_failed(state, out))
        out->cause = open_cause(shared->causes, blame, upto);
}

// What is certain and known is folded at once; the others are left to the bounds, binding by binding.
typedef struct BindingFold {
    const Aggregate *aggregate;
    TupleBatch tuples;
    AggState *state;
    int64_t *groups; // binding of a clean tuple, -1 for the others
    bool dirty;
    RowClass worst;
} BindingFold;

static void fold_clean(BodyRun *run, const Bindings *batch, BindingFold *fold)
{
    const TupleBatch *tuples = &fold->tuples;
    fold->state = aggregate_create(fold->aggregate, &run->shared->eval);
    aggregate_reserve(fold->state, batch->count);
    fold->groups = ARENA_ARRAY(run->scratch, int64_t, tuples->count);
    for (int64_t i = 0; i < tuples->count; i++) {
        bool clean = tuple_is_clean(tuples, i);
        fold->groups[i] = clean ? tuples->binding[i] : -1;
        fold->dirty |= !clean;
        fold->worst = MAX_OF(fold->worst, (RowClass)tuples->row_class[i]);
    }
    AggBatch part = tuples_agg_batch(tuples, fold->aggregate, fold->groups);
    aggregate_update(fold->state, &part);
}

static void bound_rest(BodyRun *run, const BindingFold *fold, RowClass upto, Vector *out)
{
    VEC(Tuple) rest = {0};
    const TupleBatch *tuples = &fold->tuples;
    for (int64_t i = 0; i < tuples->count;) {
        int64_t binding = tuples->binding[i];
        vec_clear(&rest);
        partner_tail_trim(run, fold->aggregate);
        TupleBlame blame = {0};
        for (; i < tuples->count && tuples->binding[i] == binding; i++) {
            RowClass row_class = (RowClass)tuples->row_class[i];
            if (fold->groups[i] >= 0 || row_class > upto)
                continue;
            vec_push(&rest,
                     tuple_at(run, tuples, fold->aggregate, i, MIN_OF(row_class, CLASS_SHADOW)));
            tuple_blame(run->shared, &blame, &vec_last(&rest), row_class);
        }
        if (rest.count == 0)
            continue;
        Value value;
        tuples_bounds(run->shared, fold->state, binding, rest.items, (int64_t)rest.count, &blame,
                      upto, &value);
        vector_set(out, binding, &value, run->scratch);
    }
    vec_free(&rest);
}

static RowClass fold_per_binding(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                                 const EvalContext *base, RowClass upto, Vector *out)
{
    BindingFold fold = {.aggregate = aggregate};
    tuples_build(run, batch, aggregate, base, &fold.tuples);
    fold_clean(run, batch, &fold);
    aggregate_finish(fold.state, batch->count, run->scratch, out);
    if (fold.dirty && upto != CLASS_SHOWN)
        bound_rest(run, &fold, upto, out);
    aggregate_destroy(fold.state);
    return fold.worst;
}

RowClass attached_aggregates(BodyRun *run, const Bindings *batch, const Expr *expr, RowClass upto,
                             EvalContext *context)
{
    const Body *body = run->body;
    Vector *values = ARENA_ARRAY(run->scratch, Vector, MAX_OF(body->aggregate_count, 1u));
    RowClass worst = CLASS_CERTAIN;
    EvalContext base = *context;
    base.aggregates = values;
    for (uint32_t s = 0; s < expr->count; s++) {
        const Step *step = &expr->steps[s];
        if (step->op != STEP_AGG || !body->aggregates[step->index].per_binding ||
            values[step->index].data != NULL)
            continue;
        RowClass met = fold_per_binding(run, batch, &body->aggregates[step->index], &base, upto,
                                        &values[step->index]);
        worst = MAX_OF(worst, met);
    }
    context->aggregates = values;
    return worst;
}
