// SPDX-License-Identifier: Apache-2.0
//
// text.c: parts of texts, searching, cleaning. Positions and lengths count code points, positions
// from 1.
//
// Where a part of the operand is the result, the body returns a slice of it: nothing is copied. A
// count below zero is a mistake of the model or the data and has no sensible answer: issue
// `domain`.

#include "runtime/base/unicode.h"
#include "runtime/base/vec.h"
#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"
#include "stdlib/tables/han.h"

// Longest text that a function builds from shorter ones.
#define TEXT_BYTES_MAX ((size_t)1 << 24)

// The bytes gathered in `buf`, moved to the batch's arena.
static Str text_finish(FnContext *fn, StrBuf *buf)
{
    Str text = arena_str(fn->arena, strbuf_str(buf));
    strbuf_deinit(buf);
    return text;
}

// ---- parts

FN1(length, I64, Text, t, .name = "length", .name_zh = "字数",
    .signature = "length(t: text): integer", .doc = "How many characters the text has.",
    .doc_zh = "文本有多少个字。", .example = "length(\"消字号abc\") = 6", .cost = 10,
    .sql = "length($1)")
{
    return utf8_count(*t);
}

FN2(left, Text, Text, t, I64, n, .name = "left", .name_zh = "左取",
    .signature = "left(t: text, n: integer): text", .doc = "The first n characters.",
    .doc_zh = "开头的 n 个字。", .example = "left(\"320214\", 4) = \"3202\"",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 20, .sql = "substr($1, 1, $2)")
{
    if (n < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return *t;
    }
    return str_slice(*t, 0, utf8_offset(*t, n));
}

FN2(right, Text, Text, t, I64, n, .name = "right", .name_zh = "右取",
    .signature = "right(t: text, n: integer): text", .doc = "The last n characters.",
    .doc_zh = "末尾的 n 个字。", .example = "right(\"320214\", 2) = \"14\"",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 25)
{
    if (n < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return *t;
    }
    int64_t count = utf8_count(*t);
    return n >= count ? *t : str_slice(*t, utf8_offset(*t, count - n), t->len);
}

FN3(mid, Text, Text, t, I64, start, I64, n, .name = "mid", .name_zh = "截取",
    .signature = "mid(t: text, start: integer, n: integer): text",
    .doc = "n characters from place start on (the first is 1).",
    .doc_zh = "从第几个字起取 n 个字（第一个字为 1）。",
    .example = "mid(\"320214\", 3, 2) = \"02\"", .issues = FN_ISSUES(REASON_DOMAIN), .cost = 25,
    .sql = "substr($1, $2, $3)")
{
    if (start < 1 || n < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return *t;
    }
    size_t from = utf8_offset(*t, start - 1);
    Str rest = str_slice(*t, from, t->len);
    return str_slice(rest, 0, utf8_offset(rest, n));
}

FN2(split, Code, Text, t, Text, separator, .name = "split", .name_zh = "拆分",
    .signature = "split(t: text, separator: text): list(text)",
    .doc = "The parts between separators, without blanks at their ends; empty parts are left out.",
    .doc_zh = "按分隔符拆开的各部分，去掉首尾空白，不要空的部分。",
    .example = "text(split(\"张三、李四\", \"、\")) = \"[张三, 李四]\"",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 200)
{
    if (separator->len == 0) {
        fn_issue(fn, REASON_DOMAIN);
        return 0;
    }
    VEC(Value) parts = {0};
    for (size_t at = 0; at <= t->len;) {
        size_t end = str_find(*t, *separator, at);
        end = end == STR_NONE ? t->len : end;
        Str part = str_trim(str_slice(*t, at, end));
        if (part.len > 0)
            avec_push(fn->arena, &parts,
                      (Value){.type = type_of(TYPE_TEXT), .code = dict_intern(fn->dict, part)});
        at = end + separator->len;
    }
    return list_encode(fn->dict, type_of(TYPE_TEXT), parts.items, (uint32_t)parts.count);
}

// ---- searching

