// SPDX-License-Identifier: Apache-2.0
//
// peers.h: how a fold of a window looks at the peers of a row; part of body.h.

#ifndef SUP_RUNTIME_EXEC_PEERS_H
#define SUP_RUNTIME_EXEC_PEERS_H

// Which peers of a row a window looks at: the whole partition; by the order's keys, so that rows of the same time as the
// row are in (TIES, TIME); or by the total order (spec/evaluation.md 7).
typedef enum WindowFrame {
    FRAME_PEERS,
    FRAME_TIES,
    FRAME_TIME,
    FRAME_LINE,
    FRAME_ROWS,
    FRAME_VALUE // the whole partition, in the order of the values themselves, whatever the window's
} WindowFrame;

// What is taken of them: a fold, or what stands at a place of the order.
typedef enum WindowFunction {
    WINDOW_FOLD,
    WINDOW_LINE_FOLD, // known only where the whole order is
    WINDOW_RANK,
    WINDOW_DENSE_RANK,
    WINDOW_BEHIND, // how many stand before it: rank − 1
    WINDOW_OTHERS, // how many others there are, at least 1
    WINDOW_NTILE,  // of as many parts as the parameter says
    WINDOW_ROW_NUMBER,
    WINDOW_PREVIOUS,
    WINDOW_NEXT,
    WINDOW_FIRST_VALUE,
    WINDOW_LAST_VALUE,
    WINDOW_NTH_VALUE, // of the place that the parameter says
    WINDOW_VALUE,     // below a grouping: the let's value itself, one per group
} WindowFunction;

#endif
