// SPDX-License-Identifier: Apache-2.0
// skeleton.c: what survived of damaged and masked identity values.

#include "runtime/data/value.h"

bool skeleton_may_equal(Str a, Str b)
{
    size_t at_a = 0;
    size_t at_b = 0;
    while (at_a < a.len && at_b < b.len) {
        int32_t x = utf8_decode(a, &at_a);
        int32_t y = utf8_decode(b, &at_b);
        if (x != y && x != SKELETON_UNKNOWN && y != SKELETON_UNKNOWN)
            return false;
    }
    return at_a == a.len && at_b == b.len;
}
