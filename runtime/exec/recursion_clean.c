// SPDX-License-Identifier: Apache-2.0
//
// recursion_clean.c: recursion by rounds that read what the last one added.
//
// Each use of the ring in a branch makes one *variant* of the branch, whose row variable reads only the rows that the
// last round brought; the other uses read all rows. So every binding is met when its newest row is new. Variants stay
// open from round to round: an index over a table beside the ring is built once.
//
// A branch `from T as t join R as r` would scan T in every round. Over clean rows the order of two variables of a join
// cannot show, so such a variant begins with the new rows of R and joins T to them.
//
// Rows that are not clean are taken along where every branch begins with its only use of the ring: then what a row leads
// to does not depend on other rows of the ring. Under `keep` what the best rows lead to must be the best too
// (recursion_keep.c); what is not certain there is sought once more when the certain rows are fixed, for some that came
// before rest on rows that have given way. Elsewhere the first such row ends this road.

#include "runtime/exec/recursion_int.h"

typedef struct Variant {
    Fix *fix;
    FixRelation *into; // the relation whose branch it is
    uint32_t branch;
    uint32_t use; // the slot that reads the newest rows
    bool first;   // of its branch: it tells the gap lines
    Body body;    // as written, or with its first two variables changed over
    const Rowset *slots[BODY_SLOTS_MAX];
    BodyRun run;
    bool is_open;
} Variant;

typedef VEC(Variant *) Variants;

