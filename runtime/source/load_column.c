// SPDX-License-Identifier: Apache-2.0
//
// load_column.c: the cells of one column in a piece become values of a stored column.
//
// Most cells of real files have one plain form per type: those are read by the loops here, which write
// straight into the column. All others, and all cells that are missing or refused, go through
// convert_cell; that is the meaning, the loops are only faster.
#include "runtime/source/load_int.h"

#include "runtime/base/time.h"
#include "runtime/base/wide.h"

#define LONG_DIGITS 15 // a spreadsheet keeps so many digits of a number
#define FAST_DIGITS 18

Status column_loader_init(ColumnLoader *loader, const TableDecl *table, uint32_t number,
                          const LoadOptions *options, CauseTable *causes, Column *column,
                          Error *error)
{
    const ColumnDecl *decl = &table->columns[number];
    *loader = (ColumnLoader){.decl = decl, .number = number, .column = column};
    TRY(converter_init(&loader->converter, decl, options->identity, error));
    StrBuf source = {0};
    strbuf_printf(&source, STR_FMT "." STR_FMT, STR_ARG(table->name), STR_ARG(decl->name));
    loader->missing = cause_intern(causes, REASON_MISSING, strbuf_str(&source));
    const IdentityCard *identity = loader->converter.identity;
    loader->check_digit =
        identity != NULL && (str_equal(str_from_cstr(identity->key), STR("person_id")) ||
                             str_equal(str_from_cstr(identity->key), STR("credit_code")));
    if (decl->type.kind == TYPE_IDENTITY) {
        loader->damaged = cause_intern(causes, REASON_DAMAGED, strbuf_str(&source));
        loader->masked = cause_intern(causes, REASON_MASKED, strbuf_str(&source));
    }
    strbuf_deinit(&source);
    loader->counts.name = decl->name;
    int digits = decl->type.kind == TYPE_DECIMAL && decl->type.precision > 0 ? decl->type.precision
                                                                             : FAST_DIGITS;
    loader->limit = (int64_t)wide_pow10(MIN_OF(digits, FAST_DIGITS));
    return STATUS_OK;
}

void column_loader_deinit(ColumnLoader *loader)
{
    converter_deinit(&loader->converter);
}

// Of a text of digits: more than a spreadsheet keeps, and those that it lost are all 0.
static bool looks_rounded(Str digits)
{
    size_t zeros = LONG_DIGITS;
    while (zeros < digits.len && digits.ptr[zeros] == '0')
        zeros++;
    return digits.len > LONG_DIGITS && zeros == digits.len;
}

static Unknown distrusted(const ColumnLoader *loader, Dict *dict, int64_t row, Str text)
{
    char kept[64];
    ASSERT(text.len < sizeof kept);
    memset(kept, SKELETON_UNKNOWN, sizeof kept);
    memcpy(kept, text.ptr, LONG_DIGITS);
    return (Unknown){.row = row,
                     .state = VALUE_GAP,
                     .cause = loader->damaged,
                     .skeleton = dict_intern(dict, (Str){kept, text.len})};
}

void column_loader_distrust(ColumnLoader *loader, Dict *dict)
{
    Column *column = loader->column;
    int64_t rounded = loader->signs.long_rounded - loader->signs.rounded_valid;
    if (!loader->check_digit || rounded == 0 || loader->signs.rounded_valid == 0)
        return;
    const uint32_t *codes = column->values;
    VEC(Unknown) all = {0};
    size_t next = 0;
    for (int64_t row = 0; row < column->count; row++) {
        if (!column_is_known(column, row)) {
            vec_push(&all, column->unknown.items[next++]);
            continue;
        }
        Str text = dict_str(dict, codes[row]);
        if (leading_digits(text) < text.len || !looks_rounded(text) || text.len >= 64)
            continue;
        vec_push(&all, distrusted(loader, dict, row, text));
        loader->counts.valid--;
        loader->counts.damaged++;
    }
    ASSERT(next == column->unknown.count);
    for (size_t i = 0; i < all.count; i++)
        column->validity[all.items[i].row >> 6] &= ~((uint64_t)1 << (all.items[i].row & 63));
    vec_free(&column->unknown);
    column->unknown.items = all.items;
    column->unknown.count = all.count;
    column->unknown.cap = all.cap;
}

void column_loader_finish(ColumnLoader *loader)
{
    Column *column = loader->column;
    column->missing_count = loader->counts.missing;
    column->damaged_count = loader->counts.damaged;
    column->masked_count = loader->counts.masked;
    column->repaired_count = loader->counts.repaired;
}

// ---- Signs of silent losses ---------------------------------------------------------------------

