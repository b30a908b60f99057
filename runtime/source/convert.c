// SPDX-License-Identifier: Apache-2.0
//
// convert.c: one cell to one value: blanks, text, truth, codes, identity; numbers and dates are in files
// of their own.
//
// An own identity type (`type 批准文号 = text matching "…"`) is judged by its pattern: a value that does
// not match is *damaged* and keeps no skeleton. Which of its characters are right cannot be told from a
// pattern, and a full skeleton would make it unequal to every good value: a mistyped number would then
// prove an absence. So it is compared like a missing one.
#include "runtime/source/convert.h"

#include "runtime/base/unicode.h"

static bool is_blank_point(int32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xA0 || point == 0x3000 ||
           point == 0x200B || point == 0xFEFF;
}

bool convert_is_blank(Str text)
{
    for (size_t at = 0; at < text.len;) {
        if (!is_blank_point(utf8_decode(text, &at)))
            return false;
    }
    return true;
}

// Without blanks at both ends.
static Str trim(Str text)
{
    size_t start = 0, end = text.len;
    for (size_t at = 0; at < text.len; start = at) {
        if (!is_blank_point(utf8_decode(text, &at)))
            break;
    }
    while (end > start) {
        size_t back = end - 1;
        while (back > start && ((unsigned char)text.ptr[back] & 0xC0) == 0x80)
            back--;
        size_t at = back;
        if (!is_blank_point(utf8_decode(text, &at)))
            break;
        end = back;
    }
    return str_slice(text, start, end);
}

static bool is_ascii(Str text)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < text.len; i++)
        seen |= (unsigned char)text.ptr[i];
    return seen < 0x80;
}

// Trimmed, with half-width forms.
static Str fold(Converter *converter, Str cell)
{
    Str trimmed = trim(cell);
    if (is_ascii(trimmed))
        return trimmed;
    strbuf_clear(&converter->folded);
    unicode_fold_width(trimmed, &converter->folded);
    return strbuf_str(&converter->folded);
}

// ---- Codes and truth ----------------------------------------------------------------------------

static void add_spelling(Converter *converter, Str spelling, uint32_t code)
{
    if (!map_get(&converter->codes, spelling, NULL))
        map_put(&converter->codes, spelling, code);
}

// Exact spellings win over folded ones, names over `also`.
static void fill_codes(Converter *converter, const Nominal *nominal)
{
    for (int folded = 0; folded < 2; folded++) {
        for (int also = 0; also < 2; also++) {
            for (uint32_t i = 0; i < nominal->member_count; i++) {
                const EnumMember *member = &nominal->members[i];
                const Str *words = also ? member->also : &member->name;
                uint32_t count = also ? member->also_count : 1;
                for (uint32_t k = 0; k < count; k++)
                    add_spelling(converter, folded ? fold(converter, words[k]) : words[k], i);
            }
        }
    }
}

static CellValue convert_code(Converter *converter, Str cell)
{
    uint64_t code;
    if (!map_get(&converter->codes, cell, &code) &&
        !map_get(&converter->codes, fold(converter, cell), &code))
        return cell_refused(REASON_UNKNOWN_CODE);
    return (CellValue){.state = CELL_KNOWN, .i64 = (int64_t)code};
}

static bool same_word(Str text, const char *lower)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (lower[i] == '\0' || (char)(c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i])
            return false;
    }
    return lower[text.len] == '\0';
}

static CellValue convert_boolean(Str text)
{
    static const char *const words[2][6] = {{"0", "否", "假", "false", "no", "n"},
                                            {"1", "是", "真", "true", "yes", "y"}};
    for (int truth = 0; truth < 2; truth++) {
        for (size_t i = 0; i < ARRAY_LEN(words[truth]); i++) {
            if (same_word(text, words[truth][i]))
                return (CellValue){.state = CELL_KNOWN, .boolean = truth == 1};
        }
    }
    return cell_refused(REASON_CELL_UNPARSED);
}

// ---- Identity -----------------------------------------------------------------------------------

static bool matches(const Converter *converter, Str text)
{
    bool found = false;
    if (converter->pattern == NULL)
        return true;
    Status status = regex_test(converter->pattern, converter->match, text, &found, NULL);
    return status == STATUS_OK && found;
}

