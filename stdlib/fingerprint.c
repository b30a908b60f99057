// SPDX-License-Identifier: Apache-2.0
//
// fingerprint.c: long texts that are nearly the same: documents copied from each other.
//
// Compared are runs of RUN_POINTS letters, Han characters and digits; blanks and punctuation do not count, so that
// another layout is not another text. A verdict (near_duplicate) counts the different runs, it estimates nothing.
// Fingerprints and bands only find candidates for it among many texts: simhash by few differing bits (Charikar 2002),
// minhash by a band that two texts share (Broder 1997). Their digests of runs are fixed, whatever the machine.

#include "runtime/base/unicode.h"
#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

#define RUN_POINTS 5
#define LONG_POINTS_MAX ((int64_t)1 << 20)
#define BAND_COUNT 16
#define BAND_ROWS 4

// Digests of a text's runs, in the batch's arena.
typedef struct Runs {
    uint64_t *at;
    int64_t count;
} Runs;

// A number of 64 bits in which every bit depends on every bit of `value`.
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

// The points that count. An issue if there are too many, or none.
static int32_t *counted_points(FnContext *fn, Str text, int64_t *count)
{
    int32_t *points =
        ARENA_ARRAY(fn->arena, int32_t, MIN_OF(text.len, (size_t)LONG_POINTS_MAX) + 1);
    *count = 0;
    for (size_t at = 0; at < text.len;) {
        int32_t c = utf8_decode(text, &at);
        c = unicode_half_width(c < 0 ? 0 : c);
        if (!unicode_is_letter(c) && !unicode_is_digit(c))
            continue;
        if (*count == LONG_POINTS_MAX) {
            fn_issue(fn, REASON_OVERFLOW);
            return points;
        }
        points[(*count)++] = c;
    }
    if (*count == 0)
        fn_issue(fn, REASON_DOMAIN);
    return points;
}

// Every run of the text, in order; a text shorter than a run is one.
static Runs runs_of(FnContext *fn, Str text)
{
    int64_t points = 0;
    const int32_t *point = counted_points(fn, text, &points);
    Runs runs = {NULL, points == 0 ? 0 : MAX_OF(points - RUN_POINTS + 1, 1)};
    runs.at = ARENA_ARRAY(fn->arena, uint64_t, (size_t)runs.count);
    for (int64_t i = 0; i < runs.count; i++) {
        uint64_t digest = 0;
        for (int64_t k = i; k < MIN_OF(i + RUN_POINTS, points); k++)
            digest = mix(digest + (uint64_t)point[k] + 0x9E3779B97F4A7C15u);
        runs.at[i] = digest;
    }
    return runs;
}

