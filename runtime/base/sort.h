// SPDX-License-Identifier: Apache-2.0
//
// sort.h: a stable sort whose comparison gets a context.
//
// qsort is neither stable nor does it hand a context to its comparison, and an order that depends on the library's
// algorithm would not give the same bytes everywhere. This is a bottom-up merge sort: n log n comparisons, one
// scratch array of the same size.

#ifndef SUP_RUNTIME_BASE_SORT_H
#define SUP_RUNTIME_BASE_SORT_H

#include "runtime/base/base.h"

// Less than, equal to or greater than zero, as a comes before, with, or after b.
typedef int (*SortCompare)(const void *context, const void *a, const void *b);

// Sorts count elements of size bytes in place. Elements that compare equal keep their order. Failure to get memory is
// fatal (base.h).
void sort_stable(void *items, size_t count, size_t size, SortCompare compare, const void *context);

#endif
