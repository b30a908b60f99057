// SPDX-License-Identifier: Apache-2.0
//
// block.h: how many rows the operators look at in one go. Any sizes give the same bytes; the torture build takes tiny
// ones, so that every seam between blocks is crossed.

#ifndef SUP_RUNTIME_EXEC_BLOCK_H
#define SUP_RUNTIME_EXEC_BLOCK_H

#ifdef SUP_TORTURE
enum { BATCH_ROWS = 3, BLOCK_ROWS = 3, PAIR_ROWS = 5, STREAM_ROWS = 7 };
#else
enum { BATCH_ROWS = 1024, BLOCK_ROWS = 4096, PAIR_ROWS = 8192, STREAM_ROWS = 65536 };
#endif

#endif
