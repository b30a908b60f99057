// SPDX-License-Identifier: Apache-2.0
//
// similar.c: how alike two texts are, by code points.
//
// The measures take time in the product of the lengths, so texts over SIMILAR_POINTS_MAX points are
// an issue (`overflow`) and not a wait. Two empty texts are alike (1), an empty and another one are
// not (0).

#include "runtime/base/map.h"
#include "stdlib/address_int.h"
#include "stdlib/fn.h"
#include "stdlib/similar_int.h"
#include "stdlib/stdlib_int.h"

#include <math.h>

#define WINKLER_PREFIX_MAX 4
#define WINKLER_SCALE 0.1

Points similar_points(FnContext *fn, Str text)
{
    Points points = {ARENA_ARRAY(fn->arena, int32_t, MIN_OF(text.len, SIMILAR_POINTS_MAX)), 0};
    for (size_t at = 0; at < text.len;) {
        if (points.count == SIMILAR_POINTS_MAX) {
            fn_issue(fn, REASON_OVERFLOW);
            return points;
        }
        points.at[points.count++] = utf8_decode(text, &at);
    }
    return points;
}

// ---- Jaro and Winkler

// Marks which points of a and b match: equal ones at most `window` apart, each used once.
static int64_t jaro_match(Points a, Points b, bool *in_a, bool *in_b)
{
    int64_t window = MAX_OF(MAX_OF(a.count, b.count) / 2 - 1, 0);
    int64_t matches = 0;
    for (int64_t i = 0; i < a.count; i++) {
        int64_t end = MIN_OF(i + window + 1, b.count);
        for (int64_t k = MAX_OF(i - window, 0); k < end; k++) {
            if (in_b[k] || a.at[i] != b.at[k])
                continue;
            in_a[i] = in_b[k] = true;
            matches++;
            break;
        }
    }
    return matches;
}

// Matching points that stand in another order, halved.
static int64_t jaro_transpositions(Points a, Points b, const bool *in_a, const bool *in_b)
{
    int64_t out_of_order = 0;
    for (int64_t i = 0, k = 0; i < a.count; i++) {
        if (!in_a[i])
            continue;
        while (!in_b[k])
            k++;
        out_of_order += a.at[i] != b.at[k++];
    }
    return out_of_order / 2;
}

static double jaro_of(FnContext *fn, Points a, Points b)
{
    if (a.count == 0 || b.count == 0)
        return a.count == b.count;
    bool *in_a = ARENA_ARRAY(fn->arena, bool, (size_t)a.count);
    bool *in_b = ARENA_ARRAY(fn->arena, bool, (size_t)b.count);
    double matches = (double)jaro_match(a, b, in_a, in_b);
    if (matches == 0)
        return 0;
    double swapped = (double)jaro_transpositions(a, b, in_a, in_b);
    double shares = matches / (double)a.count + matches / (double)b.count;
    return (shares + (matches - swapped) / matches) / 3;
}

static double winkler_of(FnContext *fn, Points a, Points b)
{
    double jaro = jaro_of(fn, a, b);
    int64_t prefix = 0, limit = MIN_OF(MIN_OF(a.count, b.count), WINKLER_PREFIX_MAX);
    while (prefix < limit && a.at[prefix] == b.at[prefix])
        prefix++;
    return jaro + (double)prefix * WINKLER_SCALE * (1 - jaro);
}

// ---- edits

// Takes off what both begin and end with: it costs no edit.
static void trim_common(Points *a, Points *b)
{
    while (a->count > 0 && b->count > 0 && a->at[0] == b->at[0]) {
        a->at++, b->at++;
        a->count--, b->count--;
    }
    while (a->count > 0 && b->count > 0 && a->at[a->count - 1] == b->at[b->count - 1])
        a->count--, b->count--;
}

