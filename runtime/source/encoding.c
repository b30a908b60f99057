// SPDX-License-Identifier: Apache-2.0
//
// encoding.c: names, detection, UTF-16, and the facts about a piece of text.
//
// Detection prefers what is certain: a byte order mark, then zero bytes on one side of each pair
// (UTF-16), then valid UTF-8 (a text in another encoding is valid UTF-8 by accident only if it is very
// short), then GB18030. A file that is mostly one of them with single faults is still that one: the
// faulty rows are refused, not the file.
#include "runtime/source/encoding.h"

#define HEAD_SIZE_MAX 65536    // bytes looked at for zero bytes
#define GUESS_SIZE_MAX 1048576 // bytes looked at to tell UTF-8 from GB18030

typedef struct EncodingRow {
    Encoding encoding;
    Str spelling; // letters and digits only, lower case
} EncodingRow;

static const EncodingRow encoding_rows[] = {
    {ENCODING_UTF8, STR_INIT("utf8")},       {ENCODING_UTF8, STR_INIT("utf8bom")},
    {ENCODING_UTF8, STR_INIT("utf8sig")},    {ENCODING_UTF8, STR_INIT("ascii")},
    {ENCODING_UTF8, STR_INIT("65001")},      {ENCODING_GB18030, STR_INIT("gb18030")},
    {ENCODING_GB18030, STR_INIT("gbk")},     {ENCODING_GB18030, STR_INIT("gb2312")},
    {ENCODING_GB18030, STR_INIT("cp936")},   {ENCODING_GB18030, STR_INIT("936")},
    {ENCODING_GB18030, STR_INIT("ansi")},    {ENCODING_GB18030, STR_INIT("euccn")},
    {ENCODING_UTF16LE, STR_INIT("utf16")},   {ENCODING_UTF16LE, STR_INIT("utf16le")},
    {ENCODING_UTF16LE, STR_INIT("unicode")}, {ENCODING_UTF16BE, STR_INIT("utf16be")},
};

Str encoding_name(Encoding encoding)
{
    switch (encoding) {
    case ENCODING_UTF8:
        return STR("UTF-8");
    case ENCODING_GB18030:
        return STR("GB18030");
    case ENCODING_UTF16LE:
        return STR("UTF-16LE");
    case ENCODING_UTF16BE:
        return STR("UTF-16BE");
    case ENCODING_UNKNOWN:
        break;
    }
    return STR("ASCII");
}

bool encoding_find(Str name, Encoding *out)
{
    char plain[16];
    size_t size = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '-' || c == '_' || c == ' ')
            continue;
        if (size == sizeof plain)
            return false;
        plain[size++] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
    }
    for (size_t i = 0; i < ARRAY_LEN(encoding_rows); i++) {
        if (str_equal(encoding_rows[i].spelling, (Str){plain, size})) {
            *out = encoding_rows[i].encoding;
            return true;
        }
    }
    return false;
}

Str encoding_list(void)
{
    return STR("utf-8, gb18030 (gbk, gb2312), utf-16, utf-16le, utf-16be");
}

static bool begins(Str text, const char *mark, size_t size)
{
    return text.len >= size && memcmp(text.ptr, mark, size) == 0;
}

// Zero bytes at even and at odd places: in UTF-16 the separators, digits and line ends have their zero
// on one side; a few characters (一 U+4E00, 销 U+9500) have one on the other.
static Encoding guess_utf16(Str head)
{
    int64_t zeros[2] = {0, 0};
    size_t size = MIN_OF(head.len, (size_t)HEAD_SIZE_MAX) & ~(size_t)1;
    for (size_t i = 0; i < size; i++)
        zeros[i & 1] += head.ptr[i] == '\0';
    int64_t pairs = (int64_t)(size / 2);
    for (int side = 0; side < 2; side++) {
        bool many = zeros[side] >= 2 && zeros[side] * 20 >= pairs;
        if (many && zeros[1 - side] * 4 <= zeros[side])
            return side == 1 ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    }
    return ENCODING_UNKNOWN;
}

Encoding encoding_of_head(Str head, size_t *mark_size)
{
    *mark_size = 0;
    if (begins(head, "\xEF\xBB\xBF", 3)) {
        *mark_size = 3;
        return ENCODING_UTF8;
    }
    if (begins(head, "\xFF\xFE", 2) || begins(head, "\xFE\xFF", 2)) {
        *mark_size = 2;
        return head.ptr[0] == '\xFF' ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    }
    if (begins(head, "\x84\x31\x95\x33", 4)) {
        *mark_size = 4;
        return ENCODING_GB18030;
    }
    return guess_utf16(head);
}

// Sequences of several bytes, good and bad, as UTF-8.
static void count_utf8(Str bytes, bool cut, int64_t *good, int64_t *bad)
{
    size_t at = 0;
    while (at < bytes.len) {
        if ((unsigned char)bytes.ptr[at] < 0x80) {
            at++;
            continue;
        }
        size_t start = at;
        bool whole = utf8_decode(bytes, &at) >= 0;
        if (!whole && cut && bytes.len - start < 4)
            return;
        *(whole ? good : bad) += 1;
    }
}

