// SPDX-License-Identifier: Apache-2.0
//
// partner_tail.c: blank right rows that are attached together.
//
// A right row with a blank link may belong to each binding, so each would have all of them in its set: with one blank in a
// hundred rows, a hundredth of the table for every binding. One member stands for all of them: the *tail*, a set of
// partner_sets.c. Aggregates take it as one tuple, computed once for each set and for what they read of the binding beside;
// a `when` picks a smaller set, the same for all bindings of which it reads the same. Only below a fence an aggregate that
// mentions other variables too has a tuple for each row, because there these may be those of other bindings as well.

#include "runtime/data/vector.h"
#include "runtime/exec/block.h"
#include "runtime/exec/lump.h"
#include "runtime/exec/partner_blanks_int.h"
#include "runtime/exec/tuples_int.h"

// Bytes of values kept per aggregate; profiles of `when` kept per clause.
#ifdef SUP_TORTURE
enum { VALUES_MOST = 256, PROFILES_MOST = 4 };
#else
enum { VALUES_MOST = 1 << 26, PROFILES_MOST = 1 << 17 };
#endif

typedef enum Folds { FOLDS_UNASKED, FOLDS_NOT, FOLDS_WHOLE } Folds;

// Of one aggregate.
typedef struct Worth {
    Folds folds;
    Map places; // set, and what the argument reads of the binding -> their tuple
    VEC(Tuple) tuples;
    Arena *values; // of the tuples
} Worth;

struct AttachedTail {
    Worth *worth; // by aggregate of the body
    uint32_t count;
    Map profiles; // (aggregate, set, what `when` reads) -> set
    StrBuf key;
};

static PartnerRun *partner_of(const BodyRun *run, uint32_t slot)
{
    for (uint32_t i = 0; i < run->body->operator_count; i++)
        if (run->partners[i] != NULL && run->partners[i]->partner->slot == slot)
            return run->partners[i];
    UNREACHABLE();
}

static AttachedTail *tail_of(BodyRun *run, PartnerRun *partner)
{
    if (partner->tail != NULL)
        return partner->tail;
    AttachedTail *tail = ARENA_NEW(partner->arena, AttachedTail);
    tail->count = run->body->aggregate_count;
    tail->worth = ARENA_ARRAY(partner->arena, Worth, MAX_OF(tail->count, 1u));
    strbuf_init(&tail->key);
    partner->tail = tail;
    return tail;
}

void partner_tail_free(PartnerRun *partner)
{
    AttachedTail *tail = partner->tail;
    if (tail == NULL)
        return;
    for (uint32_t a = 0; a < tail->count; a++) {
        map_deinit(&tail->worth[a].places);
        vec_free(&tail->worth[a].tuples);
        arena_destroy(tail->worth[a].values);
    }
    map_deinit(&tail->profiles);
    strbuf_deinit(&tail->key);
}

static Worth *worth_of(BodyRun *run, const Aggregate *aggregate, uint32_t slot)
{
    return &tail_of(run, partner_of(run, slot))->worth[aggregate - run->body->aggregates];
}

// The attached slot that an aggregate mentions; those that take tails mention one.
static uint32_t tail_slot(const BodyRun *run, const Aggregate *aggregate)
{
    uint32_t m = 0;
    while (m + 1 < aggregate->mention_count && !run->body->slots[aggregate->mention[m]].attached)
        m++;
    return aggregate->mention[m];
}

// ---------------------------------------------------------------- which

bool partner_tail_allowed(const BodyRun *run, const PartnerRun *partner)
{
    const Partner *on = partner->partner;
    bool set = on->kind == PARTNER_ATTACH ||
               (on->read_later && (on->kind == PARTNER_EXISTS || on->kind == PARTNER_LACKS));
    for (uint32_t i = 0; set && i < run->body->operator_count; i++)
        if (run->body->operators[i].kind == OPERATOR_SEQUENCE ||
            run->body->operators[i].kind == OPERATOR_SERIES)
            return false; // they look at rows one by one, or under other names
    return set;
}

void partner_tail_give(const BlankAsk *ask, int64_t binding, TailOf tail)
{
    if (ask->partner->tails == NULL)
        ask->partner->tails = ARENA_ARRAY(ask->run->scratch, TailOf, ask->in->count);
    ask->partner->tails[binding] = tail;
}

AttachedMember partner_tail_member(const PartnerRun *partner, TailOf tail)
{
    CauseId cause = tail.cause != 0 ? tail.cause : partner_sets_cause(partner->sets, tail.set);
    return (AttachedMember){row_tail(tail.set, tail.cause), cause,
                            partner->tolerated ? CLASS_TOLERATED : CLASS_SHADOW};
}

