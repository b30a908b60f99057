// SPDX-License-Identifier: Apache-2.0
//
// order.c: the order in which batches pass the clauses of a body.
//
// What a partner clause or a condition makes of a binding depends on the rows of the variables that it reads and on
// nothing else, so two clauses that do not read each other may change places (spec/evaluation.md 14): marks carry
// their written place and only the lowest counts, classes take the worst, caveats are a set. Clauses that lose
// bindings run first, those that multiply them last, by what a sample of `from` finds in their indexes. Between
// fences, producers of rows, exceptions and scores only; loose rows of partners pass the clauses as written, because
// they enter in the middle.
//
// Joins that change places bring bindings in another order. That of the written plan is ascending in the rows of the
// variables, so it is restored by sorting the batch, and nothing behind the stretch can tell.

#include "runtime/base/sort.h"
#include "runtime/exec/partner_int.h"
#include "runtime/exec/planning.h"

enum { SAMPLE_ROWS = 512 };

// A clause passes those written before it only where it keeps clearly fewer bindings than they do.
#define CLEARLY 1.25

typedef struct Clause {
    uint64_t needs, binds; // slots
    double factor;         // bindings that go on, per binding that comes
    bool joins, done;
} Clause;

static bool may_move(const Operator *op)
{
    return op->kind == OPERATOR_PARTNER || op->kind == OPERATOR_FILTER ||
           op->kind == OPERATOR_DOUBT || op->kind == OPERATOR_CITE;
}

// ---------------------------------------------------------------- what a clause reads

static uint64_t expr_needs(const Body *body, const Expr *expr)
{
    uint64_t slots = expr_slots(expr);
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op != STEP_AGG)
            continue;
        const Aggregate *aggregate = &body->aggregates[expr->steps[s].index];
        for (uint32_t m = 0; m < aggregate->mention_count; m++)
            slots |= (uint64_t)1 << aggregate->mention[m];
        slots |= expr_needs(body, &aggregate->argument) | expr_needs(body, &aggregate->when) |
                 expr_needs(body, &aggregate->by);
    }
    return slots;
}

static uint64_t partner_needs(const Body *body, const Partner *partner)
{
    uint64_t slots = expr_needs(body, &partner->coverage.at) |
                     expr_needs(body, &partner->coverage.region) |
                     expr_needs(body, &partner->time) | expr_needs(body, &partner->upto) |
                     expr_needs(body, &partner->low);
    for (uint32_t l = 0; l < partner->leaf_count; l++) {
        const OnLeaf *leaf = &partner->leaves[l];
        slots |= expr_needs(body, &leaf->value) | expr_needs(body, &leaf->earlier);
        for (uint32_t r = 0; r < leaf->reads_earlier_count; r++)
            slots |= expr_needs(body, &leaf->reads_earlier[r]);
    }
    if (partner->match != NULL) {
        const MatchModel *match = partner->match;
        slots |= (uint64_t)1 << match->earlier;
        for (uint32_t c = 0; c < match->compare_count; c++)
            slots |= expr_needs(body, &match->compares[c].values);
    }
    return slots & ~((uint64_t)1 << partner->slot);
}

// ---------------------------------------------------------------- how many bindings it keeps

// A batch of rows of `from`, evenly spread.
static Bindings sample(BodyRun *run, uint32_t slot)
{
    int64_t total = slot_rowset(run, slot)->row_count;
    Bindings batch;
    bindings_init(&batch, run->body, run->scratch);
    batch.count = MIN_OF(total, SAMPLE_ROWS);
    batch.rows[slot] = ARENA_ARRAY(run->scratch, int64_t, batch.count);
    for (int64_t i = 0; i < batch.count; i++)
        batch.rows[slot][i] = (int64_t)((int128_t)i * total / batch.count);
    return batch;
}