FN2(contains, Bool, Text, t, Text, part, .name = "contains", .name_zh = "包含",
    .signature = "contains(t: text, part: text): boolean",
    .doc = "Whether part stands somewhere in the text.", .doc_zh = "文本中是否有这个部分。",
    .example = "contains(\"抗菌止痒膏\", \"止痒\")", .cost = 20)
{
    return str_find(*t, *part, 0) != STR_NONE;
}

FN2(starts_with, Bool, Text, t, Text, part, .name = "starts_with", .name_zh = "开头是",
    .signature = "starts_with(t: text, part: text): boolean",
    .doc = "Whether the text begins with part.", .doc_zh = "文本是否以这个部分开头。",
    .example = "starts_with(\"320214\", \"32\")", .cost = 10)
{
    return str_starts(*t, *part);
}

FN2(ends_with, Bool, Text, t, Text, part, .name = "ends_with", .name_zh = "结尾是",
    .signature = "ends_with(t: text, part: text): boolean",
    .doc = "Whether the text ends with part.", .doc_zh = "文本是否以这个部分结尾。",
    .example = "ends_with(\"甲有限公司\", \"公司\")", .cost = 10)
{
    return str_ends(*t, *part);
}

FN2(position, I64, Text, t, Text, part, .name = "position", .name_zh = "所在位置",
    .signature = "position(t: text, part: text): integer",
    .doc = "The place of the first character of part in the text, from 1; 0 if it is not there.",
    .doc_zh = "这个部分的第一个字在文本中的位置，从 1 起；没有则为 0。",
    .example = "position(\"张三等二人\", \"等\") = 3", .cost = 25)
{
    size_t at = str_find(*t, *part, 0);
    return at == STR_NONE ? 0 : utf8_count(str_slice(*t, 0, at)) + 1;
}

// ---- building

FN3(replace, Text, Text, t, Text, old, Text, fresh, .name = "replace", .name_zh = "替换",
    .signature = "replace(t: text, old: text, new: text): text",
    .doc = "The text with every occurrence of old replaced by new.",
    .doc_zh = "把旧文字处处换成新文字。", .example = "replace(\"a-b-c\", \"-\", \"\") = \"abc\"",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 100, .sql = "replace($1, $2, $3)")
{
    if (old->len == 0) {
        fn_issue(fn, REASON_DOMAIN);
        return *t;
    }
    StrBuf out = {0};
    size_t at = 0;
    for (size_t hit; (hit = str_find(*t, *old, at)) != STR_NONE && out.len <= TEXT_BYTES_MAX;) {
        strbuf_add(&out, str_slice(*t, at, hit));
        strbuf_add(&out, *fresh);
        at = hit + old->len;
    }
    strbuf_add(&out, str_slice(*t, at, t->len));
    if (out.len > TEXT_BYTES_MAX)
        fn_issue(fn, REASON_OVERFLOW);
    return text_finish(fn, &out);
}

FN2(repeat, Text, Text, t, I64, n, .name = "repeat", .name_zh = "重复",
    .signature = "repeat(t: text, n: integer): text", .doc = "The text n times.",
    .doc_zh = "把文本重复 n 次。", .example = "repeat(\"*\", 3) = \"***\"",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 60)
{
    if (n < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return *t;
    }
    if (t->len > 0 && (uint64_t)n > TEXT_BYTES_MAX / t->len) {
        fn_issue(fn, REASON_OVERFLOW);
        return *t;
    }
    StrBuf out = {0};
    for (int64_t i = 0; t->len > 0 && i < n; i++)
        strbuf_add(&out, *t);
    return text_finish(fn, &out);
}

FN2(join_text, Text, Code, parts, Text, separator, .name = "join_text", .name_zh = "拼接",
    .signature = "join_text(parts: list(text), separator: text): text",
    .doc = "The texts of a list as one, with the separator between them.",
    .doc_zh = "把列表中的各段文字连成一段，中间放分隔符。",
    .example = "join_text(split(\"张三、李四\", \"、\"), \",\") = \"张三,李四\"",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 200)
{
    StrBuf out = {0};
    uint32_t count = list_count(fn->dict, parts);
    for (uint32_t i = 0; i < count && out.len <= TEXT_BYTES_MAX; i++) {
        if (i > 0)
            strbuf_add(&out, *separator);
        strbuf_add(&out, dict_str(fn->dict, list_get(fn->dict, type_of(TYPE_TEXT), parts, i).code));
    }
    if (out.len > TEXT_BYTES_MAX)
        fn_issue(fn, REASON_OVERFLOW);
    return text_finish(fn, &out);
}

