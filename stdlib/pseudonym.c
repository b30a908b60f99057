// SPDX-License-Identifier: Apache-2.0
//
// pseudonym.c: what may be shown of a value, and what stands for it where it may not be shown.
//
// A mask shows an end of a value: for people who know it already. A digest shows nothing and is the same for the same
// value and key, so that lists can be joined elsewhere; without a key anybody could try all identity numbers, so an
// empty key is refused.

#include "runtime/base/digest.h"
#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

// ---- masks

// The text with stars for its characters, but for `head` at its beginning and `tail` at its end. Where that would show
// all but two, only the first stays.
static Str starred(FnContext *fn, Str text, int64_t head, int64_t tail)
{
    int64_t count = utf8_count(text);
    if (count < head + tail + 3) {
        head = 1;
        tail = 0;
    }
    StrBuf out = {0};
    int64_t place = 0;
    for (size_t at = 0; at < text.len; place++) {
        size_t from = at;
        (void)utf8_decode(text, &at);
        if (place < head || place >= count - tail)
            strbuf_add(&out, str_slice(text, from, at));
        else
            strbuf_add_char(&out, '*');
    }
    Str masked = arena_str(fn->arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return masked;
}

FN1(mask, Text, Text, x, .name = "mask", .name_zh = "脱敏", .signature = "mask(x: identity): text",
    .doc = "An identity number with stars in it: accounts show the last 4 characters, telephones "
           "the first 3 and the "
           "last 4, others the first 3 and the last 2; short ones the first only.",
    .doc_zh = "号码的中间换成星号：账号留末 4 位，电话留前 3 位和末 4 位，其余留前 3 位和末 2 "
              "位；短的只留首位。",
    .example = "mask(r.身份号) = \"110*************2X\"", .cost = 150)
{
    const Nominal *nominal = fn->types[0].nominal;
    const char *key = nominal != NULL && nominal->identity != NULL ? nominal->identity : "";
    if (strcmp(key, "account") == 0)
        return starred(fn, *x, 0, 4);
    return starred(fn, *x, 3, strcmp(key, "phone") == 0 ? 4 : 2);
}

FN1(mask_name, Text, Text, name, .name = "mask", .name_zh = "脱敏",
    .signature = "mask(name: text): text",
    .doc = "A person's name of which only the first character shows.",
    .doc_zh = "人名只留第一个字，其余换成星号。", .example = "mask(\"张三丰\") = \"张**\"",
    .cost = 150)
{
    return starred(fn, *name, 1, 0);
}

// ---- digests

static Str digest_of(FnContext *fn, Str text, Str key)
{
    if (key.len == 0) {
        fn_issue(fn, REASON_DOMAIN);
        return key;
    }
    uint8_t digest[DIGEST_SIZE];
    StrBuf out = {0};
    digest_hmac_sha256(key, text, digest);
    digest_hex(&out, digest, DIGEST_SIZE);
    Str hex = arena_str(fn->arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return hex;
}

FN2(digest, Text, Text, t, Text, key, .name = "digest", .name_zh = "摘要",
    .signature = "digest(t: text, key: text): text",
    .doc = "A stable pseudonym: the HMAC-SHA-256 of a text under a key, as 64 digits. An empty key "
           "has none.",
    .doc_zh = "稳定的化名：文字按密钥算出的 HMAC-SHA-256，64 位十六进制数字。密钥不能为空。",
    .example = "left(digest(\"张三\", \"密钥\"), 8) = \"5b34b31e\"",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 1500)
{
    return digest_of(fn, *t, *key);
}

FN2(digest_identity, Text, Text, x, Text, key, .name = "digest", .name_zh = "摘要",
    .signature = "digest(x: identity, key: text): text",
    .doc = "A stable pseudonym of an identity number: that of its normalised text.",
    .doc_zh = "号码的稳定化名：按归一后的文字计算。",
    .example = "digest(r.身份号, \"密钥\") = digest(\"11010519491231002X\", \"密钥\")",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 1500)
{
    return digest_of(fn, *x, *key);
}

const FnCard *const pseudonym_cards[] = {
    FN_CARD(mask), FN_CARD(mask_name), FN_CARD(digest), FN_CARD(digest_identity), NULL,
};