// Whether all that `when` reads beside the attached rows are columns of the binding's rows.
static bool reads_columns(const BodyRun *run, const Expr *when, uint32_t slot)
{
    for (uint32_t s = 0; s < when->count; s++) {
        const Step *step = &when->steps[s];
        bool other = step->op == STEP_VARIABLE_PRESENT || step->op == STEP_ELEMENT ||
                     (step->op == STEP_COLUMN &&
                      (run->body->slots[step->slot].attached ||
                       run->body->slots[step->slot].source.kind == SOURCE_PRODUCED));
        if (other && step->slot != slot)
            return false;
        if (step->op == STEP_AGG || step->op == STEP_KEY || step->op == STEP_POINTS ||
            step->op == STEP_UNKNOWN_ROWS)
            return false;
    }
    return true;
}

// Whether it mentions no other attached variable, and below a fence none at all.
static bool mentions_alone(const BodyRun *run, const Aggregate *aggregate, uint32_t slot)
{
    bool mentions = false;
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        uint32_t other = aggregate->mention[m];
        mentions |= other == slot;
        if (other != slot && (run->body->slots[other].attached || !aggregate->per_binding))
            return false;
    }
    return mentions;
}

static bool can_fold(const BodyRun *run, const Aggregate *aggregate, uint32_t slot)
{
    return mentions_alone(run, aggregate, slot) && aggregate->window == 0 &&
           aggregate->series == 0 && lump_can(aggregate) &&
           reads_columns(run, &aggregate->argument, slot) &&
           reads_columns(run, &aggregate->by, slot) && reads_columns(run, &aggregate->when, slot);
}

bool partner_tail_folds(BodyRun *run, const Aggregate *aggregate, uint32_t slot)
{
    Worth *worth = &tail_of(run, partner_of(run, slot))->worth[aggregate - run->body->aggregates];
    if (worth->folds == FOLDS_UNASKED)
        worth->folds = can_fold(run, aggregate, slot) ? FOLDS_WHOLE : FOLDS_NOT;
    return worth->folds == FOLDS_WHOLE;
}

// ---------------------------------------------------------------- the limit

// Rows of all sets that may belong to everybody; they are kept up to the fence, and by folds of single rows.
#ifdef SUP_TORTURE
enum { ATTACHED_MOST = 100000 };
#else
enum { ATTACHED_MOST = 20000000 };
#endif

Status partner_too_many(BodyRun *run, const PartnerRun *partner)
{
    return error_set(
        run->shared->error, STATUS_LIMIT,
        "子句“" STR_FMT "”：“" STR_FMT "”有 %" PRId64
        " 行缺少关联的值，每一行都可能与它们有关，合起来内存放不下："
        "请补齐这些值，或写“缺失则 舍弃”，不把它们算给任何人",
        "clause `" STR_FMT "`: rows of `" STR_FMT "` lack what they are linked by (%" PRId64
        " of them) and may be anybody's, which is more than memory holds: fill in these values, "
        "or write `on missing drop`, so that they are nobody's",
        STR_ARG(partner->op->text), STR_ARG(partner->rowset->name), partner->loose_count);
}

// Whether some aggregate below a fence has a tuple for each row of a tail.
static bool spreads_below(BodyRun *run, const PartnerRun *partner)
{
    for (uint32_t a = 0; a < run->body->aggregate_count; a++) {
        const Aggregate *aggregate = &run->body->aggregates[a];
        for (uint32_t m = 0; !aggregate->per_binding && m < aggregate->mention_count; m++)
            if (aggregate->mention[m] == partner->partner->slot &&
                !partner_tail_folds(run, aggregate, partner->partner->slot))
                return true;
    }
    return false;
}

Status partner_count_attached(BodyRun *run, PartnerRun *partner, const AttachedSet *set,
                              int64_t count)
{
    bool spreads = partner->tails != NULL && spreads_below(run, partner);
    for (int64_t k = 0; k < set->offsets[count]; k++) {
        const AttachedMember *member = &set->members[k];
        if (member->row_class < CLASS_SHADOW)
            continue;
        partner->attached += spreads && row_is_tail(member->row)
                                 ? partner_sets_size(partner->sets, row_tail_set(member->row))
                                 : 1;
    }
    bool kept = partner->partner->read_later && !run->body->is_query;
    return kept && partner->attached > ATTACHED_MOST ? partner_too_many(run, partner) : STATUS_OK;
}

// ---------------------------------------------------------------- its rows

int64_t partner_tail_size(const BodyRun *run, uint32_t slot, int64_t tail)
{
    return partner_sets_size(partner_of(run, slot)->sets, row_tail_set(tail));
}

