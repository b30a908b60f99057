// SPDX-License-Identifier: Apache-2.0
//
// convert.h: the arithmetic between two types of numbers; read by building (constants) and lowering (steps).

#ifndef SUP_COMPILER_CONVERT_H
#define SUP_COMPILER_CONVERT_H

#include "runtime/base/wide.h"
#include "stdlib/stdlib.h"

// How an exact or whole number of one type becomes one of another: first times `multiply`, then divided by
// `divide` (18 places half-even, unless 1), then times 10^rescale.
typedef struct Conversion {
    bool widen;   // an integer or length first becomes an exact number of scale 0
    bool to_real; // at the end
    int128_t multiply, divide;
    int32_t scale_from; // of the count before rescaling
    int32_t rescale;
} Conversion;

// Works out the conversion between two number types; false: there is none to do (or none is possible).
bool conversion_find(Type from, Type to, Conversion *conversion);

#endif