static void count_gb18030(Str bytes, bool cut, int64_t *good, int64_t *bad)
{
    StrBuf text = {0};
    gb18030_decode(bytes, !cut, &text, bad);
    for (size_t i = 0; i < text.len; i++)
        *good += (unsigned char)text.ptr[i] >= 0xC2;
    *good -= *bad;
    strbuf_deinit(&text);
}

Encoding encoding_guess(Str bytes, bool cut)
{
    if (bytes.len > GUESS_SIZE_MAX) {
        bytes.len = GUESS_SIZE_MAX;
        cut = true;
    }
    int64_t good = 0, bad = 0;
    count_utf8(bytes, cut, &good, &bad);
    if (bad == 0)
        return ENCODING_UTF8;
    // GB18030 accepts nearly any bytes, so what speaks is how much is good UTF-8: of Chinese text in
    // GB18030 about one character in seven is, by accident.
    if (good >= bad)
        return ENCODING_UTF8;
    good = bad = 0;
    count_gb18030(bytes, cut, &good, &bad);
    return good >= bad ? ENCODING_GB18030 : ENCODING_UNKNOWN;
}

static uint32_t unit_at(Str bytes, size_t at, bool big)
{
    uint32_t a = (unsigned char)bytes.ptr[at], b = (unsigned char)bytes.ptr[at + 1];
    return big ? a << 8 | b : b << 8 | a;
}

static size_t utf16_decode(Str bytes, bool big, bool last, StrBuf *out, int64_t *bad_count)
{
    strbuf_reserve(out, bytes.len / 2 * 3 + 4);
    char *to = out->ptr + out->len;
    size_t at = 0;
    while (at + 2 <= bytes.len) {
        uint32_t unit = unit_at(bytes, at, big);
        bool high = unit >= 0xD800 && unit < 0xDC00;
        if (high && at + 4 > bytes.len && !last)
            break;
        uint32_t low = high && at + 4 <= bytes.len ? unit_at(bytes, at + 2, big) : 0;
        at += 2;
        if (high && low >= 0xDC00 && low < 0xE000) {
            to += utf8_encode((int32_t)(0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00), to);
            at += 2;
        } else if (unit >= 0xD800 && unit < 0xE000) {
            *to++ = (char)0xFF;
            (*bad_count)++;
        } else {
            to += utf8_encode((int32_t)unit, to);
        }
    }
    if (last && at < bytes.len) { // half a unit
        *to++ = (char)0xFF;
        (*bad_count)++;
        at = bytes.len;
    }
    out->len = (size_t)(to - out->ptr);
    out->ptr[out->len] = '\0';
    return at;
}

size_t encoding_decode(Encoding encoding, Str bytes, bool last, StrBuf *out, int64_t *bad_count)
{
    switch (encoding) {
    case ENCODING_GB18030:
        return gb18030_decode(bytes, last, out, bad_count);
    case ENCODING_UTF16LE:
    case ENCODING_UTF16BE:
        return utf16_decode(bytes, encoding == ENCODING_UTF16BE, last, out, bad_count);
    case ENCODING_UTF8:
    case ENCODING_UNKNOWN:
        break;
    }
    strbuf_add(out, bytes);
    return bytes.len;
}

static bool is_ascii(Str text)
{
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + 32 <= text.len; i += 32) {
        uint64_t words[4];
        memcpy(words, text.ptr + i, 32);
        seen |= words[0] | words[1] | words[2] | words[3];
    }
    for (; i < text.len; i++)
        seen |= (unsigned char)text.ptr[i];
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static int64_t count_part(Str text, Str part)
{
    int64_t count = 0;
    for (size_t at = str_find(text, part, 0); at != STR_NONE;
         at = str_find(text, part, at + part.len))
        count++;
    return count;
}

// U+FFFD and U+FEFF both begin with EF, as full-width forms do: one search for it serves both.
static void count_specials(Str text, TextFacts *facts)
{
    const char *end = text.ptr + text.len;
    const char *p = text.ptr;
    while (p < end && (p = memchr(p, 0xEF, (size_t)(end - p))) != NULL) {
        if (end - p >= 3) {
            facts->replaced += memcmp(p, "\xEF\xBF\xBD", 3) == 0;
            facts->marks += memcmp(p, "\xEF\xBB\xBF", 3) == 0;
        }
        p++;
    }
    facts->mojibake = count_part(text, STR("锟斤拷"));
}

TextFacts encoding_examine(Str text)
{
    TextFacts facts = {.ascii = is_ascii(text), .valid = true};
    facts.has_nul = text.len > 0 && memchr(text.ptr, 0, text.len) != NULL;
    if (!facts.ascii) {
        facts.valid = utf8_valid(text, NULL);
        count_specials(text, &facts);
    }
    return facts;
}