static double edits_of(FnContext *fn, Points a, Points b)
{
    trim_common(&a, &b);
    int32_t *row = ARENA_ARRAY(fn->arena, int32_t, (size_t)b.count + 1);
    for (int32_t k = 0; k <= b.count; k++)
        row[k] = k;
    for (int64_t i = 0; i < a.count; i++) {
        int32_t diagonal = row[0];
        row[0]++;
        for (int64_t k = 0; k < b.count; k++) {
            int32_t replaced = diagonal + (a.at[i] != b.at[k]);
            int32_t moved = MIN_OF(row[k], row[k + 1]) + 1;
            diagonal = row[k + 1];
            row[k + 1] = MIN_OF(replaced, moved);
        }
    }
    return row[b.count];
}

// ---- transpositions

// The true Damerau–Levenshtein distance: a swap of neighbours is one edit, also where characters were put
// between them. A swap pays only if what was put between stands on one side, so it joins a's point to b's
// neighbouring column or to a's neighbouring row. Kept for that: `down`, the value left of and above the last match of
// each column, and `across`, the value left of this row's last match two rows up. The memory is that of one text.
static double swaps_of(FnContext *fn, Points a, Points b)
{
    trim_common(&a, &b);
    size_t width = (size_t)b.count + 2; // column −1 stands for what is never reached
    int32_t beyond = (int32_t)MAX_OF(a.count, b.count) + 1;
    int32_t *row = ARENA_ARRAY(fn->arena, int32_t, width),
            *above = ARENA_ARRAY(fn->arena, int32_t, width);
    int32_t *down = ARENA_ARRAY(fn->arena, int32_t, width);
    int32_t *last_row =
        ARENA_ARRAY(fn->arena, int32_t, width); // where a had b's point of this column last
    for (size_t k = 0; k < width; k++) {
        row[k] = k == 0 ? beyond : (int32_t)k - 1;
        above[k] = down[k] = beyond;
        last_row[k] = -1;
    }
    for (int32_t i = 1; i <= a.count; i++) {
        int32_t *old = above;
        above = row, row = old;
        int32_t last_column = -1, across = beyond, two_up = row[1];
        row[0] = beyond;
        row[1] = i;
        for (int32_t k = 1; k <= b.count; k++) {
            bool same = a.at[i - 1] == b.at[k - 1];
            int32_t best = MIN_OF(MIN_OF(row[k], above[k + 1]) + 1, above[k] + !same);
            if (same) {
                last_column = k;
                down[k] = above[k - 1];
                across = two_up;
            } else if (k - last_column == 1) {
                best = MIN_OF(best, down[k] + i - last_row[k]);
            } else if (i - last_row[k] == 1) {
                best = MIN_OF(best, across + k - last_column);
            }
            two_up = row[k + 1];
            row[k + 1] = best;
        }
        for (int32_t k = 1; k <= b.count; k++)
            last_row[k] = a.at[i - 1] == b.at[k - 1] ? i : last_row[k];
    }
    return row[b.count + 1];
}

// ---- the longest common subsequence

static double common_of(FnContext *fn, Points a, Points b)
{
    int64_t before = a.count;
    trim_common(&a, &b);
    int64_t trimmed = before - a.count;
    int32_t *row = ARENA_ARRAY(fn->arena, int32_t, (size_t)b.count + 1);
    memset(row, 0, ((size_t)b.count + 1) * sizeof *row);
    for (int64_t i = 0; i < a.count; i++) {
        int32_t diagonal = 0;
        for (int64_t k = 0; k < b.count; k++) {
            int32_t next = a.at[i] == b.at[k] ? diagonal + 1 : MAX_OF(row[k], row[k + 1]);
            diagonal = row[k + 1];
            row[k + 1] = next;
        }
    }
    return (double)(trimmed + row[b.count]);
}

// Runs a measure on the points of two texts; an issue if one is too long. The memory is given back
// before the next row.
static double measure(FnContext *fn, Str a, Str b, double (*of)(FnContext *, Points, Points))
{
    ArenaMark mark = arena_mark(fn->arena);
    Points p = similar_points(fn, a), q = similar_points(fn, b);
    double result = fn->issue == REASON_NONE ? of(fn, p, q) : 0;
    arena_rewind(fn->arena, mark);
    return result;
}

double similar_names(FnContext *fn, Str a, Str b)
{
    return measure(fn, a, b, winkler_of);
}

// ---- runs of characters

