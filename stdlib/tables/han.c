// SPDX-License-Identifier: Apache-2.0
//
// han.c: simplified.def as lines of one length that are searched, pinyin.def as one array.
//
// Characters between U+0800 and U+FFFF are three bytes, whose order is that of the codes: pairs of them
// need neither offsets nor pointers.

#include "stdlib/tables/han.h"

#include <string.h>

#define BYTES 3
#define FIRST_READING 0x4E00

#define LINE_PAIRS 16

static const char pairs[][2 * BYTES * LINE_PAIRS + 1] = {
#define PAIRS(text) text,
#include "stdlib/tables/simplified.def"
};

static const char syllables[][sizeof "zhuang"] = {
#define SYLLABLE(text) text,
#include "stdlib/tables/pinyin.def"
};

static const uint16_t readings[] = {
#define READINGS(...) __VA_ARGS__,
#include "stdlib/tables/pinyin.def"
};

Str han_simplified(Str character)
{
    if (character.len != BYTES)
        return STR("");
    size_t low = 0, high = SIMPLIFIED_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *pair = pairs[middle / LINE_PAIRS] + middle % LINE_PAIRS * 2 * BYTES;
        int order = memcmp(character.ptr, pair, BYTES);
        if (order == 0)
            return (Str){pair + BYTES, BYTES};
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return STR("");
}

Str han_pinyin(int32_t code_point)
{
    int32_t place = code_point - FIRST_READING;
    if (place < 0 || place >= (int32_t)ARRAY_LEN(readings) || readings[place] == 0)
        return STR("");
    ASSERT(readings[place] <= ARRAY_LEN(syllables));
    return str_from_cstr(syllables[readings[place] - 1]);
}
