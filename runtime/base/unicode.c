// SPDX-License-Identifier: Apache-2.0
//
// unicode.c: the wrapper of utf8proc, and near names.
#include <utf8proc.h>

#include "runtime/base/unicode.h"

#include "runtime/base/vec.h"

// ---- Normal forms -------------------------------------------------------------------------------

// Marks in a row that the library may sort by itself; its way is quadratic.
enum { MARK_RUN_MAX = 32, CLASS_COUNT = 256 };

typedef VEC(int32_t) CodePoints;

static int mark_class(int32_t code_point)
{
    return utf8proc_get_property(code_point)->combining_class;
}

static bool has_long_run(Str text)
{
    int run = 0;
    for (size_t at = 0; at < text.len && run <= MARK_RUN_MAX;)
        run = mark_class(utf8_decode(text, &at)) == 0 ? 0 : run + 1;
    return run > MARK_RUN_MAX;
}

// Appends a run of marks in order of their classes, equal ones as they were.
static void add_sorted_marks(const CodePoints *run, StrBuf *out)
{
    size_t ends[CLASS_COUNT + 1] = {0};
    for (size_t i = 0; i < run->count; i++)
        ends[mark_class(run->items[i]) + 1]++;
    for (int c = 0; c < CLASS_COUNT; c++)
        ends[c + 1] += ends[c];
    CodePoints sorted = {0};
    vec_resize(&sorted, run->count);
    for (size_t i = 0; i < run->count; i++)
        sorted.items[ends[mark_class(run->items[i])]++] = run->items[i];
    for (size_t i = 0; i < sorted.count; i++)
        strbuf_add_code_point(out, sorted.items[i]);
    vec_free(&sorted);
}

// Appends valid text with every run of marks sorted: an equivalent text, on which the library's own
// sorting has nothing to do.
static void sort_marks(Str text, StrBuf *out)
{
    CodePoints run = {0};
    for (size_t at = 0; at < text.len;) {
        int32_t code_point = utf8_decode(text, &at);
        if (mark_class(code_point) != 0) {
            vec_push(&run, code_point);
            continue;
        }
        if (run.count > 0)
            add_sorted_marks(&run, out);
        vec_clear(&run);
        strbuf_add_code_point(out, code_point);
    }
    if (run.count > 0)
        add_sorted_marks(&run, out);
    vec_free(&run);
}

static bool normalise(Str text, utf8proc_option_t options, StrBuf *out)
{
    if (!utf8_valid(text, NULL))
        return false;
    if (text.len == 0)
        return true;
    StrBuf sorted = {0};
    if (has_long_run(text)) {
        sort_marks(text, &sorted);
        text = strbuf_str(&sorted);
    }
    utf8proc_uint8_t *result = NULL;
    utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *)text.ptr,
                                           (utf8proc_ssize_t)text.len, &result, options);
    if (length == UTF8PROC_ERROR_NOMEM)
        base_memory_failed(text.len);
    ASSERT(length >= 0);
    strbuf_add(out, (Str){(const char *)result, (size_t)length});
    free(result);
    strbuf_deinit(&sorted);
    return true;
}

bool unicode_nfc(Str text, StrBuf *out)
{
    return normalise(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE, out);
}

bool unicode_nfkc(Str text, StrBuf *out)
{
    return normalise(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT, out);
}

// Code points that certainly neither compose nor decompose: ASCII to U+02FF as far as they are
// letters of their own, Han of the first two planes' unified blocks, and Chinese punctuation.
static bool is_inert(int32_t code_point)
{
    return code_point < 0x300 || (code_point >= 0x4E00 && code_point <= 0x9FFF) ||
           (code_point >= 0x3400 && code_point <= 0x4DBF) ||
           (code_point >= 0x3001 && code_point <= 0x3029) ||
           (code_point >= 0xFF01 && code_point <= 0xFF5E) ||
           (code_point >= 0x2010 && code_point <= 0x2027);
}

bool unicode_is_nfc_quick(Str text)
{
    for (size_t at = 0; at < text.len;) {
        int32_t code_point = utf8_decode(text, &at);
        if (code_point < 0 || !is_inert(code_point))
            return false;
    }
    return true;
}

// ---- Width and case -----------------------------------------------------------------------------

int32_t unicode_half_width(int32_t code_point)
{
    if (code_point >= 0xFF01 && code_point <= 0xFF5E)
        return code_point - 0xFF01 + '!';
    return code_point == 0x3000 ? ' ' : code_point;
}

int32_t unicode_full_width(int32_t code_point)
{
    if (code_point >= '!' && code_point <= '~')
        return code_point - '!' + 0xFF01;
    return code_point == ' ' ? 0x3000 : code_point;
}

// Appends text with every code point replaced by its image.
static void map_code_points(Str text, int32_t (*image)(int32_t), StrBuf *out)
{
    strbuf_reserve(out, text.len);
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t code_point = utf8_decode(text, &at);
        int32_t mapped = code_point < 0 ? code_point : image(code_point);
        if (mapped == code_point)
            strbuf_add(out, str_slice(text, start, at));
        else
            strbuf_add_code_point(out, mapped);
    }
}

void unicode_fold_width(Str text, StrBuf *out)
{
    map_code_points(text, unicode_half_width, out);
}

void unicode_widen(Str text, StrBuf *out)
{
    map_code_points(text, unicode_full_width, out);
}