// No row has come that this road cannot take.
static bool all_clean(const Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++) {
        const FixRelation *member = &fix->relations[m];
        if (member->maker.rows.count > 0 || (member->aside != NULL && aside_is_lost(member->aside)))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------- the order of the first two variables

// The operator that joins the newest rows, if only `from` and conditions on its rows stand before it; else 0.
static uint32_t second_variable(const Variant *variant, const Body *body)
{
    uint32_t at = 1;
    while (at < body->operator_count && body->operators[at].kind == OPERATOR_FILTER)
        at++;
    if (at == body->operator_count || body->operators[at].kind != OPERATOR_PARTNER)
        return 0;
    const Partner *partner = &body->operators[at].partner;
    bool links = false;
    for (uint32_t l = 0; l < partner->leaf_count; l++)
        links |= partner->leaves[l].key && partner->leaves[l].conjunct;
    bool joins = partner->kind == PARTNER_JOIN && links && !partner->coverage.written;
    return joins && partner->slot == variant->use && body->operators[0].slot != variant->use ? at
                                                                                             : 0;
}

static void change_over_leaf(OnLeaf *leaf)
{
    OnLeaf was = *leaf;
    leaf->earlier = was.partner;
    leaf->partner = was.earlier;
    leaf->reads_earlier = was.reads_partner;
    leaf->reads_earlier_count = was.reads_partner_count;
    leaf->reads_partner = was.reads_earlier;
    leaf->reads_partner_count = was.reads_earlier_count;
}

// The body beginning with the variable that operator `at` joins.
static void change_over(Variant *variant, const Body *body, uint32_t at)
{
    Arena *arena = variant->fix->arena;
    Operator *operators = ARENA_ARRAY(arena, Operator, body->operator_count);
    const Operator *from = &body->operators[0], *join = &body->operators[at];
    memcpy(operators, body->operators, body->operator_count * sizeof *operators);
    operators[0].slot = join->partner.slot;
    operators[0].source = join->partner.source;
    memmove(&operators[2], &body->operators[1], (at - 1) * sizeof *operators);
    Operator *second = &operators[1];
    *second = *join;
    second->partner.slot = second->slot = from->slot;
    second->partner.source = second->source = from->source;
    second->partner.at_most_one = false;
    OnLeaf *leaves = ARENA_ARRAY(arena, OnLeaf, join->partner.leaf_count);
    memcpy(leaves, join->partner.leaves, join->partner.leaf_count * sizeof *leaves);
    for (uint32_t l = 0; l < join->partner.leaf_count; l++)
        change_over_leaf(&leaves[l]);
    second->partner.leaves = leaves;
    variant->body.operators = operators;
}

// Whether every row of the table behind the first variable can be found by its links.
static bool can_change_over(const Fix *fix, const Body *body)
{
    if (fix->shared->observer != NULL) // it wants the written order
        return false;
    RowSource source = body->operators[0].source;
    if (fix_member(fix, source) != NULL)
        return true;
    const Rowset *rowset = run_rowset(fix->shared, source);
    bool known = rowset->classes == NULL;
    for (uint32_t c = 0; c < rowset->column_count && known; c++)
        known = rowset->columns[c].unknown.count == 0 || rowset->columns[c].count == 0;
    return known;
}

// ---------------------------------------------------------------- variants

static void add_variant(Fix *fix, Variants *variants, FixRelation *into, uint32_t branch,
                        uint32_t use, bool first)
{
    const Body *body = &into->relation->branches[branch];
    Variant *variant = ARENA_NEW(fix->arena, Variant);
    *variant = (Variant){
        .fix = fix, .into = into, .branch = branch, .use = use, .first = first, .body = *body};
    uint32_t at = second_variable(variant, body);
    if (at > 0 && can_change_over(fix, body))
        change_over(variant, body, at);
    vec_push(variants, variant);
}

static void make_variants(Fix *fix, FixRelation *into, Variants *variants)
{
    for (uint32_t b = 0; b < into->relation->branch_count; b++) {
        const Body *body = &into->relation->branches[b];
        uint32_t uses = 0;
        for (uint32_t s = 0; s < body->slot_count; s++)
            if (fix_member(fix, body->slots[s].source) != NULL)
                add_variant(fix, variants, into, b, s, uses++ == 0);
        for (uint32_t s = 0; s < body->slot_count && uses > 1; s++) {
            FixRelation *member = fix_member(fix, body->slots[s].source);
            if (member != NULL)
                store_read_whole(member->store);
        }
    }
}

static void set_slots(Variant *variant)
{
    const Body *body = &variant->body;
    for (uint32_t s = 0; s < body->slot_count; s++) {
        const FixRelation *member = fix_member(variant->fix, body->slots[s].source);
        if (member != NULL)
            variant->slots[s] = s == variant->use ? member->rows : member->all;
    }
}

// Takes in what a branch gave.
static Status absorb(Fix *fix, FixRelation *into)
{
    RowMaker *maker = &into->maker;
    if (maker->rows.count > 0 && into->aside == NULL) { // the careful road begins anew
        maker->clean.count = 0;
        return STATUS_OK;
    }
    if (maker->rows.count > 0) {
        if (fix->certain_end)
            aside_accept(into->aside, fix->round);
        else
            aside_put(into->aside, fix->round, fix->certain_only);
        vec_clear(&maker->rows);
        arena_rewind(maker->arena, into->made_from);
    }
    if (fix->certain_end) {
        maker->clean.count = 0; // it is known
        return fix_row_limit(fix, into, store_count(into->store) + aside_count(into->aside));
    }
    return store_absorb(fix, into->store);
}

static Status sink(void *closure, BodyRun *run, const Bindings *batch)
{
    Variant *variant = closure;
    RowMaker *maker = &variant->into->maker;
    rows_of_bindings(maker, run, batch, variant->branch);
    return absorb(variant->fix, variant->into);
}

// Before the first round: there are no rows of the ring yet, but what the other sources bring by themselves (loose
// rows, gap lines) comes now.
static Status variant_open(Variant *variant)
{
    RunShared *shared = variant->fix->shared;
    set_slots(variant);
    shared->slot_rows = variant->slots;
    body_run_init(&variant->run, shared, &variant->body);
    shared->slot_rows = NULL;
    variant->is_open = true;
    variant->run.sink = sink;
    variant->run.sink_closure = variant;
    TRY(body_run(&variant->run));
    if (variant->first)
        gap_entries(&variant->run, variant->into->gap_lines->arena, &variant->into->entries);
    return STATUS_OK;
}

static Status variant_round(Variant *variant)
{
    set_slots(variant);
    body_forget_ring(&variant->run);
    return body_rerun(&variant->run);
}

// ---------------------------------------------------------------- rounds

// The branches that do not use the ring, then the variants over no rows.
static Status first_round(Fix *fix, const Variants *variants)
{
    const Rowset *none[BODY_SLOTS_MAX] = {NULL};
    for (uint32_t m = 0; m < fix->count && all_clean(fix); m++) {
        FixRelation *member = &fix->relations[m];
        for (uint32_t b = 0; b < member->relation->branch_count; b++) {
            if (fix_uses_ring(fix, &member->relation->branches[b]))
                continue;
            TRY(fix_branch(fix, member, b, none));
            TRY(absorb(fix, member));
        }
    }
    fix->round = 1; // what comes without any row of the ring
    for (size_t v = 0; v < variants->count && all_clean(fix); v++)
        if (!fix_stands_still(variants->items[v]->into, 1))
            TRY(variant_open(variants->items[v]));
    return STATUS_OK;
}

// `*more`: some variant had new rows to read.
static Status next_round(Fix *fix, const Variants *variants, int64_t round, bool *more)
{
    *more = false;
    fix->round = round;
    for (size_t v = 0; v < variants->count && all_clean(fix); v++) {
        Variant *variant = variants->items[v];
        const FixRelation *read = fix_member(fix, variant->body.slots[variant->use].source);
        if (read->rows->row_count == 0 || fix_stands_still(variant->into, round))
            continue;
        if (!*more)
            TRY(fix_round(fix, round));
        *more = true;
        TRY(variant_round(variant));
    }
    return STATUS_OK;
}

static void publish(Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++) {
        store_publish(fix->relations[m].store);
        if (fix->relations[m].aside != NULL)
            aside_publish_certain(fix->relations[m].aside, fix->relations[m].rows);
    }
}

