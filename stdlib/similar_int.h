// SPDX-License-Identifier: Apache-2.0
//
// similar_int.h: the code points of a text, for similar.c and check_alike.c.

#ifndef SUP_STDLIB_SIMILAR_INT_H
#define SUP_STDLIB_SIMILAR_INT_H

#include "runtime/kernel.h"

#define SIMILAR_POINTS_MAX 4096

typedef struct Points {
    int32_t *at;
    int64_t count;
} Points;

// The code points of a text, in fn->arena; reports an overflow if there are more than SIMILAR_POINTS_MAX.
Points similar_points(FnContext *fn, Str text);

#endif