static bool is_scientific(Str text)
{
    size_t at = 1;
    if (at < text.len && text.ptr[at] == '.')
        at++;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    if (at + 2 >= text.len || (text.ptr[at] | 0x20) != 'e' || text.ptr[at + 1] != '+')
        return false;
    for (at += 2; at < text.len; at++) {
        if (!is_digit(text.ptr[at]))
            return false;
    }
    return true;
}

// Notes a text that begins with a digit.
static void note_digits(TextSigns *signs, Str text)
{
    size_t at = leading_digits(text);
    if (at < text.len) {
        signs->scientific += is_scientific(text);
        return;
    }
    signs->digit_lengths[MIN_OF(at, ARRAY_LEN(signs->digit_lengths) - 1)]++;
    signs->leading_zero += text.ptr[0] == '0';
    if (at <= LONG_DIGITS)
        return;
    signs->long_numbers++;
    signs->long_rounded += looks_rounded(text);
    int64_t chance = 1000000;
    for (size_t digit = LONG_DIGITS; digit < at && chance > 0; digit++)
        chance /= 10;
    signs->rounded_chance += chance;
}

static inline void note_text(TextSigns *signs, Str text)
{
    if (text.len > 0 && is_digit(text.ptr[0]))
        note_digits(signs, text);
}

// ---- One cell, the long way ---------------------------------------------------------------------

static void set_fault(const PieceView *view, size_t row, Reason reason, uint32_t number)
{
    RowFault *fault = &view->faults[row];
    if (fault->reason == REASON_NONE)
        *fault = (RowFault){reason, number + 1};
}

static Value known_value(const ColumnLoader *loader, const CellValue *cell, Dict *dict)
{
    Value value = {.type = loader->decl->type};
    switch (type_phys(value.type)) {
    case PHYS_BOOL:
        value.boolean = cell->boolean;
        break;
    case PHYS_I64:
        value.i64 = cell->i64;
        break;
    case PHYS_I128:
        value.i128 = cell->i128;
        break;
    case PHYS_F64:
        value.f64 = cell->f64;
        break;
    case PHYS_PAIR:
        value.pair = cell->pair;
        break;
    case PHYS_CODE:
        value.code = dict_intern(dict, cell->text);
        break;
    }
    return value;
}

static Value gap_value(const ColumnLoader *loader, const CellValue *cell, Dict *dict)
{
    Value value = {.type = loader->decl->type, .state = VALUE_GAP, .cause = loader->missing};
    if (cell->state != CELL_DAMAGED && cell->state != CELL_MASKED)
        return value;
    value.cause = cell->state == CELL_DAMAGED ? loader->damaged : loader->masked;
    value.skeleton = cell->text.len > 0 ? dict_intern(dict, cell->text) : 0;
    return value;
}

static void count_state(ColumnLoader *loader, const CellValue *cell)
{
    ColumnReport *counts = &loader->counts;
    switch (cell->state) {
    case CELL_KNOWN:
        counts->valid += !cell->repaired;
        counts->repaired += cell->repaired;
        break;
    case CELL_MISSING:
        counts->missing++;
        break;
    case CELL_DAMAGED:
        counts->damaged++;
        break;
    case CELL_MASKED:
        counts->masked++;
        break;
    case CELL_REFUSED:
        counts->unparsed++;
        break;
    }
}

// Appends the cell of a row, whatever it is.
static void add_cell(ColumnLoader *loader, const PieceView *view, size_t row, CsvCell place)
{
    Str text = csv_cell_text(view->text, place, view->scratch);
    CellValue cell;
    if (!view->valid && !utf8_valid(text, NULL))
        cell = cell_refused(REASON_BAD_ENCODING);
    else
        cell = convert_cell(&loader->converter, text);
    Value value = cell.state == CELL_KNOWN ? known_value(loader, &cell, view->dict)
                                           : gap_value(loader, &cell, view->dict);
    column_append(loader->column, &value);
    // The cells of a record that is refused as a whole say nothing.
    if (view->batch->records.items[row].fault != REASON_NONE)
        return;
    count_state(loader, &cell);
    if (cell.state == CELL_REFUSED)
        set_fault(view, row, cell.fault, loader->number);
    else if (cell.state == CELL_MISSING && !loader->decl->nullable)
        set_fault(view, row, REASON_REQUIRED_MISSING, loader->number);
}

// ---- Plain forms --------------------------------------------------------------------------------