static int32_t lower_of(int32_t code_point)
{
    return utf8proc_tolower(code_point);
}

static int32_t upper_of(int32_t code_point)
{
    return utf8proc_toupper(code_point);
}

void unicode_lower(Str text, StrBuf *out)
{
    map_code_points(text, lower_of, out);
}

void unicode_upper(Str text, StrBuf *out)
{
    map_code_points(text, upper_of, out);
}

// ---- Classes ------------------------------------------------------------------------------------

bool unicode_is_letter(int32_t code_point)
{
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
        return true;
    default:
        return false;
    }
}

bool unicode_is_digit(int32_t code_point)
{
    return utf8proc_category(code_point) == UTF8PROC_CATEGORY_ND;
}

bool unicode_is_space(int32_t code_point)
{
    if (code_point >= '\t' && code_point <= '\r')
        return true;
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return code_point == 0x85;
    }
}

bool unicode_is_han(int32_t code_point)
{
    return (code_point >= 0x4E00 && code_point <= 0x9FFF) ||
           (code_point >= 0x3400 && code_point <= 0x4DBF) ||
           (code_point >= 0xF900 && code_point <= 0xFAFF) ||
           (code_point >= 0x20000 && code_point <= 0x3FFFD) || code_point == 0x3005 ||
           code_point == 0x3007;
}

bool unicode_is_name_start(int32_t code_point)
{
    return code_point == '_' || unicode_is_letter(code_point);
}

bool unicode_is_name_part(int32_t code_point)
{
    if (unicode_is_name_start(code_point) || unicode_is_digit(code_point))
        return true;
    switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return code_point == 0xB7 || code_point == 0x30FB;
    }
}

// ---- Columns ------------------------------------------------------------------------------------

int unicode_width(int32_t code_point)
{
    if (code_point == '\t')
        return 1;
    return utf8proc_charwidth(code_point);
}

int64_t unicode_display_width(Str text)
{
    int64_t width = 0;
    for (size_t at = 0; at < text.len;) {
        int32_t code_point = utf8_decode(text, &at);
        width += code_point < 0 ? 1 : unicode_width(code_point);
    }
    return width;
}

// ---- Near names ---------------------------------------------------------------------------------

enum { NAME_MAX_POINTS = 256 };

// The code points of text; returns their number, or -1 if there are too many.
static int code_points_of(Str text, int32_t points[NAME_MAX_POINTS])
{
    int count = 0;
    for (size_t at = 0; at < text.len;) {
        if (count == NAME_MAX_POINTS)
            return -1;
        points[count++] = utf8_decode(text, &at);
    }
    return count;
}

static int least_of_three(int a, int b, int c)
{
    int ab = MIN_OF(a, b);
    return MIN_OF(ab, c);
}

// Fills the next row of the table of edits: row[j] = edits from a[0..i] to b[0..j-1].
static void edit_row(const int32_t *a, int i, const int32_t *b, int b_count, const int *before_last,
                     const int *last, int *row)
{
    row[0] = i + 1;
    for (int j = 1; j <= b_count; j++) {
        bool same = a[i] == b[j - 1];
        row[j] = least_of_three(last[j] + 1, row[j - 1] + 1, last[j - 1] + !same);
        if (i > 0 && j > 1 && a[i] == b[j - 2] && a[i - 1] == b[j - 1])
            row[j] = MIN_OF(row[j], before_last[j - 2] + 1);
    }
}

int64_t unicode_distance(Str a, Str b, int64_t limit)
{
    int32_t a_points[NAME_MAX_POINTS], b_points[NAME_MAX_POINTS];
    if (str_equal(a, b))
        return 0;
    int a_count = code_points_of(a, a_points);
    int b_count = code_points_of(b, b_points);
    if (a_count < 0 || b_count < 0 || llabs((long long)a_count - b_count) > limit)
        return limit + 1;
    int rows[3][NAME_MAX_POINTS + 1];
    for (int j = 0; j <= b_count; j++)
        rows[0][j] = j;
    for (int i = 0; i < a_count; i++)
        edit_row(a_points, i, b_points, b_count, rows[(i + 2) % 3], rows[i % 3], rows[(i + 1) % 3]);
    int64_t distance = rows[a_count % 3][b_count];
    return distance > limit ? limit + 1 : distance;
}

// Most edits that still make a near name.
static int64_t near_limit(Str name)
{
    int64_t count = utf8_count(name);
    return count < 2 ? 0 : MAX_OF(count / 3, INT64_C(1));
}

void near_name_init(NearName *near, Str wanted)
{
    *near = (NearName){.wanted = wanted, .distance = near_limit(wanted) + 1};
}

void near_name_offer(NearName *near, Str candidate)
{
    StrBuf wanted = {0};
    StrBuf offered = {0};
    unicode_lower(near->wanted, &wanted);
    unicode_lower(candidate, &offered);
    int64_t distance =
        unicode_distance(strbuf_str(&wanted), strbuf_str(&offered), near->distance - 1);
    if (distance < near->distance) {
        near->distance = distance;
        near->best = candidate;
    }
    strbuf_deinit(&wanted);
    strbuf_deinit(&offered);
}

bool near_name_best(const NearName *near, Str *out)
{
    *out = near->best;
    return near->best.len > 0;
}
