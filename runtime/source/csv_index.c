// SPDX-License-Identifier: Apache-2.0
//
// csv_index.c: separators, quotes and line ends to an array of their places. A block of 64 bytes is reduced to two
// words with a bit per byte: all marks, and those of them that are no separator. What the words hold is written without
// asking how much it is, as far as that can be: few branches depend on the data.
//
// Quotes are only marked here. Blanking out what lies between them by parity would be faster still, but one stray
// quote would turn all following cells inside out.
#include "runtime/source/csv_int.h"

#ifdef SIMD_X86
#include <immintrin.h>
#endif

typedef struct Block {
    uint64_t marks, special; // special: no separators
} Block;

#ifdef SIMD_X86
static inline Block look16(const char *p, __m128i separator)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    __m128i special = _mm_or_si128(ends, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    __m128i marks = _mm_or_si128(special, _mm_cmpeq_epi8(bytes, separator));
    return (Block){(uint32_t)_mm_movemask_epi8(marks), (uint32_t)_mm_movemask_epi8(special)};
}

static inline Block look_plain(const char *p, char separator)
{
    Block block = {0, 0};
    __m128i wanted = _mm_set1_epi8(separator);
    for (int i = 0; i < 64; i += 16) {
        Block part = look16(p + i, wanted);
        block.marks |= part.marks << i;
        block.special |= part.special << i;
    }
    return block;
}
#else
static inline Block look_plain(const char *p, char separator)
{
    Block block = {0, 0};
    for (int i = 0; i < 64; i++) {
        uint64_t special = p[i] == '"' || p[i] == '\n' || p[i] == '\r';
        block.special |= special << i;
        block.marks |= (special | (p[i] == separator)) << i;
    }
    return block;
}
#endif

// Bits of the block at `at` to look at, where the text ends at `end`.
static inline uint64_t bits_before(size_t at, size_t end)
{
    return end - at >= 64 ? ~UINT64_C(0) : ~(~UINT64_C(0) << (end - at));
}

// Writes the marks of a block one by one.
static inline void put_block(CsvMarks *marks, Block block, uint32_t base)
{
    for (uint64_t left = block.special; left != 0; left &= left - 1) {
        uint64_t before = block.marks & ((left & (~left + 1)) - 1);
        size_t place = marks->count + (size_t)num_count_bits_u64(before);
        marks->special[place >> 6] |= UINT64_C(1) << (place & 63);
    }
    uint32_t *to = marks->at + marks->count;
    for (uint64_t left = block.marks; left != 0; left &= left - 1)
        *to++ = base + (uint32_t)num_trailing_zeros_u64(left);
    marks->count = (size_t)(to - marks->at);
}

static void index_plain(const char *text, size_t from, size_t end, uint64_t first, char separator,
                        CsvMarks *marks)
{
    for (size_t at = from; at < end; at += 64, first = ~UINT64_C(0)) {
        Block block = look_plain(text + at, separator);
        uint64_t bits = bits_before(at, end) & first;
        put_block(marks, (Block){block.marks & bits, block.special & bits}, (uint32_t)at);
    }
}

#ifdef SIMD_X86
TARGET_AVX2 static inline Block look32(const char *p, char separator)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i ends = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')),
                                   _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
    __m256i special = _mm256_or_si256(ends, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')));
    __m256i marks = _mm256_or_si256(special, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(separator)));
    return (Block){(uint32_t)_mm256_movemask_epi8(marks), (uint32_t)_mm256_movemask_epi8(special)};
}

TARGET_AVX2 static void index_avx2(const char *text, size_t from, size_t end, uint64_t first,
                                   char separator, CsvMarks *marks)
{
    for (size_t at = from; at < end; at += 64, first = ~UINT64_C(0)) {
        Block low = look32(text + at, separator), high = look32(text + at + 32, separator);
        uint64_t bits = bits_before(at, end) & first;
        Block block = {(low.marks | high.marks << 32) & bits,
                       (low.special | high.special << 32) & bits};
        put_block(marks, block, (uint32_t)at);
    }
}

// Writes sixteen places, those that do not count included.
TARGET_AVX512 static inline void put16(uint32_t *to, __m128i places, __m512i base)
{
    _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_cvtepu8_epi32(places), base));
}

TARGET_AVX512 static inline void put_block_avx512(CsvMarks *marks, Block block, uint32_t at)
{
    static const uint8_t order[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    uint64_t special = _pext_u64(block.special, block.marks);
    uint64_t *word = &marks->special[marks->count >> 6];
    word[0] |= special << (marks->count & 63);
    word[1] |= special >> 1 >> (63 - (marks->count & 63));
    __m512i places = _mm512_maskz_compress_epi8(block.marks, _mm512_loadu_si512(order));
    __m512i base = _mm512_set1_epi32((int)at);
    uint32_t *to = marks->at + marks->count;
    int count = num_count_bits_u64(block.marks);
    put16(to, _mm512_castsi512_si128(places), base);
    if (UNLIKELY(count > 16)) {
        put16(to + 16, _mm512_extracti32x4_epi32(places, 1), base);
        put16(to + 32, _mm512_extracti32x4_epi32(places, 2), base);
        put16(to + 48, _mm512_extracti32x4_epi32(places, 3), base);
    }
    marks->count += (size_t)count;
}

TARGET_AVX512 static void index_avx512(const char *text, size_t from, size_t end, uint64_t first,
                                       char separator, CsvMarks *marks)
{
    __m512i wanted = _mm512_set1_epi8(separator), quote = _mm512_set1_epi8('"');
    __m512i lf = _mm512_set1_epi8('\n'), cr = _mm512_set1_epi8('\r');
    for (size_t at = from; at < end; at += 64, first = ~UINT64_C(0)) {
        __m512i bytes = _mm512_loadu_si512(text + at);
        uint64_t bits = bits_before(at, end) & first;
        uint64_t special = _mm512_cmpeq_epi8_mask(bytes, quote) |
                           _mm512_cmpeq_epi8_mask(bytes, lf) | _mm512_cmpeq_epi8_mask(bytes, cr);
        uint64_t all = special | _mm512_cmpeq_epi8_mask(bytes, wanted);
        put_block_avx512(marks, (Block){all & bits, special & bits}, (uint32_t)at);
    }
}
#endif

bool csv_has_road(CsvRoad road)
{
    switch (road) {
    case CSV_ROAD_AVX512:
        return base_cpu_has(CPU_AVX512);
    case CSV_ROAD_AVX2:
        return base_cpu_has(CPU_AVX2);
    case CSV_ROAD_BEST:
    case CSV_ROAD_PLAIN:
        break;
    }
    return true;
}

CsvIndexer *csv_indexer(CsvRoad road)
{
#ifdef SIMD_X86
    if (road == CSV_ROAD_AVX512 || (road == CSV_ROAD_BEST && csv_has_road(CSV_ROAD_AVX512)))
        return index_avx512;
    if (road == CSV_ROAD_AVX2 || (road == CSV_ROAD_BEST && csv_has_road(CSV_ROAD_AVX2)))
        return index_avx2;
#endif
    (void)road;
    return index_plain;
}