// What two texts have of the different runs of n points.
typedef struct Grams {
    int64_t all, shared, only_a, only_b; // different runs
    int64_t dot, square_a, square_b;     // of how often each stands in a and in b
} Grams;

// Counts every run of n points, in steps of `one`.
static void note_grams(Map *grams, Points points, int64_t n, uint64_t one)
{
    for (int64_t i = 0; i <= points.count - n; i++) {
        Str key = {(const char *)&points.at[i], (size_t)n * sizeof points.at[0]};
        *map_at(grams, key, NULL) += one;
    }
}

static Grams grams_of(Points a, Points b, int64_t n)
{
    Map map;
    Grams grams = {0};
    map_init(&map);
    note_grams(&map, a, n, 1);
    note_grams(&map, b, n, (uint64_t)1 << 32);
    grams.all = (int64_t)map_count(&map);
    for (size_t i = 0; i < (size_t)grams.all; i++) {
        int64_t in_a = (int64_t)(uint32_t)map_entry(&map, i)->value;
        int64_t in_b = (int64_t)(map_entry(&map, i)->value >> 32);
        grams.shared += in_a > 0 && in_b > 0;
        grams.only_a += in_b == 0;
        grams.only_b += in_a == 0;
        grams.dot += in_a * in_b;
        grams.square_a += in_a * in_a;
        grams.square_b += in_b * in_b;
    }
    map_deinit(&map);
    return grams;
}

// The runs of two texts; an issue if n is no length of a run, or a text is too long.
static Grams compare_grams(FnContext *fn, Str a, Str b, int64_t n)
{
    Grams grams = {0};
    if (n < 1) {
        fn_issue(fn, REASON_DOMAIN);
        return grams;
    }
    ArenaMark mark = arena_mark(fn->arena);
    Points p = similar_points(fn, a), q = similar_points(fn, b);
    if (fn->issue == REASON_NONE)
        grams = grams_of(p, q, n);
    arena_rewind(fn->arena, mark);
    return grams;
}

// ---- cards

FN2(similar, F64, Text, a, Text, b, .name = "similar", .name_zh = "相似度",
    .signature = "similar(a: text, b: text): real",
    .doc = "Jaro–Winkler similarity, 0 to 1: prefix scale 0.1, at most 4 characters.",
    .doc_zh = "两段文字的相似度（Jaro–Winkler），0 至 1：前缀加成 0.1，最多 4 个字。",
    .example = "similar(\"martha\", \"marhta\") > 0.96", .issues = FN_ISSUES(REASON_OVERFLOW),
    .cost = 300)
{
    return str_equal(*a, *b) ? 1 : measure(fn, *a, *b, winkler_of);
}

FN2(jaro, F64, Text, a, Text, b, .name = "jaro", .name_zh = "字符相似度",
    .signature = "jaro(a: text, b: text): real", .doc = "Jaro similarity, 0 to 1.",
    .doc_zh = "Jaro 相似度，0 至 1。", .example = "jaro(\"甲\", \"乙\") = 0",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 300)
{
    return str_equal(*a, *b) ? 1 : measure(fn, *a, *b, jaro_of);
}

FN2(levenshtein, I64, Text, a, Text, b, .name = "levenshtein", .name_zh = "编辑距离",
    .signature = "levenshtein(a: text, b: text): integer",
    .doc = "The least number of characters to insert, delete or replace to turn a into b.",
    .doc_zh = "把 a 变成 b 最少要增、删、改多少个字。",
    .example = "levenshtein(\"kitten\", \"sitting\") = 3", .issues = FN_ISSUES(REASON_OVERFLOW),
    .cost = 600)
{
    return (int64_t)measure(fn, *a, *b, edits_of);
}

FN3(jaccard, F64, Text, a, Text, b, I64, n, .name = "jaccard", .name_zh = "字组相似度",
    .signature = "jaccard(a: text, b: text, n: integer): real",
    .doc = "The share of common ones among the different runs of n characters, 0 to 1.",
    .doc_zh = "不同的连续 n 字组中共有的比例，0 至 1。",
    .example = "jaccard(\"甲乙丙\", \"甲乙丁\", 2) < 0.4",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 600)
{
    if (n >= 1 && str_equal(*a, *b))
        return 1;
    Grams grams = compare_grams(fn, *a, *b, n);
    return (double)grams.shared / (double)MAX_OF(grams.all, 1);
}

