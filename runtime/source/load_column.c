// SPDX-License-Identifier: Apache-2.0
//
// load_column.c: the cells of one column in a piece become values of a stored column.
//
// Most cells of real files have one plain form per type: those are read by the loops here, which write
// straight into the column. All others, and all cells that are missing or refused, go through
// convert_cell; that is the meaning, the loops are only faster.
#include "runtime/source/load_int.h"
#include "runtime/source/plain_int.h"
#include "runtime/source/recent_int.h"

#include "runtime/base/time.h"
#include "runtime/base/wide.h"

#define LONG_DIGITS 15 // a spreadsheet keeps so many digits of a number
#define FAST_DIGITS PLAIN_DIGITS_MAX

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
    if (decl->type.kind == TYPE_TEXT)
        loader->recent = base_alloc_zeroed(1, sizeof *loader->recent);
    loader->counts.name = decl->name;
    int digits = decl->type.kind == TYPE_DECIMAL && decl->type.precision > 0 ? decl->type.precision
                                                                             : FAST_DIGITS;
    loader->limit = (int64_t)wide_pow10(MIN_OF(digits, FAST_DIGITS));
    return STATUS_OK;
}

void column_loader_deinit(ColumnLoader *loader)
{
    free(loader->recent);
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

// The loops share one shape: plain forms are stored at once, the rest takes the long way.
typedef struct Fill {
    ColumnLoader *loader;
    const PieceView *view;
    int64_t base; // row of the column for the piece's first record
    int64_t low, high;
    size_t slow; // cells that took the long way
} Fill;

static Fill fill_begin(ColumnLoader *loader, const PieceView *view)
{
    column_reserve(loader->column, (int64_t)view->batch->records.count);
    return (Fill){.loader = loader,
                  .view = view,
                  .base = loader->column->count,
                  .low = INT64_MAX,
                  .high = INT64_MIN};
}

static void fill_slow(Fill *fill, size_t row, CsvCell place)
{
    fill->loader->column->count = fill->base + (int64_t)row;
    add_cell(fill->loader, fill->view, row, place);
    fill->slow++;
}

static void fill_end(Fill *fill)
{
    Column *column = fill->loader->column;
    column->count = fill->base + (int64_t)fill->view->batch->records.count;
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

static void fill_any(ColumnLoader *loader, const PieceView *view)
{
    column_reserve(loader->column, (int64_t)view->batch->records.count);
    for (size_t row = 0; row < view->batch->records.count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        add_cell(loader, view, row, place);
    }
}

// A plain form: reads the characters of a cell that is stored as a number of 64 bits.
typedef bool PlainForm(ColumnLoader *loader, const char *p, size_t size, int64_t *out);

static inline bool form_integer(ColumnLoader *loader, const char *p, size_t size, int64_t *out)
{
    bool plain = plain_integer(p, size, out);
    if (UNLIKELY(size > LONG_DIGITS))
        loader->signs.long_numbers += plain;
    return plain;
}

static inline bool form_date(ColumnLoader *loader, const char *p, size_t size, int64_t *out)
{
    (void)loader;
    return plain_date(p, size, out);
}

static inline bool form_exact(ColumnLoader *loader, const char *p, size_t size, int64_t *out)
{
    return plain_exact(p, size, loader->decl->type.scale, loader->limit, out);
}

// The loop for all of them; with `form` known it becomes three. A cell that takes the long way may widen the column,
// which then has no plain form any more.
static inline void fill_numbers(ColumnLoader *loader, const PieceView *view, PlainForm *form)
{
    Fill fill = fill_begin(loader, view);
    const Column *column = loader->column;
    const CsvCell *cells = view->batch->cells.items + loader->slot;
    const size_t count = view->batch->records.count, stride = view->slot_count;
    const char *text = view->text.ptr;
    int64_t *to = (int64_t *)column->values + fill.base;
    int64_t low = INT64_MAX, high = INT64_MIN;
    bool plain = column->phys == PHYS_I64 || column->narrow;
    for (size_t row = 0; row < count; row++) {
        CsvCell place = cells[row * stride];
        int64_t value;
        if (LIKELY(plain && form(loader, text + place.start, place.size, &value))) {
            to[row] = value;
            low = MIN_OF(low, value);
            high = MAX_OF(high, value);
            continue;
        }
        fill_slow(&fill, row, place);
        plain = column->phys == PHYS_I64 || column->narrow;
        to = (int64_t *)column->values + fill.base;
    }
    fill.low = low;
    fill.high = high;
    loader->counts.valid += (int64_t)(count - fill.slow);
    fill_end(&fill);
}

static void fill_exact(ColumnLoader *loader, const PieceView *view)
{
    if (loader->converter.bare_num == loader->converter.bare_den)
        fill_numbers(loader, view, form_exact);
    else
        fill_any(loader, view);
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
    ColumnLoader *loader;
    Dict *dict;
    Str texts[TEXT_GROUP];
    int64_t rows[TEXT_GROUP];
    RecentText *recent[TEXT_GROUP]; // where to note it, or NULL
    size_t count;
    char bytes[TEXT_GROUP * 32]; // more than a normalised identity takes
    size_t used;
} TextGroup;

static void group_flush(TextGroup *group)
{
    uint32_t codes[TEXT_GROUP];
    uint32_t *to = group->loader->column->values;
    dict_intern_many(group->dict, group->texts, group->count, codes);
    for (size_t i = 0; i < group->count; i++) {
        to[group->rows[i]] = codes[i];
        if (group->recent[i] == NULL)
            continue;
        *group->recent[i] = recent_key(group->texts[i].ptr, group->texts[i].len);
        group->recent[i]->code = codes[i];
    }
    group->count = 0;
    group->used = 0;
}

// Adds a text for a row; `kept` says that its bytes outlive the group.
static void group_add(TextGroup *group, Str text, int64_t row, bool kept, RecentText *recent)
{
    if (group->count == TEXT_GROUP || (!kept && text.len > sizeof group->bytes - group->used))
        group_flush(group);
    if (!kept && text.len > 0) {
        memcpy(group->bytes + group->used, text.ptr, text.len);
        text.ptr = group->bytes + group->used;
        group->used += text.len;
    }
    group->texts[group->count] = text;
    group->recent[group->count] = recent;
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

// Reads the cells that may be plain, one by one.
static void fill_words(Fill *fill, TextGroup *group, size_t row, CsvCell place, RecentText *recent)
{
    ColumnLoader *loader = fill->loader;
    Str cell = {fill->view->text.ptr + place.start, place.size};
    Str text;
    bool kept;
    int64_t rounded = loader->signs.long_rounded;
    note_text(&loader->signs, cell);
    rounded = loader->signs.long_rounded - rounded;
    if (place.escaped || !fill->view->valid || !plain_text(loader, cell, &text, &kept)) {
        fill_slow(fill, row, place);
        return;
    }
    if (loader->check_digit)
        loader->signs.rounded_valid += rounded;
    group_add(group, text, fill->base + (int64_t)row, kept, recent);
}

// Whether this piece is to be asked for repeated texts.
static bool asks_recent(RecentTexts *recent, const PieceView *view)
{
    if (recent == NULL || !view->valid || recent->rest == 0)
        return recent != NULL && view->valid;
    recent->rest--;
    return false;
}

// Texts and identities.
static void fill_texts(ColumnLoader *loader, const PieceView *view)
{
    Fill fill = fill_begin(loader, view);
    TextGroup group;
    group.loader = loader;
    group.dict = view->dict;
    group.count = group.used = 0;
    RecentTexts *recent = loader->recent;
    bool asking = asks_recent(recent, view);
    uint32_t *to = (uint32_t *)loader->column->values + fill.base;
    const size_t count = view->batch->records.count;
    size_t known = 0;
    for (size_t row = 0; row < count; row++) {
        CsvCell place = cell_at(view, row, loader->slot);
        RecentText *slot = NULL;
        if (asking && place.size - 1u < RECENT_SIZE_MAX && !place.escaped) {
            RecentText key = recent_key(view->text.ptr + place.start, place.size);
            slot = &recent->slots[recent_slot(&key)];
            if (recent_is(slot, &key)) {
                to[row] = slot->code;
                note_text(&loader->signs, (Str){view->text.ptr + place.start, place.size});
                known++;
                continue;
            }
        }
        fill_words(&fill, &group, row, place, slot);
    }
    group_flush(&group);
    loader->counts.valid += (int64_t)known;
    if (asking && known < count / 4)
        recent->rest = RECENT_REST;
    fill_end(&fill);
}

void column_loader_add(ColumnLoader *loader, const PieceView *view)
{
    if (view->batch->records.count == 0)
        return;
    switch (loader->decl->type.kind) {
    case TYPE_INTEGER:
        fill_numbers(loader, view, form_integer);
        break;
    case TYPE_DATE:
        fill_numbers(loader, view, form_date);
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