CauseId partner_tail_cause(const BodyRun *run, uint32_t slot, int64_t tail)
{
    CauseId cause = row_cause(tail);
    return cause != 0 ? cause : partner_sets_cause(partner_of(run, slot)->sets, row_tail_set(tail));
}

void partner_tail_rows(const BodyRun *run, uint32_t slot, int64_t tail, int64_t *rows,
                       CauseId *causes)
{
    const PartnerRun *partner = partner_of(run, slot);
    int64_t set = row_tail_set(tail), count = partner_sets_size(partner->sets, set);
    partner_sets_rows(partner->sets, set, rows, causes);
    for (int64_t i = 0; row_cause(tail) != 0 && i < count; i++)
        causes[i] = row_cause(tail);
}

int64_t partner_tail_union(BodyRun *run, uint32_t slot, int64_t a, int64_t b)
{
    BlankSets *sets = partner_of(run, slot)->sets;
    return row_tail(partner_sets_union(sets, row_tail_set(a), row_tail_set(b)), 0);
}

int64_t partner_tail_minus(BodyRun *run, uint32_t slot, int64_t a, int64_t b)
{
    int64_t left =
        partner_sets_minus(partner_of(run, slot)->sets, row_tail_set(a), row_tail_set(b));
    return left == EMPTY_SET ? 0 : row_tail(left, row_cause(a));
}

// ---------------------------------------------------------------- of one binding

// Adds to a key the columns of the binding's rows that an expression reads beside the attached ones.
static void add_reads(BodyRun *run, const Bindings *batch, int64_t binding, const Expr *expr,
                      uint32_t slot, StrBuf *key)
{
    for (uint32_t s = 0; s < expr->count; s++) {
        const Step *step = &expr->steps[s];
        if (step->op != STEP_COLUMN || step->slot == slot)
            continue;
        Vector value;
        const Rowset *rowset = slot_rowset(run, step->slot);
        column_gather(&rowset->columns[step->index], &batch->rows[step->slot][binding], 0, 1,
                      run->shared->eval.absent_cause, run->scratch, &value);
        profile_add(key, &value, 0);
    }
}

// Rows of the tail, beside them the binding's own.
static EvalContext tail_context(BodyRun *run, const Bindings *batch, int64_t binding,
                                const Expr *expr, uint32_t slot, const int64_t *rows, int64_t count)
{
    uint64_t reads = expr_slots(expr);
    SlotRows *slots = ARENA_ARRAY(run->scratch, SlotRows, run->body->slot_count);
    for (uint32_t s = 0; s < run->body->slot_count; s++) {
        if ((reads >> s & 1) == 0 || s == slot)
            continue;
        int64_t *same = ARENA_ARRAY(run->scratch, int64_t, count);
        for (int64_t i = 0; i < count; i++)
            same[i] = batch->rows[s][binding];
        slots[s] = (SlotRows){.rowset = slot_rowset(run, s), .rows = same};
    }
    slots[slot] = (SlotRows){.rowset = slot_rowset(run, slot), .rows = rows};
    return (EvalContext){
        .shared = &run->shared->eval, .arena = run->scratch, .count = count, .slots = slots};
}

static int64_t judge_when(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                          int64_t binding, BlankSets *sets, int64_t set)
{
    uint32_t slot = tail_slot(run, aggregate);
    int64_t count = partner_sets_size(sets, set);
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count);
    partner_sets_rows(sets, set, rows, NULL);
    EvalContext context = tail_context(run, batch, binding, &aggregate->when, slot, rows, count);
    Vector truth;
    eval_truth(&context, &aggregate->when, &truth);
    vector_expand(&truth, count, run->scratch);
    uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, count);
    for (int64_t i = 0; i < count; i++)
        keep[i] = truth.truth[i] != TRUTH_F;
    return partner_sets_pick(sets, set, keep);
}

void partner_tail_when(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                       const TupleBatch *tuples, int64_t index)
{
    uint32_t place, number = (uint32_t)(aggregate - run->body->aggregates);
    int64_t tail = tuple_tail(run, tuples, aggregate, index, &place);
    int64_t set = row_tail_set(tail), binding = tuples->binding[index];
    uint32_t slot = aggregate->mention[place];
    PartnerRun *partner = partner_of(run, slot);
    AttachedTail *all = tail_of(run, partner);
    ArenaMark mark = arena_mark(run->scratch);
    strbuf_clear(&all->key);
    strbuf_add(&all->key, (Str){(const char *)&number, sizeof number});
    strbuf_add(&all->key, (Str){(const char *)&set, sizeof set});
    add_reads(run, batch, binding, &aggregate->when, slot, &all->key);
    uint64_t kept;
    if (!map_get(&all->profiles, strbuf_str(&all->key), &kept)) {
        kept = (uint64_t)judge_when(run, batch, aggregate, binding, partner->sets, set);
        if (map_count(&all->profiles) < PROFILES_MOST)
            map_put(&all->profiles, strbuf_str(&all->key), kept);
    }
    tuples->rows[place][index] = kept == EMPTY_SET ? 0 : row_tail((int64_t)kept, row_cause(tail));
    arena_rewind(run->scratch, mark);
}