FN1(list_size, I64, Code, parts, .name = "list_size", .name_zh = "元素个数",
    .signature = "list_size(x: list(text)): integer", .doc = "How many elements a list has.",
    .doc_zh = "列表中有多少个元素。", .cost = 10)
{
    return list_count(fn->dict, parts);
}

const FnCard *const stdlib_list_size = &card_list_size;

FN1(reverse, Text, Text, t, .name = "reverse", .name_zh = "倒序",
    .signature = "reverse(t: text): text", .doc = "The characters in reverse order.",
    .doc_zh = "把字的次序倒过来。", .example = "reverse(\"abc\") = \"cba\"", .cost = 60)
{
    char *bytes = ARENA_ARRAY(fn->arena, char, t->len + 1);
    size_t out = t->len;
    for (size_t at = 0; at < t->len;) {
        size_t start = at;
        (void)utf8_decode(*t, &at);
        out -= at - start;
        memcpy(bytes + out, t->ptr + start, at - start);
    }
    ASSERT(out == 0);
    return (Str){bytes, t->len};
}

FN1(upper, Text, Text, t, .name = "upper", .name_zh = "大写", .signature = "upper(t: text): text",
    .doc = "The text in capital letters.", .doc_zh = "字母转为大写。",
    .example = "upper(\"苏a1b\") = \"苏A1B\"", .cost = 60, .sql = "upper($1)")
{
    StrBuf out = {0};
    unicode_upper(*t, &out);
    return text_finish(fn, &out);
}

FN1(lower, Text, Text, t, .name = "lower", .name_zh = "小写", .signature = "lower(t: text): text",
    .doc = "The text in small letters.", .doc_zh = "字母转为小写。",
    .example = "lower(\"苏A1B\") = \"苏a1b\"", .cost = 60, .sql = "lower($1)")
{
    StrBuf out = {0};
    unicode_lower(*t, &out);
    return text_finish(fn, &out);
}

FN1(trim, Text, Text, t, .name = "trim", .name_zh = "去空白", .signature = "trim(t: text): text",
    .doc = "The text without blanks at both ends.", .doc_zh = "去掉首尾空白。",
    .example = "trim(\"  甲 乙　\") = \"甲 乙\"", .cost = 10, .sql = "trim($1)")
{
    return str_trim(*t);
}

FN1(squeeze, Text, Text, t, .name = "squeeze", .name_zh = "压缩空白",
    .signature = "squeeze(t: text): text",
    .doc = "The text without blanks at both ends, and each run of blanks inside as one.",
    .doc_zh = "去掉首尾空白，中间连续的空白并成一个。",
    .example = "squeeze(\" 甲   乙 \") = \"甲 乙\"", .cost = 60)
{
    StrBuf out = {0};
    bool blank = false;
    for (size_t at = 0; at < t->len;) {
        size_t start = at;
        int32_t c = utf8_decode(*t, &at);
        if (unicode_is_space(c)) {
            blank = out.len > 0;
            continue;
        }
        if (blank)
            strbuf_add_char(&out, ' ');
        blank = false;
        strbuf_add(&out, str_slice(*t, start, at));
    }
    return text_finish(fn, &out);
}

// ---- forms of characters

FN1(halfwidth, Text, Text, t, .name = "halfwidth", .name_zh = "半角",
    .signature = "halfwidth(t: text): text",
    .doc = "Full-width letters, digits and signs as half-width ones.",
    .doc_zh = "全角字母、数字和符号转为半角。", .example = "halfwidth(\"ＡＢ１２\") = \"AB12\"",
    .cost = 60)
{
    StrBuf out = {0};
    unicode_fold_width(*t, &out);
    return text_finish(fn, &out);
}