static int compare_runs(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// The different runs in ascending order.
static void sort_runs(Runs *runs)
{
    qsort(runs->at, (size_t)runs->count, sizeof runs->at[0], compare_runs);
    int64_t kept = 0;
    for (int64_t i = 0; i < runs->count; i++)
        if (kept == 0 || runs->at[i] != runs->at[kept - 1])
            runs->at[kept++] = runs->at[i];
    runs->count = kept;
}

static int64_t shared_runs(Runs a, Runs b)
{
    int64_t shared = 0;
    for (int64_t i = 0, k = 0; i < a.count && k < b.count;) {
        shared += a.at[i] == b.at[k];
        bool left = a.at[i] <= b.at[k], right = b.at[k] <= a.at[i];
        i += left;
        k += right;
    }
    return shared;
}

// ---- the verdict

FN2(near_duplicate, F64, Text, a, Text, b, .name = "near_duplicate", .name_zh = "雷同度",
    .signature = "near_duplicate(a: text, b: text): real",
    .doc = "How much two long texts have in common, 0 to 1: the share of common ones among their "
           "different runs of "
           "five letters and digits; blanks and punctuation do not count. Undecided where a text "
           "has none.",
    .doc_zh = "两篇长文字雷同的程度，0 至 "
              "1：不同的连续五字组（只算字母、汉字、数字）中共有的比例；没有这样的字时待定。",
    .example = "near_duplicate(\"被告人于某年某月盗窃。\", \"被告人于某年某月，盗窃\") = 1",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 20000)
{
    ArenaMark mark = arena_mark(fn->arena);
    Runs p = runs_of(fn, *a), q = runs_of(fn, *b);
    sort_runs(&p);
    sort_runs(&q);
    int64_t shared = shared_runs(p, q), all = p.count + q.count - shared;
    arena_rewind(fn->arena, mark);
    return (double)shared / (double)MAX_OF(all, 1);
}

// ---- candidates

#define HEX_DIGITS 16

static void write_hex(uint64_t value, char *out)
{
    for (int i = 0; i < HEX_DIGITS; i++)
        out[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
}

FN1(simhash, Text, Text, t, .name = "simhash", .name_zh = "文本指纹",
    .signature = "simhash(t: text): text",
    .doc = "A fingerprint of 64 bits, as 16 digits: texts that are nearly the same differ in few "
           "bits (SimHash over "
           "runs of five letters and digits).",
    .doc_zh = "64 位的指纹，写成 16 位数字：几乎相同的文字只差少数几位（SimHash，按连续五字组）。",
    .example = "simhash(\"甲 乙 丙\") = simhash(\"甲乙丙。\")",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 20000)
{
    ArenaMark mark = arena_mark(fn->arena);
    Runs runs = runs_of(fn, *t);
    uint64_t print = 0;
    for (int bit = 0; bit < 64; bit++) {
        int64_t ones = 0;
        for (int64_t i = 0; i < runs.count; i++)
            ones += (int64_t)(runs.at[i] >> bit & 1);
        print |= (uint64_t)(ones * 2 > runs.count) << bit;
    }
    arena_rewind(fn->arena, mark);
    char *digits = ARENA_ARRAY(fn->arena, char, HEX_DIGITS);
    write_hex(print, digits);
    return (Str){digits, HEX_DIGITS};
}

// A fingerprint's bits. False if the text is none.
static bool print_bits(Str text, uint64_t *bits)
{
    *bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f'))
            return false;
        *bits = *bits << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    return text.len == HEX_DIGITS;
}

FN2(simhash_distance, I64, Text, a, Text, b, .name = "simhash_distance", .name_zh = "指纹差异",
    .signature = "simhash_distance(a: text, b: text): integer",
    .doc = "In how many of the 64 bits two fingerprints made by simhash differ.",
    .doc_zh = "两个文本指纹有多少位不同，0 至 64。",
    .example = "simhash_distance(simhash(\"甲乙\"), simhash(\"甲 乙\")) = 0",
    .issues = FN_ISSUES(REASON_CONVERSION), .cost = 30)
{
    uint64_t x = 0, y = 0;
    if (!print_bits(*a, &x) || !print_bits(*b, &y))
        fn_issue(fn, REASON_CONVERSION);
    int64_t apart = 0;
    for (uint64_t rest = x ^ y; rest != 0; rest &= rest - 1)
        apart++;
    return apart;
}

// The least of the runs' digests, each mixed with the row's number.
static uint64_t least_of_row(Runs runs, uint64_t row)
{
    uint64_t least = UINT64_MAX;
    for (int64_t i = 0; i < runs.count; i++) {
        uint64_t value = mix(runs.at[i] ^ mix(row + 1));
        least = MIN_OF(least, value);
    }
    return least;
}

FN1(minhash, Code, Text, t, .name = "minhash", .name_zh = "近似分带",
    .signature = "minhash(t: text): list(text)",
    .doc = "16 keys under which to look for texts that are nearly the same: two that have four "
           "fifths of their runs "
           "in common share a key but for one pair in a thousand (MinHash, 16 bands of 4). Verify "
           "with near_duplicate.",
    .doc_zh =
        "用来找近似文本的 16 "
        "个键：两篇文字有五分之四雷同时，千对中至多一对没有相同的键（MinHash）；再用雷同度核实。",
    .example = "minhash(\"甲 乙 丙\") = minhash(\"甲乙丙。\")",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 100000)
{
    Runs runs = runs_of(fn, *t);
    Value bands[BAND_COUNT];
    sort_runs(&runs);
    for (uint64_t band = 0; band < BAND_COUNT; band++) {
        uint64_t key = band;
        for (uint64_t row = 0; row < BAND_ROWS; row++)
            key = mix(key + least_of_row(runs, band * BAND_ROWS + row));
        char digits[HEX_DIGITS];
        write_hex(key, digits);
        bands[band] = (Value){.type = type_of(TYPE_TEXT),
                              .code = dict_intern(fn->dict, (Str){digits, HEX_DIGITS})};
    }
    return list_encode(fn->dict, type_of(TYPE_TEXT), bands, BAND_COUNT);
}

const FnCard *const fingerprint_cards[] = {
    FN_CARD(near_duplicate), FN_CARD(simhash), FN_CARD(simhash_distance), FN_CARD(minhash), NULL,
};