// [-]digits, at most 18.
static inline bool plain_integer(const char *p, size_t size, int64_t *out)
{
    bool negative = size > 1 && p[0] == '-';
    size_t at = negative;
    if (size - at - 1 >= FAST_DIGITS)
        return false;
    int64_t value = 0;
    for (; at < size; at++) {
        unsigned digit = (unsigned)(p[at] - '0');
        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    *out = negative ? -value : value;
    return true;
}

// YYYY-MM-DD with '-' or '/'.
static inline bool plain_date(const char *p, size_t size, int64_t *out)
{
    if (size != 10 || p[4] != p[7] || (p[4] != '-' && p[4] != '/'))
        return false;
    static const uint8_t places[] = {0, 1, 2, 3, 5, 6, 8, 9};
    int digits[8];
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        digits[i] = p[places[i]] - '0';
        if ((unsigned)digits[i] > 9)
            return false;
    }
    int32_t date;
    int year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
    if (!date_from_ymd(year, digits[4] * 10 + digits[5], digits[6] * 10 + digits[7], &date))
        return false;
    *out = date;
    return date != DATE_MAX;
}

// [-]digits[.digits] with at most `scale` places, 17 digits in all; the count at that scale.
static inline bool plain_exact(const char *p, size_t size, int scale, int64_t limit, int64_t *out)
{
    static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    bool negative = size > 1 && p[0] == '-';
    size_t at = negative;
    if (size - at - 1 >= 12 || scale > 6)
        return false;
    int64_t value = 0;
    while (at < size && (unsigned)(p[at] - '0') <= 9)
        value = value * 10 + (p[at++] - '0');
    int places = 0;
    if (at < size && at > negative && p[at] == '.' && at + 1 < size) {
        for (at++; at < size && (unsigned)(p[at] - '0') <= 9 && places < scale; places++)
            value = value * 10 + (p[at++] - '0');
    }
    if (at < size)
        return false;
    value *= powers[scale - places];
    *out = negative ? -value : value;
    return value < limit;
}

// The loops share one shape: plain forms are stored at once, the rest takes the long way.
typedef struct Fill {
    ColumnLoader *loader;
    const PieceView *view;
    int64_t base; // row of the column for the piece's first record
    int64_t low, high;
    int64_t plain; // cells stored the short way
} Fill;

static Fill fill_begin(ColumnLoader *loader, const PieceView *view)
{
    column_reserve(loader->column, (int64_t)view->batch->records.count);
    return (Fill){loader, view, loader->column->count, INT64_MAX, INT64_MIN, 0};
}

static inline void fill_slow(Fill *fill, size_t row, CsvCell place)
{
    fill->loader->column->count = fill->base + (int64_t)row;
    add_cell(fill->loader, fill->view, row, place);
}

static inline void fill_note(Fill *fill, int64_t value)
{
    fill->low = MIN_OF(fill->low, value);
    fill->high = MAX_OF(fill->high, value);
    fill->plain++;
}

static void fill_end(Fill *fill)
{
    Column *column = fill->loader->column;
    column->count = fill->base + (int64_t)fill->view->batch->records.count;
    fill->loader->counts.valid += fill->plain;
    if (fill->low > fill->high)
        return;
    column->min = column->has_range ? MIN_OF(column->min, (int128_t)fill->low) : fill->low;
    column->max = column->has_range ? MAX_OF(column->max, (int128_t)fill->high) : fill->high;
    column->has_range = true;
}

static inline CsvCell cell_at(const PieceView *view, size_t row, uint32_t slot)
{
    return view->batch->cells.items[row * view->slot_count + slot];
}

static void fill_integers(ColumnLoader *loader, const PieceView *view)
{
    Fill fill = fill_begin(loader, view);
    for (size_t row = 0; row < view->batch->records.count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        int64_t value;
        if (place.size == 0 || !plain_integer(view->text.ptr + place.start, place.size, &value)) {
            fill_slow(&fill, row, place);
            continue;
        }
        ((int64_t *)loader->column->values)[fill.base + (int64_t)row] = value;
        loader->signs.long_numbers += place.size > LONG_DIGITS;
        fill_note(&fill, value);
    }
    fill_end(&fill);
}

static void fill_dates(ColumnLoader *loader, const PieceView *view)
{
    Fill fill = fill_begin(loader, view);
    for (size_t row = 0; row < view->batch->records.count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        int64_t value;
        if (!plain_date(view->text.ptr + place.start, place.size, &value)) {
            fill_slow(&fill, row, place);
            continue;
        }
        ((int64_t *)loader->column->values)[fill.base + (int64_t)row] = value;
        fill_note(&fill, value);
    }
    fill_end(&fill);
}

static void fill_exact(ColumnLoader *loader, const PieceView *view)
{
    Fill fill = fill_begin(loader, view);
    bool plain_unit = loader->converter.bare_num == loader->converter.bare_den;
    int scale = loader->decl->type.scale;
    for (size_t row = 0; row < view->batch->records.count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        int64_t value;
        bool plain =
            plain_unit && loader->column->narrow && place.size > 0 &&
            plain_exact(view->text.ptr + place.start, place.size, scale, loader->limit, &value);
        if (!plain) {
            fill_slow(&fill, row, place);
            continue;
        }
        ((int64_t *)loader->column->values)[fill.base + (int64_t)row] = value;
        fill_note(&fill, value);
    }
    fill_end(&fill);
}

