// SPDX-License-Identifier: Apache-2.0
//
// csv_int.h: the index that the scanner walks over: where in a window of text the bytes stand that may matter.
//
// There are three ways to make it (csv_index.c), for processors with AVX-512, with AVX2 and for all others; they give
// the same index.
#ifndef SUP_RUNTIME_SOURCE_CSV_INT_H
#define SUP_RUNTIME_SOURCE_CSV_INT_H

#include "runtime/source/csv.h"

#define CSV_BLOCK 64                  // bytes that are looked at together
#define CSV_WINDOW ((size_t)16 << 10) // bytes indexed at a time

// The marks of a window in their order. at[0] is no mark but the place before the window's first byte (it wraps where
// that is the first of the text), so that behind every mark, and there, a cell may begin.
typedef struct CsvMarks {
    uint32_t at[1 + CSV_WINDOW + CSV_BLOCK]; // writing runs over by less than a block
    uint64_t special[CSV_WINDOW / 64 + 2];   // bit i: mark i is a quote or a line end
    size_t count;                            // with at[0]
} CsvMarks;

// Adds the marks of text[from, end) to `marks`, whose bits behind its count are 0. `from` and the end rounded up lie on
// borders of blocks; a rest of a block behind `end` is read and ignored. `first` are the bits of the first block to look at.
typedef void CsvIndexer(const char *text, size_t from, size_t end, uint64_t first, char separator,
                        CsvMarks *marks);

// The indexer of a road that this processor has.
CsvIndexer *csv_indexer(CsvRoad road);

#endif
