// SPDX-License-Identifier: Apache-2.0
//
// partner_reduce_int.h: shared by partner_left.c (which rows bindings can bring to a clause) and partner_reduce.c (an
// index of the rows that they can find).

#ifndef SUP_RUNTIME_EXEC_PARTNER_REDUCE_INT_H
#define SUP_RUNTIME_EXEC_PARTNER_REDUCE_INT_H

#include "runtime/exec/partner_int.h"

enum { REDUCE_RATIO = 4, CONDITIONS_MOST = 16 };

// Conditions over the rows of one slot alone.
typedef struct Conditions {
    const Expr *items[CONDITIONS_MOST];
    uint32_t leaf[CONDITIONS_MOST]; // of the clause's condition, from 1; 0: a filter
    uint8_t open[CONDITIONS_MOST];  // it is not known for some row
    uint32_t count;
} Conditions;

// Adds a condition if it reads the slot alone.
void conditions_add(Conditions *conditions, const Expr *expr, uint32_t leaf, uint32_t slot);
// Filters over the slot among the clauses [from, to), up to one that looks at all bindings together.
void conditions_add_filters(const BodyRun *run, uint32_t from, uint32_t to, uint32_t slot,
                            Conditions *conditions);
// Takes out of rows[0..count) those for which a condition is false, with their groups (NULL: none). Returns how many are
// left.
int64_t conditions_apply(BodyRun *run, const Rowset *rowset, uint32_t slot, Conditions *conditions,
                         int64_t *rows, int64_t *groups, int64_t count);

// The one variable that the bindings' links read; BODY_SLOTS_MAX: there is no such variable with rows of its own.
uint32_t partner_left_slot(const BodyRun *run, const PartnerRun *partner);
// Lists the rows of that slot that bindings can have when they come to the clause: partner->left. It stays NULL where
// nothing is known of them.
Status partner_left_list(BodyRun *run, PartnerRun *partner, uint32_t slot);

#endif
