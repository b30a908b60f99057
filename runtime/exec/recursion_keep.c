// SPDX-License-Identifier: Apache-2.0
//
// recursion_keep.c: which row of a key is kept while a recursive relation grows, and what is left of the others.

#include "runtime/exec/recursion_int.h"

// ---------------------------------------------------------------- rank

// The best that a kept value may be.
static int128_t best_bound(const Relation *relation, const Value *value)
{
    int128_t low, high;
    cell_bounds(value, &low, &high);
    return relation->keep_least ? low : high;
}

int keep_compare(const RowMaker *maker, const Relation *relation, const MadeRow *a,
                 const MadeRow *b)
{
    const Value *x = &a->cells[relation->keep_column], *y = &b->cells[relation->keep_column];
    int order;
    if (x->state != VALUE_KNOWN || y->state != VALUE_KNOWN) {
        int128_t mine = best_bound(relation, x), other = best_bound(relation, y);
        order = (mine > other) - (mine < other);
    } else {
        order = value_compare(maker->shared->dict, x, y);
    }
    return relation->keep_least ? order : -order;
}

bool keep_better(const RowMaker *maker, const Relation *relation, const MadeRow *a,
                 const MadeRow *than)
{
    int order = keep_compare(maker, relation, a, than);
    if (order == 0)
        order = (int)(a->cells[relation->keep_column].state == VALUE_KNOWN) -
                (int)(than->cells[relation->keep_column].state == VALUE_KNOWN);
    return order != 0 ? order < 0 : made_row_compare(maker, a, than) < 0;
}

void keep_doubt(const Relation *relation, MadeRow *row)
{
    if (!relation_keeps(relation) || row->row_class != CLASS_CERTAIN ||
        row->cells[relation->keep_column].state == VALUE_KNOWN)
        return;
    row->row_class = CLASS_POSSIBLE;
    row->cause = row->cells[relation->keep_column].cause;
}

// ---------------------------------------------------------------- what users see

static bool is_key(const Relation *relation, uint32_t column)
{
    for (uint32_t k = 0; k < relation_key_count(relation); k++) {
        if (relation_key_column(relation, k) == column)
            return true;
    }
    return false;
}

// Determined by the key.
static bool is_fixed(const Relation *relation, uint32_t column)
{
    bool fixed = is_key(relation, column);
    for (uint32_t r = 0; r < relation->ring_read_count && !fixed; r++)
        fixed = relation->ring_reads[r] == column;
    return fixed;
}

static void kept_bounds(const Relation *relation, const Value *value, Value *out)
{
    Phys phys = type_phys(value->type);
    bool integral = phys == PHYS_I64 || phys == PHYS_I128;
    out->bounded = integral && (value->state == VALUE_KNOWN || value->bounded);
    if (!out->bounded)
        return;
    int128_t low, high;
    cell_bounds(value, &low, &high);
    out->lo = relation->keep_least ? low : BOUND_LOW;
    out->hi = relation->keep_least ? BOUND_HIGH : high;
}

void keep_blur(const Relation *relation, MadeRows *rows)
{
    for (size_t i = 0; relation_keeps(relation) && i < rows->count; i++) {
        MadeRow *row = &rows->items[i];
        if (row->row_class == CLASS_CERTAIN)
            continue;
        for (uint32_t c = 0; c < relation->column_count; c++) {
            Value issue = {.type = row->cells[c].type, .state = VALUE_ISSUE, .cause = row->cause};
            if (c == relation->keep_column)
                kept_bounds(relation, &row->cells[c], &issue);
            else if (is_fixed(relation, c))
                continue;
            row->cells[c] = issue;
        }
    }
}

// ---------------------------------------------------------------- rounds over what is new

static bool reads_column(const Expr *expr, uint32_t slot, uint32_t column)
{
    bool reads = false;
    for (uint32_t i = 0; i < expr->count && !reads; i++)
        reads = expr->steps[i].op == STEP_COLUMN && expr->steps[i].slot == slot &&
                expr->steps[i].index == column;
    return reads;
}

// A join may read the kept value in its condition; what decides over a set of rows may not.
static bool plain_partner(const Partner *partner, uint32_t ring, uint32_t kept)
{
    bool plain = partner->match == NULL && !partner->coverage.written &&
                 partner->kind != PARTNER_LATEST && partner->kind != PARTNER_ATTACH;
    for (uint32_t l = 0; l < partner->leaf_count && partner->kind != PARTNER_JOIN; l++)
        plain &= !reads_column(&partner->leaves[l].value, ring, kept);
    return plain;
}

static bool plain_branch(const Relation *relation, const Body *body)
{
    uint32_t ring = body->operators[0].slot, kept = relation->keep_column;
    bool plain = body->aggregate_count == 0;
    for (uint32_t i = 1; i < body->operator_count && plain; i++) {
        const Operator *op = &body->operators[i];
        plain = op->kind == OPERATOR_FILTER ||
                (op->kind == OPERATOR_PARTNER && plain_partner(&op->partner, ring, kept));
    }
    for (uint32_t c = 0; c < body->column_count && plain; c++)
        plain = c == kept || !reads_column(&body->columns[c].value, ring, kept);
    return plain;
}

bool keep_needs_best_only(const Fix *fix, const Relation *relation)
{
    bool only = fix->count == 1;
    for (uint32_t r = 0; r < relation->ring_read_count; r++)
        only &= relation->ring_reads[r] == relation->keep_column ||
                is_key(relation, relation->ring_reads[r]);
    for (uint32_t b = 0; b < relation->branch_count && only; b++)
        only = !fix_uses_ring(fix, &relation->branches[b]) ||
               plain_branch(relation, &relation->branches[b]);
    return only;
}
