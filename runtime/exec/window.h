// SPDX-License-Identifier: Apache-2.0
//
// window.h: `let … among`: values computed over the peers of a row.
//
// A window stands in the middle of a body. It keeps every binding of its stretch, and once the last one is there it
// computes the let's value for each and gives the bindings on, batch by batch, with one more slot: that of the value.
// It never removes a binding. Meaning: spec/evaluation.md 7 and 13.

#ifndef SUP_RUNTIME_EXEC_WINDOW_H
#define SUP_RUNTIME_EXEC_WINDOW_H

#include "runtime/exec/level_int.h"

// The window, session or sequence at `operator`, and the empty table of its values.
WindowRun *window_open(BodyRun *run, uint32_t operator);
void window_close(WindowRun *window); // NULL is allowed
// What it has kept. `session` and `sequence` keep their bindings here too and do the rest themselves.
const Members *window_members(const WindowRun *window);
// Keeps a batch.
Status window_keep(BodyRun *run, WindowRun *window, const Bindings *batch);
// Computes the values and pushes all bindings into the operators behind.
Status window_finish(BodyRun *run, WindowRun *window);
// Whether the same is known of two values, whatever the cause.
bool window_same(const Value *a, const Value *b);
// The caveat bit of the window with this slot.
uint64_t window_caveat(const Body *body, uint32_t slot);
// The caveat bits of those windows among the slots whose value for binding `index` tolerated peers could change.
uint64_t window_caveats(const BodyRun *run, const Bindings *batch, uint64_t slots, int64_t index);
// Below a grouping: gives the groups of a level the value of the window at `op_index`, over those that are there so far
// (window_group.c).
Status window_groups(Level *level, uint32_t op_index);
// What it gave the groups of a level; NULL: it stands behind another fence.
const LevelValues *window_group_values(const Level *level, const Operator *op);
// How many of its tuples are shadows, in reading A.
void window_unplaced(const WindowRun *window, int64_t *shadows, int64_t *tuples);

#define WINDOW_PEERS_SHOWN 3
// The rows of which a value was made: those of the last aggregate's first variable.
typedef struct WindowPeers {
    uint32_t slot;
    int64_t rows[WINDOW_PEERS_SHOWN]; // the nearest, in order
    int64_t count;                    // that count
    int64_t open;                     // of the partition, that may
} WindowPeers;
// Of binding `index` of the batch that the window is pushing: to be asked by an observer (window_peers.c). False: its
// partition is not known.
bool window_peers(BodyRun *run, const WindowRun *window, const Bindings *batch, int64_t index,
                  WindowPeers *out);

#endif