FN2(damerau, I64, Text, a, Text, b, .name = "damerau", .name_zh = "换位编辑距离",
    .signature = "damerau(a: text, b: text): integer",
    .doc = "As levenshtein, and two neighbours that changed places are one edit, also if more was "
           "put between them "
           "(Damerau–Levenshtein without restriction).",
    .doc_zh = "同编辑距离，但相邻两字互换算一次，互换后中间又添了字的也算（不加限制的 "
              "Damerau–Levenshtein 距离）。",
    .example = "damerau(\"张伟明\", \"张明伟\") = 1", .issues = FN_ISSUES(REASON_OVERFLOW),
    .cost = 900)
{
    return (int64_t)measure(fn, *a, *b, swaps_of);
}

FN2(lcs, I64, Text, a, Text, b, .name = "lcs", .name_zh = "公共字数",
    .signature = "lcs(a: text, b: text): integer",
    .doc = "How many characters the longest common subsequence has: in both texts in this order, "
           "others between "
           "them.",
    .doc_zh = "两段文字按同样次序共有的字最多有几个，中间可以夹别的字（最长公共子序列）。",
    .example = "lcs(\"苏州市吴中区\", \"苏州吴中\") = 4", .issues = FN_ISSUES(REASON_OVERFLOW),
    .cost = 600)
{
    return (int64_t)measure(fn, *a, *b, common_of);
}

FN3(cosine_ngram, F64, Text, a, Text, b, I64, n, .name = "cosine_ngram", .name_zh = "字组余弦",
    .signature = "cosine_ngram(a: text, b: text, n: integer): real",
    .doc = "The cosine of how often each run of n characters stands in a and in b, 0 to 1.",
    .doc_zh = "各个连续 n 字组在两段文字中出现次数的余弦，0 至 1。",
    .example = "cosine_ngram(\"甲乙甲乙\", \"甲乙\", 1) > 0.99",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 700)
{
    if (n >= 1 && str_equal(*a, *b))
        return 1;
    Grams grams = compare_grams(fn, *a, *b, n);
    double norm = sqrt((double)grams.square_a * (double)grams.square_b);
    return grams.dot == 0 ? 0 : MIN_OF((double)grams.dot / norm, 1);
}

FN5(tversky, F64, Text, a, Text, b, I64, n, I128, alpha, I128, beta, .name = "tversky",
    .name_zh = "特沃斯基相似度",
    .signature =
        "tversky(a: text, b: text, n: integer, alpha: decimal(38, 6), beta: decimal(38, 6)): real",
    .doc = "The common ones among the different runs of n characters, by themselves plus alpha "
           "times those of a alone "
           "plus beta times those of b alone. With 1 and 0 it says how much of a stands in b.",
    .doc_zh = "共有的 n 字组，除以其自身加 alpha 倍的只在 a 的、beta 倍的只在 b 的；取 1 和 0 即 a "
              "有多少在 b 中。",
    .example = "tversky(\"甲乙\", \"甲乙丙丁\", 1, 1, 0) = 1",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 700)
{
    Grams grams = {0};
    if (alpha < 0 || beta < 0)
        fn_issue(fn, REASON_DOMAIN);
    else
        grams = compare_grams(fn, *a, *b, n);
    double left = (double)grams.only_a * exact_to_real(alpha, fn->types[3].scale);
    double right = (double)grams.only_b * exact_to_real(beta, fn->types[4].scale);
    double shared = (double)grams.shared;
    return grams.shared == 0 ? n >= 1 && str_equal(*a, *b) : shared / (shared + left + right);
}

const FnCard *const similar_cards[] = {
    FN_CARD(similar),      FN_CARD(jaro),    FN_CARD(levenshtein),
    FN_CARD(damerau),      FN_CARD(lcs),     FN_CARD(jaccard),
    FN_CARD(cosine_ngram), FN_CARD(tversky), NULL,
};