FN1(fullwidth, Text, Text, t, .name = "fullwidth", .name_zh = "全角",
    .signature = "fullwidth(t: text): text",
    .doc = "Half-width letters, digits and signs as full-width ones.",
    .doc_zh = "半角字母、数字和符号转为全角。", .example = "fullwidth(\"AB12\") = \"ＡＢ１２\"",
    .cost = 60)
{
    StrBuf out = {0};
    unicode_widen(*t, &out);
    return text_finish(fn, &out);
}

FN1(nfc, Text, Text, t, .name = "nfc", .name_zh = "规范组合", .signature = "nfc(t: text): text",
    .doc = "The text in Unicode normal form C.", .doc_zh = "转为 Unicode 规范形式 C。",
    .example = "nfc(\"甲\") = \"甲\"", .issues = FN_ISSUES(REASON_CONVERSION), .cost = 100)
{
    StrBuf out = {0};
    if (!unicode_nfc(*t, &out))
        fn_issue(fn, REASON_CONVERSION);
    return text_finish(fn, &out);
}

FN1(nfkc, Text, Text, t, .name = "nfkc", .name_zh = "规范兼容", .signature = "nfkc(t: text): text",
    .doc = "The text in Unicode normal form KC: compatible forms become one.",
    .doc_zh = "转为 Unicode 规范形式 KC，兼容字形归一。", .example = "nfkc(\"㎡\") = \"m2\"",
    .issues = FN_ISSUES(REASON_CONVERSION), .cost = 100)
{
    StrBuf out = {0};
    if (!unicode_nfkc(*t, &out))
        fn_issue(fn, REASON_CONVERSION);
    return text_finish(fn, &out);
}

// Only the characters that `keep` accepts.
static Str text_filter(FnContext *fn, Str text, bool (*keep)(int32_t code_point))
{
    StrBuf out = {0};
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t c = utf8_decode(text, &at);
        if (c >= 0 && keep(c))
            strbuf_add(&out, str_slice(text, start, at));
    }
    return text_finish(fn, &out);
}

FN1(digits_only, Text, Text, t, .name = "digits_only", .name_zh = "仅数字",
    .signature = "digits_only(t: text): text", .doc = "Only the digits of the text.",
    .doc_zh = "只留下数字。", .example = "digits_only(\"电话0512-1234\") = \"05121234\"",
    .cost = 60)
{
    return text_filter(fn, *t, unicode_is_digit);
}

FN1(letters_only, Text, Text, t, .name = "letters_only", .name_zh = "仅文字",
    .signature = "letters_only(t: text): text",
    .doc = "Only the letters of the text, Han characters among them.",
    .doc_zh = "只留下字母和汉字。", .example = "letters_only(\"甲A-1\") = \"甲A\"", .cost = 60)
{
    return text_filter(fn, *t, unicode_is_letter);
}

FN1(han_only, Text, Text, t, .name = "han_only", .name_zh = "仅汉字",
    .signature = "han_only(t: text): text", .doc = "Only the Han characters of the text.",
    .doc_zh = "只留下汉字。", .example = "han_only(\"甲A乙1\") = \"甲乙\"", .cost = 60)
{
    return text_filter(fn, *t, unicode_is_han);
}

// ---- Han characters

FN1(simplify, Text, Text, t, .name = "simplify", .name_zh = "繁转简",
    .signature = "simplify(t: text): text",
    .doc = "The text with simplified characters for traditional ones, one at a time (Open Chinese "
           "Convert, 2,947 characters). What is simplified writing as well as traditional (乾, 於, "
           "像) and all else stays as it is.",
    .doc_zh =
        "繁体字逐字转为简体字（开放中文转换的单字表，2947 字）。既是繁体也是简体的字（乾、於、"
        "像）和其他文字保持原样。",
    .example = "simplify(\"陳偉東\") = \"陈伟东\"", .cost = 100)
{
    char *bytes = NULL;
    for (size_t at = 0; at < t->len;) {
        size_t start = at;
        (void)utf8_decode(*t, &at);
        Str simple = han_simplified(str_slice(*t, start, at));
        if (simple.len == 0)
            continue;
        if (bytes == NULL)
            bytes = memcpy(ARENA_ARRAY(fn->arena, char, t->len), t->ptr, t->len);
        memcpy(bytes + start, simple.ptr, simple.len); // as long as the other
    }
    return bytes == NULL ? *t : (Str){bytes, t->len};
}