// ---------------------------------------------------------------- rows that are not clean

// Whether every branch that uses the ring begins with its only use of it, and (keep) the best rows are enough.
static bool can_set_aside(const Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++) {
        const Relation *relation = fix->relations[m].relation;
        if (relation->column_count == 0 ||
            (relation_keeps(relation) && !keep_needs_best_only(fix, relation)))
            return false;
        for (uint32_t b = 0; b < relation->branch_count; b++) {
            const Body *body = &relation->branches[b];
            uint32_t uses = 0, last = 0;
            for (uint32_t s = 0; s < body->slot_count; s++)
                if (fix_member(fix, body->slots[s].source) != NULL) {
                    uses++;
                    last = s;
                }
            if (uses > 1 || (uses == 1 && body->operators[0].slot != last))
                return false;
        }
    }
    return true;
}

static void open_asides(Fix *fix)
{
    bool can = can_set_aside(fix);
    for (uint32_t m = 0; m < fix->count && can; m++) {
        FixRelation *member = &fix->relations[m];
        member->aside = aside_open(member);
        member->made_from = arena_mark(member->maker.arena);
    }
}

// Uncertain rows of the rounds are sought once more at the end. With a depth they count by their rounds, so they are
// kept, and the road ends where a row that a round had read was bettered.
static bool seeks_again(const Fix *fix)
{
    const FixRelation *member = &fix->relations[0];
    return member->aside != NULL && relation_keeps(member->relation) &&
           member->relation->depth_limit < 0;
}

static bool any_aside(const Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++)
        if (fix->relations[m].aside != NULL && !aside_is_empty(fix->relations[m].aside))
            return true;
    return false;
}

// Under `keep` without a depth: what the certain rows that are left lead to.
static Status seek_again(Fix *fix, const Variants *variants)
{
    FixRelation *member = &fix->relations[0];
    fix->round = 1;
    fix->certain_only = false;
    store_publish_all(member->store);
    aside_publish_again(member->aside);
    aside_publish_certain(member->aside, member->rows);
    for (size_t v = 0; v < variants->count && member->rows->row_count > 0; v++)
        TRY(variant_round(variants->items[v]));
    return STATUS_OK;
}

// The rounds of the rows that are not certain, once the certain ones are fixed.
static Status other_rounds(Fix *fix, const Variants *variants)
{
    if (seeks_again(fix))
        TRY(seek_again(fix, variants));
    fix->certain_end = true;
    bool more = true, waits = true;
    for (int64_t round = 0; (more || waits) && all_clean(fix); round++) {
        TRY(fix_round(fix, round));
        fix->round = round;
        for (size_t v = 0; v < variants->count && more && round > 0; v++) {
            Variant *variant = variants->items[v];
            const FixRelation *read = fix_member(fix, variant->body.slots[variant->use].source);
            if (read->rows->row_count > 0 && !fix_stands_still(variant->into, round))
                TRY(variant_round(variant));
        }
        waits = more = false;
        for (uint32_t m = 0; m < fix->count; m++)
            waits |= aside_accept_waiting(fix->relations[m].aside, round);
        for (uint32_t m = 0; m < fix->count; m++)
            more |= aside_publish(fix->relations[m].aside);
    }
    return STATUS_OK;
}

static Status run_rounds(Fix *fix, Variants *variants)
{
    for (uint32_t m = 0; m < fix->count; m++)
        fix->relations[m].store = store_open(&fix->relations[m]);
    for (uint32_t m = 0; m < fix->count; m++)
        make_variants(fix, &fix->relations[m], variants);
    if (fix->starts == NULL)
        open_asides(fix);
    publish(fix);
    TRY(first_round(fix, variants));
    bool more = true;
    fix->certain_only = seeks_again(fix);
    for (int64_t round = 1; more && all_clean(fix); round++) {
        publish(fix);
        TRY(next_round(fix, variants, round, &more));
    }
    return any_aside(fix) && all_clean(fix) ? other_rounds(fix, variants) : STATUS_OK;
}

static Status finish_member(FixRelation *member)
{
    if (member->aside == NULL || aside_is_empty(member->aside))
        return store_finish(member->store, &member->result);
    aside_finish(member->aside);
    return store_finish_beside(member->store, &member->result);
}

Status fix_solve_clean(Fix *fix, bool *clean)
{
    Variants variants = {0};
    Status status = run_rounds(fix, &variants);
    *clean = all_clean(fix);
    for (size_t v = 0; v < variants.count; v++)
        if (variants.items[v]->is_open)
            body_run_deinit(&variants.items[v]->run);
    vec_free(&variants);
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        if (status == STATUS_OK && *clean)
            status = finish_member(member);
        vec_clear(&member->maker.rows); // what was set aside belongs to the aside
        aside_close(member->aside);
        store_close(member->store);
        rowset_destroy(member->rows);
        rowset_destroy(member->all);
        member->aside = NULL;
        member->store = NULL;
        member->rows = member->all = NULL;
    }
    return status;
}
