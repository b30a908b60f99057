// SPDX-License-Identifier: Apache-2.0
//
// str.c: views, the builder, UTF-8 and interned names.
//
// UTF-8 is decoded by the table of well-formed sequences of the Unicode standard (3.9): the first
// byte gives the length and the range of the second one, so overlong forms and surrogates fall out
// without tests of their own.
#include "runtime/base/str.h"

#include <math.h>

#include "runtime/base/map.h"

// ---- Str ----------------------------------------------------------------------------------------

Str str_from_cstr(const char *text)
{
    return text == NULL ? (Str){0} : (Str){text, strlen(text)};
}

bool str_equal(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int str_compare(Str a, Str b)
{
    size_t common = MIN_OF(a.len, b.len);
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str text, Str part)
{
    return text.len >= part.len && str_equal((Str){text.ptr, part.len}, part);
}

bool str_ends(Str text, Str part)
{
    return text.len >= part.len && str_equal(str_slice(text, text.len - part.len, text.len), part);
}

size_t str_find(Str text, Str part, size_t from)
{
    ASSERT(from <= text.len);
    if (part.len == 0)
        return from;
    while (text.len - from >= part.len) {
        const char *start = text.ptr + from;
        const char *hit = memchr(start, part.ptr[0], text.len - from - part.len + 1);
        if (hit == NULL)
            break;
        if (memcmp(hit, part.ptr, part.len) == 0)
            return (size_t)(hit - text.ptr);
        from = (size_t)(hit - text.ptr) + 1;
    }
    return STR_NONE;
}

Str str_slice(Str text, size_t start, size_t end)
{
    end = MIN_OF(end, text.len);
    if (start >= end)
        return (Str){0};
    return (Str){text.ptr + start, end - start};
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

Str str_trim(Str text)
{
    const Str wide = STR("\xE3\x80\x80"); // U+3000
    while (text.len > 0) {
        size_t blank = is_blank(text.ptr[0]) ? 1 : str_starts(text, wide) ? wide.len : 0;
        if (blank == 0)
            break;
        text = str_slice(text, blank, text.len);
    }
    while (text.len > 0) {
        size_t blank = is_blank(text.ptr[text.len - 1]) ? 1 : str_ends(text, wide) ? wide.len : 0;
        if (blank == 0)
            break;
        text.len -= blank;
    }
    return text;
}

// ---- StrBuf -------------------------------------------------------------------------------------

void strbuf_init(StrBuf *buf)
{
    *buf = (StrBuf){0};
}

void strbuf_deinit(StrBuf *buf)
{
    free(buf->ptr);
    *buf = (StrBuf){0};
}

void strbuf_clear(StrBuf *buf)
{
    strbuf_truncate(buf, 0);
}

void strbuf_reserve(StrBuf *buf, size_t extra)
{
    size_t need;
    if (!num_add_size(buf->len, extra, &need) || need > SIZE_MAX / 4)
        base_memory_failed(SIZE_MAX);
    need += 1; // the NUL
    if (need <= buf->cap)
        return;
    size_t cap = MAX_OF(need, buf->cap + buf->cap / 2);
    cap = MAX_OF(cap, (size_t)32);
    buf->ptr = base_realloc(buf->ptr, cap);
    buf->cap = cap;
    buf->ptr[buf->len] = '\0';
}

void strbuf_add(StrBuf *buf, Str text)
{
    strbuf_reserve(buf, text.len);
    if (text.len > 0)
        memcpy(buf->ptr + buf->len, text.ptr, text.len);
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void strbuf_add_c(StrBuf *buf, const char *text)
{
    strbuf_add(buf, str_from_cstr(text));
}

void strbuf_add_char(StrBuf *buf, char byte)
{
    strbuf_reserve(buf, 1);
    buf->ptr[buf->len++] = byte;
    buf->ptr[buf->len] = '\0';
}

void strbuf_add_repeat(StrBuf *buf, char byte, size_t count)
{
    strbuf_reserve(buf, count);
    memset(buf->ptr + buf->len, byte, count);
    buf->len += count;
    buf->ptr[buf->len] = '\0';
}

void strbuf_add_i64(StrBuf *buf, int64_t value)
{
    if (value < 0)
        strbuf_add_char(buf, '-');
    strbuf_add_u64(buf, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void strbuf_add_u64(StrBuf *buf, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    strbuf_add(buf, (Str){digits + at, sizeof digits - at});
}

void strbuf_add_i128(StrBuf *buf, int128_t value)
{
    char digits[39];
    size_t at = sizeof digits;
    uint128_t left = value < 0 ? -(uint128_t)value : (uint128_t)value;
    do {
        ASSERT(at > 0);
        digits[--at] = (char)('0' + (int)(left % 10));
        left /= 10;
    } while (left > 0);
    if (value < 0)
        strbuf_add_char(buf, '-');
    strbuf_add(buf, (Str){digits + at, sizeof digits - at});
}

void strbuf_add_code_point(StrBuf *buf, int32_t code_point)
{
    char bytes[4];
    strbuf_add(buf, (Str){bytes, utf8_encode(code_point, bytes)});
}

void strbuf_vprintf(StrBuf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    ASSERT(length >= 0);
    strbuf_reserve(buf, (size_t)length);
    vsnprintf(buf->ptr + buf->len, (size_t)length + 1, format, args);
    buf->len += (size_t)length;
}

void strbuf_printf(StrBuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(buf, format, args);
    va_end(args);
}

void strbuf_truncate(StrBuf *buf, size_t len)
{
    ASSERT(len <= buf->len);
    buf->len = len;
    if (buf->ptr != NULL)
        buf->ptr[len] = '\0';
}

Str strbuf_str(const StrBuf *buf)
{
    return (Str){buf->ptr, buf->len};
}

const char *strbuf_cstr(const StrBuf *buf)
{
    return buf->ptr == NULL ? "" : buf->ptr;
}

// ---- Reals --------------------------------------------------------------------------------------

enum { REAL_DIGITS_SURE = 15, REAL_DIGITS_MAX = 17 };

// A decimal: 0.d1d2d3… times 10^point, digits as an integer without trailing zeros.
typedef struct Decimal {
    uint64_t digits;
    int digit_count;
    int point;
} Decimal;

static Decimal decimal_trimmed(uint64_t digits, int digit_count, int point)
{
    while (digits % 10 == 0 && digit_count > 1) {
        digits /= 10;
        digit_count--;
    }
    return (Decimal){digits, digit_count, point};
}

static double decimal_read(uint64_t digits, int exponent)
{
    char text[40];
    snprintf(text, sizeof text, "%" PRIu64 "e%d", digits, exponent);
    return strtod(text, NULL);
}

// The digits of value > 0 at this precision: digits · 10^exponent.
static uint64_t real_digits(double value, int digit_count, int *exponent)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digit_count - 1, value);
    uint64_t digits = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            digits = digits * 10 + (uint64_t)(*at - '0');
    *exponent = (int)strtol(at + 1, NULL, 10) - (digit_count - 1);
    return digits;
}

// The shortest decimal that reads back as value > 0. A decimal of up to 15 digits survives the way
// through a normal binary64, so the search starts there; below the normal range it starts at 1. With
// 16 digits a neighbour may be the one at powers of two, where the interval is lopsided.
static Decimal real_shortest(double value)
{
    int first = value < 0x1p-1022 ? 1 : REAL_DIGITS_SURE;
    for (int count = first; count < REAL_DIGITS_MAX; count++) {
        int exponent;
        uint64_t digits = real_digits(value, count, &exponent);
        for (int step = 0; step < 3; step++) {
            uint64_t candidate = step == 0 ? digits : step == 1 ? digits + 1 : digits - 1;
            if (decimal_read(candidate, exponent) == value)
                return decimal_trimmed(candidate, count, count + exponent);
        }
    }
    int exponent;
    uint64_t digits = real_digits(value, REAL_DIGITS_MAX, &exponent);
    return decimal_trimmed(digits, REAL_DIGITS_MAX, REAL_DIGITS_MAX + exponent);
}

static void add_real_plain(StrBuf *buf, const char *digits, int count, int point)
{
    if (point <= 0) {
        strbuf_add(buf, STR("0."));
        strbuf_add_repeat(buf, '0', (size_t)-point);
        strbuf_add_c(buf, digits);
    } else if (point >= count) {
        strbuf_add_c(buf, digits);
        strbuf_add_repeat(buf, '0', (size_t)(point - count));
    } else {
        strbuf_printf(buf, "%.*s.%s", point, digits, digits + point);
    }
}

void strbuf_add_real(StrBuf *buf, double value)
{
    ASSERT(isfinite(value));
    if (value == 0) {
        strbuf_add_char(buf, '0');
        return;
    }
    if (value < 0)
        strbuf_add_char(buf, '-');
    Decimal shortest = real_shortest(fabs(value));
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, shortest.digits);
    int exponent = shortest.point - 1; // of scientific notation
    if (exponent >= -4 && exponent < 16) {
        add_real_plain(buf, digits, shortest.digit_count, shortest.point);
        return;
    }
    strbuf_add_char(buf, digits[0]);
    if (digits[1] != '\0')
        strbuf_printf(buf, ".%s", digits + 1);
    strbuf_printf(buf, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
}

// ---- UTF-8 --------------------------------------------------------------------------------------

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

// Length of the well-formed sequence at the start of bytes (left ≥ 1), or 0.
static size_t sequence_length(const unsigned char *bytes, size_t left)
{
    unsigned char first = bytes[0];
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (left < length)
        return 0;
    unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_continuation(bytes[i]))
            return 0;
    return length;
}

int32_t utf8_decode(Str text, size_t *pos)
{
    ASSERT(*pos < text.len);
    const unsigned char *bytes = (const unsigned char *)text.ptr + *pos;
    size_t length = sequence_length(bytes, text.len - *pos);
    *pos += length == 0 ? 1 : length;
    switch (length) {
    case 1:
        return bytes[0];
    case 2:
        return (bytes[0] & 0x1F) << 6 | (bytes[1] & 0x3F);
    case 3:
        return (bytes[0] & 0x0F) << 12 | (bytes[1] & 0x3F) << 6 | (bytes[2] & 0x3F);
    case 4:
        return (bytes[0] & 0x07) << 18 | (bytes[1] & 0x3F) << 12 | (bytes[2] & 0x3F) << 6 |
               (bytes[3] & 0x3F);
    default:
        return -1;
    }
}

size_t utf8_encode(int32_t code_point, char out[4])
{
    ASSERT(code_point >= 0);
    ASSERT(code_point <= 0x10FFFF);
    ASSERT(code_point < 0xD800 || code_point > 0xDFFF);
    uint32_t c = (uint32_t)code_point;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

// Length of the run of ASCII at the start, in steps of eight bytes.
static size_t ascii_run(const char *ptr, size_t len)
{
    size_t at = 0;
    while (len - at >= 8) {
        uint64_t word;
        memcpy(&word, ptr + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
        at += 8;
    }
    return at;
}

bool utf8_valid(Str text, size_t *bad_at)
{
    size_t at = 0;
    while (at < text.len) {
        at += ascii_run(text.ptr + at, text.len - at);
        if (at == text.len)
            break;
        size_t length = sequence_length((const unsigned char *)text.ptr + at, text.len - at);
        if (length == 0) {
            if (bad_at != NULL)
                *bad_at = at;
            return false;
        }
        at += length;
    }
    return true;
}

int64_t utf8_count(Str text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += !is_continuation((unsigned char)text.ptr[i]);
    return count;
}

size_t utf8_offset(Str text, int64_t index)
{
    ASSERT(index >= 0);
    for (size_t i = 0; i < text.len; i++)
        if (!is_continuation((unsigned char)text.ptr[i]) && index-- == 0)
            return i;
    return text.len;
}

// ---- Sym ----------------------------------------------------------------------------------------

// The map numbers names from 0 in order of first call; the id is that plus one.
struct Interner {
    Map ids;
};

Interner *interner_create(void)
{
    return base_alloc_zeroed(1, sizeof(Interner));
}

void interner_destroy(Interner *interner)
{
    if (interner == NULL)
        return;
    map_deinit(&interner->ids);
    free(interner);
}

Sym sym_intern(Interner *interner, Str text)
{
    bool is_new;
    uint64_t *id = map_at(&interner->ids, text, &is_new);
    if (is_new)
        *id = map_count(&interner->ids);
    return (Sym){(uint32_t)*id};
}

Sym sym_find(const Interner *interner, Str text)
{
    uint64_t id = 0;
    return map_get(&interner->ids, text, &id) ? (Sym){(uint32_t)id} : SYM_NONE;
}

Str sym_str(const Interner *interner, Sym sym)
{
    if (sym.id == 0)
        return STR("");
    return map_entry(&interner->ids, sym.id - 1)->key;
}
