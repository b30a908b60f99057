// SPDX-License-Identifier: Apache-2.0
//
// encoding_gb18030.c: GB18030 to UTF-8.
//
// One byte: ASCII, and 0x80 for the euro sign as code page 936 writes it. Two bytes: a table. Four
// bytes: runs for the basic plane, a formula above it. The tables are generated while building
// (gen/gb18030_gen.c), so every machine reads a file alike.
#include "runtime/source/encoding.h"

typedef struct GbRun {
    int32_t first; // linear number of the four-byte code
    int32_t count;
    uint32_t code_point; // of the first
} GbRun;

#include "generated/gb18030.inc"

#define GB_ASTRAL_FIRST 189000 // linear number of U+10000
#define GB_BAD (-1)
#define GB_CUT (-2)

static int32_t four_bytes(int32_t linear)
{
    if (linear >= GB_ASTRAL_FIRST) {
        int32_t point = linear - GB_ASTRAL_FIRST + 0x10000;
        return point <= 0x10FFFF ? point : GB_BAD;
    }
    size_t low = 0, high = ARRAY_LEN(gb_runs);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gb_runs[middle].first + gb_runs[middle].count <= linear)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ARRAY_LEN(gb_runs) || gb_runs[low].first > linear)
        return GB_BAD;
    return (int32_t)gb_runs[low].code_point + linear - gb_runs[low].first;
}

// The code point of the sequence at p (not ASCII) and its length; GB_BAD with length 1, or GB_CUT.
static int32_t decode_one(const unsigned char *p, size_t left, size_t *size)
{
    *size = 1;
    if (p[0] == 0x80)
        return 0x20AC;
    if (p[0] == 0xFF)
        return GB_BAD;
    if (left < 2)
        return GB_CUT;
    if (p[1] >= 0x40 && p[1] != 0x7F && p[1] != 0xFF) {
        uint32_t at = (p[0] - 0x81u) * 190 + p[1] - 0x40u - (p[1] > 0x7F);
        uint32_t point = gb_pairs[at];
        *size = point != 0 ? 2 : 1;
        return point != 0 ? (int32_t)point : GB_BAD;
    }
    if (p[1] < 0x30 || p[1] > 0x39)
        return GB_BAD;
    if (left < 4)
        return left == 3 && (p[2] < 0x81 || p[2] == 0xFF) ? GB_BAD : GB_CUT;
    if (p[2] < 0x81 || p[2] == 0xFF || p[3] < 0x30 || p[3] > 0x39)
        return GB_BAD;
    int32_t linear = ((p[0] - 0x81) * 10 + p[1] - 0x30) * 1260 + (p[2] - 0x81) * 10 + p[3] - 0x30;
    int32_t point = four_bytes(linear);
    *size = point != GB_BAD ? 4 : 1;
    return point;
}

// Copies ASCII eight bytes at a time; returns how many were copied.
static size_t copy_ascii(const char *from, size_t size, char *to)
{
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
        memcpy(to + i, &word, 8);
    }
    for (; i < size && (unsigned char)from[i] < 0x80; i++)
        to[i] = from[i];
    return i;
}

size_t gb18030_decode(Str bytes, bool last, StrBuf *out, int64_t *bad_count)
{
    // Two bytes become at most three, one byte at most three (the euro sign).
    strbuf_reserve(out, bytes.len * 3 + 4);
    char *to = out->ptr + out->len;
    size_t at = 0;
    while (at < bytes.len) {
        size_t plain = copy_ascii(bytes.ptr + at, bytes.len - at, to);
        at += plain;
        to += plain;
        if (at == bytes.len)
            break;
        size_t size;
        int32_t point = decode_one((const unsigned char *)bytes.ptr + at, bytes.len - at, &size);
        if (point == GB_CUT && !last)
            break;
        if (point < 0) {
            *to++ = (char)0xFF;
            (*bad_count)++;
            at++;
            continue;
        }
        to += utf8_encode(point, to);
        at += size;
    }
    out->len = (size_t)(to - out->ptr);
    out->ptr[out->len] = '\0';
    return at;
}
