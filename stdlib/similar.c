// SPDX-License-Identifier: Apache-2.0
//
// similar.c: how alike two texts are.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(
    similar, .name = "similar", .name_zh = "相似度", .signature = "similar(a: text, b: text): real",
    .doc =
        "Jaro–Winkler similarity of code points, 0 to 1: prefix scale 0.1, at most 4 characters.",
    .doc_zh = "两段文字的相似度（Jaro–Winkler），0 至 1：前缀加成 0.1，最多 4 个字。",
    .example = "similar(\"同仁堂\", \"同仁堂\") = 1", .cost = 300)

FN_WORD(jaro, .name = "jaro", .name_zh = "字符相似度", .signature = "jaro(a: text, b: text): real",
        .doc = "Jaro similarity of code points, 0 to 1.", .doc_zh = "Jaro 相似度，0 至 1。",
        .example = "jaro(\"甲\", \"乙\") = 0", .cost = 300)

FN_WORD(levenshtein, .name = "levenshtein", .name_zh = "编辑距离",
        .signature = "levenshtein(a: text, b: text): integer",
        .doc = "The least number of characters to insert, delete or replace to turn a into b.",
        .doc_zh = "把 a 变成 b 最少要增、删、改多少个字。",
        .example = "levenshtein(\"kitten\", \"sitting\") = 3", .issues = FN_ISSUES(REASON_OVERFLOW),
        .cost = 600)

FN_WORD(jaccard, .name = "jaccard", .name_zh = "字组相似度",
        .signature = "jaccard(a: text, b: text, n: integer): real",
        .doc = "The share of common ones among the different runs of n characters, 0 to 1.",
        .doc_zh = "不同的连续 n 字组中共有的比例，0 至 1。",
        .example = "jaccard(\"甲乙丙\", \"甲乙丁\", 2) < 0.4", .issues = FN_ISSUES(REASON_DOMAIN),
        .cost = 600)

// ---- checked, not yet run

FN_WORD(
    company_core, .name = "company_core", .name_zh = "企业核心名",
    .signature = "company_core(t: text): text",
    .doc = "The part of a company's name that tells it apart: without place, trade and legal form.",
    .doc_zh = "企业名称中用以区别的部分：去掉地名、行业和组织形式。", .cost = 500)

FN_WORD(goods_core, .name = "goods_core", .name_zh = "商品核心名",
        .signature = "goods_core(t: text): text",
        .doc = "The name of the goods in an invoice line or a shop's title.",
        .doc_zh = "发票或商品标题中的商品本名。", .cost = 500)

FN_WORD(address_similar, .name = "address_similar", .name_zh = "地址相似度",
        .signature = "address_similar(a: text, b: text): real",
        .doc = "How alike two addresses are part by part, 0 to 1.",
        .doc_zh = "两个地址逐项比较的相似度，0 至 1。", .cost = 2000)

const FnCard *const similar_cards[] = {
    FN_CARD(similar),      FN_CARD(jaro),       FN_CARD(levenshtein),     FN_CARD(jaccard),
    FN_CARD(company_core), FN_CARD(goods_core), FN_CARD(address_similar), NULL,
};