// Partners found for the sample, and bindings that found some. Of bindings whose links are not known each finds one.
static void probe(BodyRun *run, const PartnerRun *partner, const Bindings *batch, double *found,
                  double *partners)
{
    EvalContext context = bindings_context(run, batch, run->scratch);
    Vector *links = ARENA_ARRAY(run->scratch, Vector, partner->link_count);
    int64_t *groups = ARENA_ARRAY(run->scratch, int64_t, batch->count);
    for (uint32_t k = 0; k < partner->link_count; k++) {
        eval_expr(&context, &partner->links[k]->earlier, &links[k]);
        vector_expand(&links[k], batch->count, run->scratch);
    }
    group_find(partner->index->groups, links, batch->count, groups);
    for (int64_t i = 0; i < batch->count; i++) {
        bool known = true;
        for (uint32_t k = 0; k < partner->link_count; k++)
            known = known && (links[k].state == NULL || links[k].state[i] == VALUE_KNOWN);
        int64_t rows = known ? partner_group_size(partner->index, groups[i]) : 1;
        *found += rows > 0;
        *partners += (double)rows;
    }
    *found /= (double)batch->count;
    *partners /= (double)batch->count;
}

static double partner_factor(BodyRun *run, const PartnerRun *partner, uint32_t from)
{
    PartnerKind kind = partner->partner->kind;
    if (kind == PARTNER_ATTACH || kind == PARTNER_LOOKUP || kind == PARTNER_LATEST)
        return 1;
    bool sampled = partner->link_count > 0 && slot_rowset(run, from)->row_count > 0;
    for (uint32_t k = 0; k < partner->link_count; k++)
        sampled = sampled && expr_slots(&partner->links[k]->earlier) == (uint64_t)1 << from &&
                  !expr_reads_aggregate(&partner->links[k]->earlier);
    double found = 1, partners = (double)partner->rowset->row_count;
    if (sampled) {
        Bindings batch = sample(run, from);
        found = partners = 0;
        probe(run, partner, &batch, &found, &partners);
    } else if (partner->link_count > 0) {
        partners /= (double)MAX_OF(partner_index_met(partner->index), 1);
    }
    if (kind == PARTNER_JOIN)
        return partners;
    return kind == PARTNER_EXISTS ? found : sampled ? 1 - found : 1;
}

static Clause clause_of(BodyRun *run, uint32_t index)
{
    const Body *body = run->body;
    const Operator *op = &body->operators[index];
    if (op->kind != OPERATOR_PARTNER) {
        uint64_t needs = op->kind == OPERATOR_CITE ? expr_needs(body, &op->citation.at)
                                                   : expr_needs(body, &op->condition);
        return (Clause){.needs = needs};
    }
    Clause clause = {.needs = partner_needs(body, &op->partner),
                     .binds = (uint64_t)1 << op->partner.slot,
                     .joins = op->partner.kind == PARTNER_JOIN};
    // Forced: the last one first.
    clause.factor = run->shared->options->planning == PLANNING_FORCED
                        ? -10.0 * index
                        : partner_factor(run, run->partners[index], body->operators[0].slot);
    return clause;
}

// ---------------------------------------------------------------- the order of a stretch

static bool clearly_fewer(const Clause *a, const Clause *b)
{
    return a->factor < 0 ? a->factor < b->factor : a->factor * CLEARLY < b->factor;
}

// The clause to run next: the first written that can, unless a later one keeps clearly fewer bindings.
static uint32_t choose(const Clause *clauses, uint32_t count, uint64_t unbound)
{
    uint32_t best = count;
    for (uint32_t i = 0; i < count; i++) {
        if (clauses[i].done || (clauses[i].needs & unbound) != 0)
            continue;
        if (best == count || clearly_fewer(&clauses[i], &clauses[best]))
            best = i;
    }
    ASSERT(best < count);
    return best;
}

