// SPDX-License-Identifier: Apache-2.0
//
// han.h: simplified forms and readings of Han characters, one character at a time.
//
// Coverage is stated in simplified.def and pinyin.def; beyond it nothing is known. Constant data; any thread may read
// it.

#ifndef SUP_STDLIB_TABLES_HAN_H
#define SUP_STDLIB_TABLES_HAN_H

#include "runtime/base/str.h"

// The simplified character (three bytes) for a traditional one that is no simplified writing itself. The empty text:
// there is none.
Str han_simplified(Str character);

// The most usual reading without tone: "zhang". The empty text: not known.
Str han_pinyin(int32_t code_point);

#endif
