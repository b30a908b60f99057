// SPDX-License-Identifier: Apache-2.0
//
// similar.c: how alike two texts are, by code points.
//
// The measures take time in the product of the lengths, so texts over SIMILAR_POINTS_MAX points are
// an issue (`overflow`) and not a wait. Two empty texts are alike (1), an empty and another one are
// not (0).

#include "runtime/base/map.h"
#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

#define SIMILAR_POINTS_MAX 4096
#define WINKLER_PREFIX_MAX 4
#define WINKLER_SCALE 0.1

typedef struct Points {
    int32_t *at;
    int64_t count;
} Points;

// The code points of a text, in the batch's arena; an issue if there are too many.
static Points points_of(FnContext *fn, Str text)
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

// Runs a measure on the points of two texts; an issue if one is too long. The memory is given back
// before the next row.
static double measure(FnContext *fn, Str a, Str b, double (*of)(FnContext *, Points, Points))
{
    ArenaMark mark = arena_mark(fn->arena);
    Points p = points_of(fn, a), q = points_of(fn, b);
    double result = fn->issue == REASON_NONE ? of(fn, p, q) : 0;
    arena_rewind(fn->arena, mark);
    return result;
}

// ---- sets of runs

// Notes every run of n points in the map, under the bit of its text.
static void note_grams(Map *grams, Points points, int64_t n, uint64_t bit)
{
    for (int64_t i = 0; i <= points.count - n; i++) {
        Str key = {(const char *)&points.at[i], (size_t)n * sizeof points.at[0]};
        *map_at(grams, key, NULL) |= bit;
    }
}

static double grams_of(Points a, Points b, int64_t n)
{
    Map grams;
    map_init(&grams);
    note_grams(&grams, a, n, 1);
    note_grams(&grams, b, n, 2);
    size_t all = map_count(&grams), shared = 0;
    for (size_t i = 0; i < all; i++)
        shared += map_entry(&grams, i)->value == 3;
    map_deinit(&grams);
    return (double)shared / (double)MAX_OF(all, 1);
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
    if (n < 1)
        fn_issue(fn, REASON_DOMAIN);
    if (n < 1 || str_equal(*a, *b))
        return 1;
    ArenaMark mark = arena_mark(fn->arena);
    Points p = points_of(fn, *a), q = points_of(fn, *b);
    double result = fn->issue == REASON_NONE ? grams_of(p, q, n) : 0;
    arena_rewind(fn->arena, mark);
    return result;
}

// ---- checked, not yet run

FN_WORD(address_similar, .name = "address_similar", .name_zh = "地址相似度",
        .signature = "address_similar(a: text, b: text): real",
        .doc = "How alike two addresses are part by part, 0 to 1.",
        .doc_zh = "两个地址逐项比较的相似度，0 至 1。", .cost = 2000)

const FnCard *const similar_cards[] = {
    FN_CARD(similar),         FN_CARD(jaro), FN_CARD(levenshtein), FN_CARD(jaccard),
    FN_CARD(address_similar), NULL,
};