static CellValue convert_identity(Converter *converter, Str cell)
{
    CellValue value = {.state = CELL_KNOWN, .text = trim(cell)};
    IdentityState state = IDENTITY_VALID;
    if (converter->identity != NULL) {
        strbuf_clear(&converter->normal);
        state = converter->identity->normalise(cell, &converter->normal);
        value.text = strbuf_str(&converter->normal);
    }
    switch (state) {
    case IDENTITY_VALID:
    case IDENTITY_REPAIRED:
        value.repaired = state == IDENTITY_REPAIRED;
        if (!matches(converter, value.text))
            value = (CellValue){.state = CELL_DAMAGED, .text = STR("")};
        break;
    case IDENTITY_DAMAGED:
        value.state = CELL_DAMAGED;
        break;
    case IDENTITY_MASKED:
        value.state = CELL_MASKED;
        break;
    case IDENTITY_MISSING:
        value.state = CELL_MISSING;
        break;
    }
    return value;
}

// ---- The door -----------------------------------------------------------------------------------

Status converter_init(Converter *converter, const ColumnDecl *decl,
                      const IdentityCard *(*identity)(Str key), Error *error)
{
    *converter = (Converter){.decl = decl, .type = decl->type, .bare_num = 1, .bare_den = 1};
    const Nominal *nominal = decl->type.nominal;
    if (decl->bare_num > 0 && decl->bare_den > 0) {
        UnitFactor factor;
        if (!unit_factor(decl->bare_num, decl->bare_den, &factor))
            return error_set(error, STATUS_USAGE, "列 " STR_FMT " 的单位超出可计算的范围",
                             "the unit of column " STR_FMT " is out of range", STR_ARG(decl->name));
        converter->bare_num = factor.num;
        converter->bare_den = factor.den;
    }
    if (decl->type.kind == TYPE_ENUM)
        fill_codes(converter, nominal);
    if (decl->type.kind != TYPE_IDENTITY || nominal == NULL)
        return STATUS_OK;
    if (identity != NULL && nominal->identity != NULL)
        converter->identity = identity(str_from_cstr(nominal->identity));
    if (nominal->pattern.len == 0)
        return STATUS_OK;
    TRY(regex_compile(nominal->pattern, REGEX_WHOLE, &converter->pattern, NULL, error));
    converter->match = regex_match_create(converter->pattern);
    return STATUS_OK;
}

void converter_deinit(Converter *converter)
{
    map_deinit(&converter->codes);
    strbuf_deinit(&converter->folded);
    strbuf_deinit(&converter->normal);
    regex_match_destroy(converter->match);
    regex_destroy(converter->pattern);
    *converter = (Converter){0};
}

CellValue convert_cell(Converter *converter, Str cell)
{
    if (convert_is_blank(cell))
        return cell_missing();
    switch (converter->type.kind) {
    case TYPE_TEXT:
        return (CellValue){.state = CELL_KNOWN, .text = cell};
    case TYPE_IDENTITY:
        return convert_identity(converter, cell);
    case TYPE_ENUM:
        return convert_code(converter, cell);
    case TYPE_BOOLEAN:
        return convert_boolean(fold(converter, cell));
    case TYPE_INTEGER:
        return convert_integer(fold(converter, cell));
    case TYPE_DECIMAL:
    case TYPE_RATIO:
    case TYPE_MONEY:
    case TYPE_PRICE:
    case TYPE_QUANTITY:
        return convert_exact(converter, fold(converter, cell));
    case TYPE_REAL:
        return convert_real(fold(converter, cell));
    case TYPE_DATE:
        return convert_date(fold(converter, cell));
    case TYPE_DATETIME:
        return convert_datetime(fold(converter, cell));
    case TYPE_MONTH:
        return convert_month(fold(converter, cell));
    case TYPE_PERIOD:
        return convert_period(fold(converter, cell));
    case TYPE_DAYS:
    case TYPE_MONTHS:
    case TYPE_TIME:
    case TYPE_WORKDAYS:
        return convert_length(converter, fold(converter, cell));
    case TYPE_POINT:
        return convert_point(fold(converter, cell));
    default:
        return cell_refused(REASON_CELL_UNPARSED); // no cells have these types
    }
}