// ---------------------------------------------------------------- what it is worth

typedef VEC(Tuple) Tuples;

// The tail of one binding that an aggregate folds.
typedef struct TailFold {
    BodyRun *run;
    const Aggregate *aggregate;
    const Bindings *batch; // NULL: the argument reads nothing of the binding
    int64_t binding;
    uint32_t slot;
    bool many;
} TailFold;

static void take_block(const TailFold *fold, const int64_t *rows, const CauseId *causes,
                       int64_t count, Tuples *out)
{
    BodyRun *run = fold->run;
    const Expr *argument = &fold->aggregate->argument;
    const Rowset *rowset = slot_rowset(run, fold->slot);
    Vector value = {0};
    if (argument->count > 0) {
        EvalContext context =
            tail_context(run, fold->batch, fold->binding, argument, fold->slot, rows, count);
        eval_expr(&context, argument, &value);
        vector_expand(&value, count, run->scratch);
    }
    for (int64_t i = 0; i < count; i++) {
        Tuple next = {.class = CLASS_SHADOW,
                      .many = fold->many || rowset_many(rowset, rows[i]),
                      .cause = causes[i]};
        if (value.data != NULL)
            next.value = vector_value(&value, argument->type, i);
        vec_push(out, next);
    }
}

static Tuple fold_set(const TailFold *fold, const BlankSets *sets, int64_t set, Worth *worth)
{
    BodyRun *run = fold->run;
    int64_t total = partner_sets_size(sets, set);
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, total);
    CauseId *causes = ARENA_ARRAY(run->scratch, CauseId, total);
    partner_sets_rows(sets, set, rows, causes);
    Tuples tuples = {0};
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark block = arena_mark(run->scratch);
        take_block(fold, rows + first, causes + first, MIN_OF(BLOCK_ROWS, total - first), &tuples);
        arena_rewind(run->scratch, block);
    }
    if (worth->values == NULL)
        worth->values = arena_create(NULL, 0);
    Tuple all = tuples_together(&run->shared->eval, fold->aggregate, tuples.items,
                                (int64_t)tuples.count, worth->values);
    vec_free(&tuples);
    return all;
}

Tuple partner_tail_tuple(BodyRun *run, const Aggregate *aggregate, int64_t tail,
                         const Bindings *batch, int64_t binding, bool many)
{
    TailFold fold = {run, aggregate, batch, binding, tail_slot(run, aggregate), many};
    PartnerRun *partner = partner_of(run, fold.slot);
    Worth *worth = worth_of(run, aggregate, fold.slot);
    StrBuf *key = &partner->tail->key;
    int64_t set = row_tail_set(tail);
    ArenaMark mark = arena_mark(run->scratch);
    strbuf_clear(key);
    strbuf_add(key, (Str){(const char *)&set, sizeof set});
    strbuf_add(key, (Str){(const char *)&many, sizeof many});
    if (aggregate->mention_count > 1)
        add_reads(run, batch, binding, &aggregate->argument, fold.slot, key);
    bool is_new = false;
    uint64_t *place = map_at(&worth->places, strbuf_str(key), &is_new);
    if (is_new) {
        *place = worth->tuples.count;
        vec_push(&worth->tuples, fold_set(&fold, partner->sets, set, worth));
    }
    arena_rewind(run->scratch, mark);
    Tuple tuple = worth->tuples.items[*place];
    if (row_cause(tail) != 0)
        tuple.cause = row_cause(tail);
    return tuple;
}

void partner_tail_trim(BodyRun *run, const Aggregate *aggregate)
{
    if (aggregate->mention_count == 0 || !run->body->slots[tail_slot(run, aggregate)].attached)
        return;
    const PartnerRun *partner = partner_of(run, tail_slot(run, aggregate));
    if (partner->tail == NULL)
        return;
    Worth *worth = &partner->tail->worth[aggregate - run->body->aggregates];
    bool much = worth->values != NULL && arena_used(worth->values) > VALUES_MOST;
    if (!much && worth->tuples.count < PROFILES_MOST)
        return;
    if (worth->values != NULL)
        arena_reset(worth->values);
    map_clear(&worth->places);
    vec_clear(&worth->tuples);
}