// Can the text be blank, by its first byte?
static bool may_be_blank(Str text)
{
    unsigned char first = text.len > 0 ? (unsigned char)text.ptr[0] : ' ';
    return first <= ' ' || first >= 0xC2;
}

#define TEXT_GROUP 64
#define IDENTITY_SIZE_MAX 256 // longer cells take the long way

// Texts that wait to be interned together. Those that had to be changed lie in `bytes`.
typedef struct TextGroup {
    Str texts[TEXT_GROUP];
    int64_t rows[TEXT_GROUP];
    size_t count;
    char bytes[TEXT_GROUP * 32]; // more than a normalised identity takes
    size_t used;
} TextGroup;

static void group_flush(TextGroup *group, Column *column, Dict *dict)
{
    uint32_t codes[TEXT_GROUP];
    dict_intern_many(dict, group->texts, group->count, codes);
    for (size_t i = 0; i < group->count; i++)
        ((uint32_t *)column->values)[group->rows[i]] = codes[i];
    group->count = 0;
    group->used = 0;
}

// Adds a text for a row; `kept` says that its bytes outlive the group, else there must be room for them.
static void group_add(TextGroup *group, Str text, int64_t row, bool kept)
{
    ASSERT(group->count < TEXT_GROUP);
    ASSERT(kept || text.len <= sizeof group->bytes - group->used);
    if (!kept && text.len > 0) {
        memcpy(group->bytes + group->used, text.ptr, text.len);
        text.ptr = group->bytes + group->used;
        group->used += text.len;
    }
    group->texts[group->count] = text;
    group->rows[group->count++] = row;
}

// The plain text of a cell: what stands in the column if the cell is known. False: take the long way.
static bool plain_text(ColumnLoader *loader, Str cell, Str *text, bool *kept)
{
    *text = cell;
    *kept = true;
    if (cell.len == 0 || (may_be_blank(cell) && convert_is_blank(cell)))
        return false;
    if (loader->decl->type.kind == TYPE_TEXT) {
        loader->counts.valid++;
        return true;
    }
    if (cell.len > IDENTITY_SIZE_MAX)
        return false;
    CellValue value = convert_cell(&loader->converter, cell);
    if (value.state != CELL_KNOWN)
        return false;
    *kept = str_equal(value.text, cell);
    if (!*kept)
        *text = value.text;
    loader->counts.valid += !value.repaired;
    loader->counts.repaired += value.repaired;
    return true;
}

// Texts and identities.
static void fill_texts(ColumnLoader *loader, const PieceView *view)
{
    Fill fill = fill_begin(loader, view);
    TextGroup group;
    group.count = group.used = 0;
    for (size_t row = 0; row < view->batch->records.count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        Str cell = {view->text.ptr + place.start, place.size};
        Str text;
        bool kept;
        int64_t rounded = loader->signs.long_rounded;
        note_text(&loader->signs, cell);
        rounded = loader->signs.long_rounded - rounded;
        if (place.escaped || !view->valid || !plain_text(loader, cell, &text, &kept)) {
            fill_slow(&fill, row, place);
            continue;
        }
        if (loader->check_digit)
            loader->signs.rounded_valid += rounded;
        if (group.count == TEXT_GROUP || (!kept && text.len > sizeof group.bytes - group.used))
            group_flush(&group, loader->column, view->dict);
        group_add(&group, text, fill.base + (int64_t)row, kept);
    }
    group_flush(&group, loader->column, view->dict);
    fill_end(&fill);
}

static void fill_any(ColumnLoader *loader, const PieceView *view)
{
    column_reserve(loader->column, (int64_t)view->batch->records.count);
    for (size_t row = 0; row < view->batch->records.count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        add_cell(loader, view, row, place);
    }
}

void column_loader_add(ColumnLoader *loader, const PieceView *view)
{
    switch (loader->decl->type.kind) {
    case TYPE_INTEGER:
        fill_integers(loader, view);
        break;
    case TYPE_DATE:
        fill_dates(loader, view);
        break;
    case TYPE_DECIMAL:
    case TYPE_MONEY:
    case TYPE_PRICE:
    case TYPE_QUANTITY:
    case TYPE_RATIO:
        fill_exact(loader, view);
        break;
    case TYPE_TEXT:
    case TYPE_IDENTITY:
        fill_texts(loader, view);
        break;
    default:
        fill_any(loader, view);
        break;
    }
    ASSERT(loader->column->count >= (int64_t)view->batch->records.count);
}
