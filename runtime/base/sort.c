// SPDX-License-Identifier: Apache-2.0
//
// sort.c: bottom-up merge sort.

#include "runtime/base/sort.h"

typedef struct Merge {
    char *from, *to;
    size_t size;
    SortCompare compare;
    const void *context;
} Merge;

// Merges the sorted runs [first, middle) and [middle, end) of `from` into `to`.
static void merge_runs(const Merge *merge, size_t first, size_t middle, size_t end)
{
    size_t left = first, right = middle;
    for (size_t out = first; out < end; out++) {
        bool take_left = right >= end;
        if (!take_left && left < middle)
            take_left = merge->compare(merge->context, merge->from + left * merge->size,
                                       merge->from + right * merge->size) <= 0;
        size_t taken = take_left ? left++ : right++;
        memcpy(merge->to + out * merge->size, merge->from + taken * merge->size, merge->size);
    }
}

void sort_stable(void *items, size_t count, size_t size, SortCompare compare, const void *context)
{
    size_t bytes;
    ASSERT(size > 0);
    if (count < 2)
        return;
    if (!num_mul_size(count, size, &bytes))
        base_memory_failed(SIZE_MAX);
    char *scratch = base_alloc(bytes);
    Merge merge = {items, scratch, size, compare, context};
    for (size_t width = 1; width<count; width = width> count / 2 ? count : width * 2) {
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t middle = MIN_OF(first + width, count);
            merge_runs(&merge, first, middle, MIN_OF(middle + width, count));
            if (count - first <= 2 * width)
                break;
        }
        char *swap = merge.from;
        merge.from = merge.to;
        merge.to = swap;
    }
    if (merge.from != items)
        memcpy(items, merge.from, bytes);
    free(scratch);
}