static void order_stretch(BodyRun *run, Stretch *stretch, uint32_t *order)
{
    uint32_t count = stretch->end - stretch->first;
    Clause *clauses = ARENA_ARRAY(run->scratch, Clause, count);
    uint64_t unbound = 0;
    for (uint32_t i = 0; i < count; i++) {
        clauses[i] = clause_of(run, stretch->first + i);
        unbound |= clauses[i].binds;
    }
    uint32_t last_join = 0;
    for (uint32_t n = 0; n < count; n++) {
        uint32_t next = choose(clauses, count, unbound);
        clauses[next].done = true;
        unbound &= ~clauses[next].binds;
        order[n] = stretch->first + next;
        if (clauses[next].joins && next < last_join)
            stretch->sorts = true;
        if (clauses[next].joins)
            last_join = MAX_OF(last_join, next);
    }
}

static uint32_t stretch_end(const BodyRun *run, uint32_t first)
{
    uint32_t end = first;
    while (end < run->end_operator && may_move(&run->body->operators[end]))
        end++;
    return MAX_OF(end, first + 1);
}

void order_choose(BodyRun *run)
{
    ClauseOrder *order = &run->order;
    if (order->operators != NULL)
        return; // a further round of a ring: the written order stays
    order->operators = ARENA_ARRAY(run->arena, uint32_t, run->end_operator + 1);
    order->stretches = ARENA_ARRAY(run->arena, Stretch, run->end_operator + 1);
    // In a ring, rows remember how they were made, and observers count in the written order.
    bool planned = run->shared->options->planning != PLANNING_OFF &&
                   run->shared->observer == NULL && run->slot_rows == NULL;
    for (uint32_t first = 1; first < run->end_operator;) {
        Stretch *stretch = &order->stretches[order->count++];
        *stretch = (Stretch){.first = first, .end = stretch_end(run, first)};
        for (uint32_t i = first; i < stretch->end; i++)
            order->operators[i] = i;
        if (planned && stretch->end - first > 1)
            order_stretch(run, stretch, order->operators + first);
        first = stretch->end;
    }
    arena_reset(run->scratch);
}

// ---------------------------------------------------------------- the written order of bindings

typedef struct Sorting {
    const Bindings *batch;
    uint32_t slots[BODY_SLOTS_MAX];
    uint32_t count;
} Sorting;

static Sorting sorting_of(const BodyRun *run, const Bindings *batch)
{
    Sorting sorting = {.batch = batch};
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if (batch->rows[slot] != NULL)
            sorting.slots[sorting.count++] = slot;
    }
    return sorting;
}

// Rows ascend; `?` comes behind all of them.
static int compare_bindings(const void *context, const void *a, const void *b)
{
    const Sorting *sorting = context;
    int64_t i = *(const int64_t *)a, j = *(const int64_t *)b;
    for (uint32_t s = 0; s < sorting->count; s++) {
        const int64_t *rows = sorting->batch->rows[sorting->slots[s]];
        int64_t x = row_is_unknown(rows[i]) ? INT64_MAX : rows[i];
        int64_t y = row_is_unknown(rows[j]) ? INT64_MAX : rows[j];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

bool order_ascends(const BodyRun *run, const Bindings *batch)
{
    Sorting sorting = sorting_of(run, batch);
    for (int64_t i = 1; i < batch->count; i++) {
        int64_t before = i - 1;
        if (compare_bindings(&sorting, &before, &i) > 0)
            return false;
    }
    return true;
}

void order_restore(BodyRun *run, Bindings *batch)
{
    if (batch->count < 2 || order_ascends(run, batch))
        return;
    Sorting sorting = sorting_of(run, batch);
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, batch->count);
    for (int64_t i = 0; i < batch->count; i++)
        index[i] = i;
    sort_stable(index, (size_t)batch->count, sizeof *index, compare_bindings, &sorting);
    Bindings sorted;
    bindings_take(run, batch, index, batch->count, run->scratch, &sorted);
    *batch = sorted;
}