FN1(pinyin, Text, Text, t, .name = "pinyin", .name_zh = "拼音",
    .signature = "pinyin(t: text): text",
    .doc =
        "Han characters as syllables without tones, with a blank around each: for each the "
        "reading that dictionaries name first, also where a word or name is read otherwise (曾 is "
        "always ceng). All else stays as it is. Undecided where a character has no known reading "
        "(U+4E00 to U+9FA5 are known but for ten).",
    .doc_zh = "汉字逐字转为不带声调的拼音，音节以空格隔开；多音字总取字典列在最前的读音，不看词语和"
              "姓氏（“曾”总是 ceng）。其他文字保持原样。有读音不明的汉字则待定（U+4E00 至 U+9FA5 "
              "仅十字不明）。",
    .example = "pinyin(\"张伟A1\") = \"zhang wei A1\"",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 150)
{
    StrBuf out = {0};
    int32_t before = ' ';  // the character before, a syllable's letter or what stands in the text
    bool syllable = false; // which wants a blank behind it
    for (size_t at = 0; at < t->len && fn->issue == REASON_NONE;) {
        size_t start = at;
        int32_t c = utf8_decode(*t, &at);
        Str sound = han_pinyin(c);
        if ((syllable || sound.len > 0) && !unicode_is_space(c) && !unicode_is_space(before))
            strbuf_add_char(&out, ' ');
        strbuf_add(&out, sound.len > 0 ? sound : str_slice(*t, start, at));
        syllable = sound.len > 0;
        before = c;
        if (!syllable && unicode_is_han(c))
            fn_issue(fn, REASON_CONVERSION);
        else if (out.len > TEXT_BYTES_MAX)
            fn_issue(fn, REASON_OVERFLOW);
    }
    return text_finish(fn, &out);
}

// ---- names

// The dots that stand between the parts of a name: one is taken for all.
static bool is_middle_dot(int32_t c)
{
    return c == 0xB7 || c == 0x2022 || c == 0x2027 || c == 0x30FB || c == 0xFF65 || c == 0x22C5;
}

static bool has_han(Str text)
{
    for (size_t at = 0; at < text.len;)
        if (unicode_is_han(utf8_decode(text, &at)))
            return true;
    return false;
}

FN1(name_normal, Text, Text, t, .name = "name_normal", .name_zh = "姓名归一",
    .signature = "name_normal(t: text): text",
    .doc = "A person's name without blanks if it is Han, with every middle dot as · and half-width "
           "letters.",
    .doc_zh = "人名归一：汉字姓名去掉空白，间隔点统一为·，字母转半角。",
    .example = "name_normal(\"张 三\") = \"张三\"", .cost = 100)
{
    StrBuf half = {0};
    unicode_fold_width(str_trim(*t), &half);
    Str text = strbuf_str(&half);
    bool han = has_han(text);
    StrBuf out = {0};
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t c = utf8_decode(text, &at);
        if (is_middle_dot(c))
            strbuf_add_code_point(&out, 0xB7);
        else if (!han || !unicode_is_space(c))
            strbuf_add(&out, str_slice(text, start, at));
    }
    strbuf_deinit(&half);
    return text_finish(fn, &out);
}

const FnCard *const text_cards[] = {
    FN_CARD(length),   FN_CARD(left),        FN_CARD(right),        FN_CARD(mid),
    FN_CARD(split),    FN_CARD(contains),    FN_CARD(starts_with),  FN_CARD(ends_with),
    FN_CARD(position), FN_CARD(replace),     FN_CARD(repeat),       FN_CARD(join_text),
    FN_CARD(reverse),  FN_CARD(upper),       FN_CARD(lower),        FN_CARD(trim),
    FN_CARD(squeeze),  FN_CARD(halfwidth),   FN_CARD(fullwidth),    FN_CARD(nfc),
    FN_CARD(nfkc),     FN_CARD(digits_only), FN_CARD(letters_only), FN_CARD(han_only),
    FN_CARD(simplify), FN_CARD(pinyin),      FN_CARD(name_normal),  NULL,
};
