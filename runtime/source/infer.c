// SPDX-License-Identifier: Apache-2.0
//
// infer.c: what a file could be: layout, names, types, a key.
//
// The layout is told by the first records: the separator under which most of them have equally many cells, and the first
// line with as many names. Then the file is loaded as a table of texts by the loader itself, so that all its warnings are
// there, and each column's distinct texts are tried with the converters that loading uses: what is proposed loads.

#include "runtime/source/load_int.h"

#define LAYOUT_BYTES (1u << 18) // looked at for the layout
#define LAYOUT_RECORDS 20
#define NAMES_MAX 4096 // columns of a file that are looked at

// ---------------------------------------------------------------- layout

typedef struct Layout {
    char separator;
    int64_t header_line;
    uint32_t count; // cells of most records
    int64_t score;
    bool looks_like_data;
    VEC(Str) names;
} Layout;

static uint32_t filled_cells(Str text, const CsvBatch *batch, const CsvRecord *record)
{
    uint32_t filled = 0;
    StrBuf scratch = {0};
    for (uint32_t i = 0; i < record->cell_count; i++)
        filled += !convert_is_blank(
            csv_cell_text(text, batch->cells.items[record->first_cell + i], &scratch));
    strbuf_deinit(&scratch);
    return filled;
}

// The number of cells that most records have; ties: the greater one.
static uint32_t usual_count(const CsvBatch *batch, int64_t *records)
{
    uint32_t usual = 0;
    *records = 0;
    for (size_t i = 0; i < batch->records.count; i++) {
        uint32_t count = batch->records.items[i].cell_count;
        int64_t same = 0;
        for (size_t j = 0; j < batch->records.count; j++)
            same += batch->records.items[j].cell_count == count;
        if (same > *records || (same == *records && count > usual)) {
            usual = count;
            *records = same;
        }
    }
    return usual;
}

// Does a header cell look like a value: a number or a date?
static bool is_value(Str cell)
{
    bool digits = false, others = false;
    for (size_t i = 0; i < cell.len; i++) {
        unsigned char c = (unsigned char)cell.ptr[i];
        digits |= c >= '0' && c <= '9';
        others |= !(c >= '0' && c <= '9') && strchr("-/.: ,", c) == NULL;
    }
    return digits && !others;
}

static void take_header(Str text, const CsvBatch *batch, Arena *arena, Layout *out)
{
    const CsvRecord *header = NULL;
    for (size_t i = 0; i < batch->records.count && header == NULL; i++) {
        const CsvRecord *record = &batch->records.items[i];
        bool wide = record->cell_count + 1 >= out->count;
        if (wide && 5 * filled_cells(text, batch, record) >= 3 * out->count)
            header = record;
    }
    if (header == NULL)
        return;
    StrBuf scratch = {0};
    uint32_t values = 0;
    out->header_line = header->line;
    for (uint32_t i = 0; i < MIN_OF(header->cell_count, (uint32_t)NAMES_MAX); i++) {
        Str cell =
            str_trim(csv_cell_text(text, batch->cells.items[header->first_cell + i], &scratch));
        values += is_value(cell);
        vec_push(&out->names, arena_str(arena, cell));
    }
    out->looks_like_data = 2 * values > out->names.count;
    strbuf_deinit(&scratch);
}

// Tries one separator; takes it where it explains more than the best so far.
static void try_separator(Str text, bool last, char separator, Arena *arena, Layout *best)
{
    CsvScanner scanner = {.separator = separator};
    CsvBatch batch = {0};
    int64_t records;
    (void)csv_scan(&scanner, text, last, LAYOUT_RECORDS, &batch);
    uint32_t count = usual_count(&batch, &records);
    int64_t score = records * (int64_t)(count - (count > 0));
    if (best->header_line == 0 || score > best->score) {
        vec_free(&best->names);
        *best = (Layout){.separator = separator, .count = count, .score = score};
        take_header(text, &batch, arena, best);
    }
    csv_batch_deinit(&batch);
}

static Status find_layout(Str path, Arena *arena, Layout *out, Error *error)
{
    static const char separators[] = {',', '\t', '|', ';'};
    Reader *reader = NULL;
    StrBuf text = {0};
    bool last = false;
    TRY(reader_open(path, ENCODING_UNKNOWN, feed_piece_size(), &reader, error));
    Status status = STATUS_OK;
    while (status == STATUS_OK && !last && text.len < LAYOUT_BYTES)
        status = reader_next(reader, &text, &last, error);
    reader_close(reader);
    strbuf_reserve(&text, CSV_PADDING);
    memset(text.ptr + text.len, 0, CSV_PADDING);
    for (size_t i = 0; status == STATUS_OK && i < ARRAY_LEN(separators); i++)
        try_separator(strbuf_str(&text), last, separators[i], arena, out);
    bool empty = text.len == 0;
    strbuf_deinit(&text);
    if (status == STATUS_OK && empty)
        return error_set(
            error, STATUS_DATA, "文件 " STR_FMT " 是空的，看不出有哪些列。请核对是否导出完整",
            "file " STR_FMT " is empty: no column can be seen. Check whether the export is "
            "complete",
            STR_ARG(path));
    if (status == STATUS_OK && out->header_line == 0)
        return error_set(error, STATUS_DATA, "文件 " STR_FMT " 中找不到表头",
                         "file " STR_FMT " has no header line", STR_ARG(path));
    return status;
}

// ---------------------------------------------------------------- trying types

// The distinct texts of a column and how often each is there.
typedef struct Cells {
    VEC(Str) texts;
    VEC(int64_t) times;
    int64_t total, missing;
} Cells;

static void collect(const Rowset *rows, const Column *column, const Dict *dict, Cells *out)
{
    MapI64 places = {0};
    for (int64_t row = 0; row < rows->row_count; row++) {
        if (rowset_class(rows, row) == CLASS_SHADOW)
            continue;
        Value value = column_get(column, row);
        Str text = value.state == VALUE_KNOWN ? dict_str(dict, value.code) : STR("");
        if (convert_is_blank(text)) {
            out->missing++;
            continue;
        }
        bool is_new;
        uint64_t *place = map_i64_at(&places, (int64_t)value.code, &is_new);
        if (is_new) {
            *place = out->texts.count;
            vec_push(&out->texts, text);
            vec_push(&out->times, 0);
        }
        out->times.items[*place]++;
        out->total++;
    }
    map_i64_deinit(&places);
}

typedef struct Trial {
    int64_t known, repaired, missing, damaged, masked, refused;
    Str refused_like;
} Trial;

// Reads all texts as one type.
static Trial try_type(const Cells *cells, Type type, const IdentityCard *(*find)(Str key))
{
    ColumnDecl decl = {
        .name = STR("-"), .type = type, .nullable = true, .bare_num = 1, .bare_den = 1};
    Converter converter;
    Trial trial = {0};
    if (converter_init(&converter, &decl, find, NULL) != STATUS_OK)
        return (Trial){.refused = cells->total};
    for (size_t i = 0; i < cells->texts.count; i++) {
        CellValue value = convert_cell(&converter, cells->texts.items[i]);
        int64_t times = cells->times.items[i];
        trial.known += value.state == CELL_KNOWN ? times : 0;
        trial.repaired += value.state == CELL_KNOWN && value.repaired ? times : 0;
        trial.missing += value.state == CELL_MISSING ? times : 0;
        trial.damaged += value.state == CELL_DAMAGED ? times : 0;
        trial.masked += value.state == CELL_MASKED ? times : 0;
        if (value.state == CELL_REFUSED && trial.refused == 0)
            trial.refused_like = cells->texts.items[i];
        trial.refused += value.state == CELL_REFUSED ? times : 0;
    }
    converter_deinit(&converter);
    return trial;
}

// The texts whose length in characters is one of two, as a share of a hundred.
static int64_t share_of_length(const Cells *cells, int64_t a, int64_t b)
{
    int64_t count = 0;
    for (size_t i = 0; i < cells->texts.count; i++) {
        int64_t length = utf8_count(str_trim(cells->texts.items[i]));
        count += length == a || length == b ? cells->times.items[i] : 0;
    }
    return cells->total == 0 ? 0 : count * 100 / cells->total;
}

static bool has_hint(Str name, const char *const *hints)
{
    for (size_t i = 0; hints[i] != NULL; i++)
        if (str_find(name, str_from_cstr(hints[i]), 0) != STR_NONE)
            return true;
    return false;
}

static int64_t share(int64_t part, const Cells *cells)
{
    return cells->total == 0 ? 0 : part * 100 / cells->total;
}

// ---------------------------------------------------------------- identity types

typedef struct IdentityRule {
    const char *key;
    int64_t length_a, length_b; // 0: any
    int64_t least; // share of valid values wanted without a hint; over 100: a hint is needed
    const char *hints[6];
} IdentityRule;

// With a hint in the name half of the values are enough: columns of ids are what is most often damaged.
static const IdentityRule IDENTITY_RULES[] = {
    {"person_id", 18, 15, 60, {"身份", "证件号", "公民号", "person_id", NULL}},
    {"credit_code", 18, 18, 60, {"信用代码", "credit_code", NULL}},
    {"case_number", 0, 0, 90, {"案号", NULL}},
    {"plate", 0, 0, 95, {"车牌", "号牌", NULL}},
    {"vin", 17, 17, 90, {"车架号", "识别代号", "VIN", "vin", NULL}},
    {"drug_approval", 0, 0, 101, {"批准文号", NULL}},
    {"food_licence", 0, 0, 101, {"许可证", NULL}},
    {"phone", 11, 12, 101, {"电话", "手机", "phone", "mobile", NULL}},
    {"account", 0, 0, 101, {"账号", "账户", "帐号", "卡号", "account", NULL}},
};

// The identity that fits best; NULL: none does.
static const IdentityCard *find_identity(const Cells *cells, Str name,
                                         const IdentityCard *const *cards, uint32_t card_count,
                                         const IdentityCard *(*find)(Str key), Nominal *nominal,
                                         Trial *out)
{
    const IdentityCard *best = NULL;
    for (size_t r = 0; r < ARRAY_LEN(IDENTITY_RULES); r++) {
        const IdentityRule *rule = &IDENTITY_RULES[r];
        const IdentityCard *card = NULL;
        for (uint32_t i = 0; i < card_count; i++)
            if (strcmp(cards[i]->key, rule->key) == 0)
                card = cards[i];
        bool hint = has_hint(name, rule->hints);
        bool long_enough =
            rule->length_a == 0 || share_of_length(cells, rule->length_a, rule->length_b) >= 60;
        if (card == NULL || !long_enough || (!hint && rule->least > 100))
            continue;
        *nominal = (Nominal){.kind = NOMINAL_IDENTITY, .identity = card->key};
        Type type = {.kind = TYPE_IDENTITY, .nominal = nominal};
        Trial trial = try_type(cells, type, find);
        bool enough = share(trial.known, cells) >= (hint ? 50 : rule->least) ||
                      (hint && share(trial.known + trial.masked, cells) >= 90);
        if (enough && (best == NULL || trial.known > out->known)) {
            best = card;
            *out = trial;
        }
    }
    return best;
}

// ---------------------------------------------------------------- other types

static bool fits(const Trial *trial, const Cells *cells, int64_t least)
{
    return trial->known > 0 && share(trial->known + trial->missing, cells) >= least;
}

// The smallest number of decimal places under which as many values are read as under the greatest.
static Type decimal_type(const Cells *cells, TypeKind kind, Trial *out)
{
    Type type = type_exact(kind, kind == TYPE_RATIO ? 9 : 6);
    *out = try_type(cells, type, NULL);
    for (uint8_t scale = 0; kind == TYPE_DECIMAL && scale < 6; scale++) {
        Trial trial = try_type(cells, type_exact(kind, scale), NULL);
        if (trial.known != out->known)
            continue;
        type.scale = scale;
        *out = trial;
        break;
    }
    return type;
}

static bool all_digits(const Cells *cells)
{
    for (size_t i = 0; i < cells->texts.count; i++)
        for (size_t k = 0; k < cells->texts.items[i].len; k++)
            if (cells->texts.items[i].ptr[k] < '0' || cells->texts.items[i].ptr[k] > '9')
                return false;
    return true;
}

static bool any_leading_zero(const Cells *cells)
{
    for (size_t i = 0; i < cells->texts.count; i++) {
        Str text = str_trim(cells->texts.items[i]);
        if (text.len > 1 && text.ptr[0] == '0' && text.ptr[1] >= '0' && text.ptr[1] <= '9')
            return true;
    }
    return false;
}

static bool any_contains(const Cells *cells, const char *word)
{
    for (size_t i = 0; i < cells->texts.count; i++)
        if (str_find(cells->texts.items[i], str_from_cstr(word), 0) != STR_NONE)
            return true;
    return false;
}

// Dates, months and times. Digits alone are a date only where the name says so.
static bool find_time(const Cells *cells, Str name, Type *type, Trial *out)
{
    static const char *const HINTS[] = {"日", "时间", "月", "date", "time", "期", NULL};
    static const TypeKind KINDS[] = {TYPE_DATE, TYPE_DATETIME, TYPE_MONTH};
    bool hint = has_hint(name, HINTS);
    if (!hint && all_digits(cells))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
        *type = type_of(KINDS[i]);
        *out = try_type(cells, *type, NULL);
        if (fits(out, cells, hint ? 90 : 95))
            return true;
    }
    return false;
}

static bool find_number(const Cells *cells, Str name, Type *type, Trial *out)
{
    static const char *const CODES[] = {"号", "码", "编", "证", "id", "ID", "code", "no", NULL};
    static const char *const MONEY[] = {"金额",   "额", "款",   "价", "费",
                                        "amount", "薪", "工资", NULL};
    bool code = has_hint(name, CODES), money = has_hint(name, MONEY) || any_contains(cells, "元");
    if (code || (any_leading_zero(cells) && !money))
        return false;
    if (any_contains(cells, "%")) {
        *type = decimal_type(cells, TYPE_RATIO, out);
        if (fits(out, cells, 95))
            return true;
    }
    if (money) {
        *type = decimal_type(cells, TYPE_MONEY, out);
        if (fits(out, cells, 90))
            return true;
    }
    *type = type_of(TYPE_INTEGER);
    *out = try_type(cells, *type, NULL);
    if (fits(out, cells, 95))
        return true;
    *type = decimal_type(cells, TYPE_DECIMAL, out);
    return fits(out, cells, 95);
}

static bool find_boolean(const Cells *cells, Type *type, Trial *out)
{
    *type = type_of(TYPE_BOOLEAN);
    *out = try_type(cells, *type, NULL);
    return cells->texts.count <= 4 && fits(out, cells, 100) && !all_digits(cells);
}

// ---------------------------------------------------------------- one column

typedef struct Inference {
    const IdentityCard *const *cards;
    uint32_t card_count;
    const IdentityCard *(*find)(Str key);
    Arena *arena;
} Inference;

static void infer_column(const Inference *inference, const Cells *cells, InferredColumn *out)
{
    Nominal nominal;
    Trial trial = {0};
    out->type = type_of(TYPE_TEXT);
    out->missing = cells->missing;
    out->distinct = (int64_t)cells->texts.count;
    if (cells->total == 0)
        return;
    out->identity = find_identity(cells, out->name, inference->cards, inference->card_count,
                                  inference->find, &nominal, &trial);
    if (out->identity != NULL) {
        out->type = type_of(TYPE_IDENTITY);
    } else if (!find_time(cells, out->name, &out->type, &trial) &&
               !find_number(cells, out->name, &out->type, &trial) &&
               !find_boolean(cells, &out->type, &trial)) {
        out->type = type_of(TYPE_TEXT);
        return;
    }
    out->missing += trial.missing;
    out->repaired = trial.repaired;
    out->damaged = trial.damaged;
    out->masked = trial.masked;
    out->refused = trial.refused;
    out->in_wan = out->type.kind == TYPE_MONEY && str_find(out->name, STR("万元"), 0) != STR_NONE;
    if (trial.refused > 0)
        out->refused_like = report_mask(inference->arena, trial.refused_like);
}

static void name_columns(const Layout *layout, InferredTable *out)
{
    Map taken = {0};
    StrBuf folded = {0};
    out->column_count = (uint32_t)layout->names.count;
    out->columns = ARENA_ARRAY(out->arena, InferredColumn, out->column_count + 1);
    for (uint32_t i = 0; i < out->column_count; i++) {
        InferredColumn *column = &out->columns[i];
        column->name = layout->names.items[i];
        column->type = type_of(TYPE_TEXT);
        strbuf_clear(&folded);
        header_fold(column->name, &folded);
        bool is_new = false;
        uint64_t *first = folded.len == 0 ? NULL : map_at(&taken, strbuf_str(&folded), &is_new);
        column->nameless = !is_new;
        if (is_new)
            *first = i;
    }
    // Of two columns with one name neither can be declared: which one is meant could not be told.
    for (uint32_t i = 0; i < out->column_count; i++) {
        strbuf_clear(&folded);
        header_fold(out->columns[i].name, &folded);
        uint64_t first;
        if (out->columns[i].nameless && map_get(&taken, strbuf_str(&folded), &first))
            out->columns[first].nameless = true;
    }
    map_deinit(&taken);
    strbuf_deinit(&folded);
}

static bool is_amount(const InferredColumn *column)
{
    return column->type.kind == TYPE_MONEY || column->type.kind == TYPE_DECIMAL;
}

static bool may_be_key(const InferredColumn *column)
{
    TypeKind kind = column->type.kind;
    return !column->nameless &&
           column->missing + column->refused + column->damaged + column->masked == 0 &&
           (kind == TYPE_TEXT || kind == TYPE_INTEGER || kind == TYPE_IDENTITY);
}

// ---------------------------------------------------------------- the table

static Status load_texts(Str path, const Layout *layout, const LoadOptions *options, Dict *dict,
                         CauseTable *causes, const InferredTable *table, Rowset **rows,
                         LoadReport *report, Error *error)
{
    char separator[2] = {layout->separator, 0};
    SourceDecl source = {.format = STR("csv"),
                         .path = path,
                         .header_line = layout->header_line,
                         .separator = layout->separator == '\t' ? STR("tab") : (Str){separator, 1}};
    ColumnDecl *columns = ARENA_ARRAY(table->arena, ColumnDecl, table->column_count + 1);
    for (uint32_t i = 0; i < table->column_count; i++)
        columns[i] = (ColumnDecl){.name = table->columns[i].name,
                                  .type = type_of(TYPE_TEXT),
                                  .nullable = true,
                                  .bare_num = 1,
                                  .bare_den = 1,
                                  .needed = !table->columns[i].nameless};
    TableDecl decl = {.name = path,
                      .columns = columns,
                      .column_count = table->column_count,
                      .sources = &source,
                      .source_count = 1,
                      .needed = true};
    LoadOptions plain = *options;
    plain.bind_count = 0;
    plain.data_folder = STR("");
    return load_table(&decl, &plain, dict, causes, rows, report, error);
}

static Status infer_columns(const Inference *inference, const LoadOptions *options,
                            const Rowset *rows, const Dict *dict, InferredTable *out, Error *error)
{
    out->key = -1;
    for (uint32_t i = 0; i < out->column_count; i++) {
        InferredColumn *column = &out->columns[i];
        if (options->progress != NULL &&
            !options->progress(options->progress_closure, out->path, 1, 1, rows->row_count))
            return error_set(error, STATUS_CANCELLED, "读数据文件 " STR_FMT " 时被中断",
                             "reading " STR_FMT " was interrupted", STR_ARG(out->path));
        Cells cells = {0};
        if (!column->nameless) {
            collect(rows, &rows->columns[i], dict, &cells);
            infer_column(inference, &cells, column);
            bool unique = cells.total > 1 && column->distinct == cells.total;
            if (out->key < 0 && unique && may_be_key(column))
                out->key = (int32_t)i;
        }
        vec_free(&cells.texts);
        vec_free(&cells.times);
    }
    return STATUS_OK;
}

Status infer_table(Str path, const IdentityCard *const *cards, uint32_t card_count,
                   const LoadOptions *options, InferredTable *out, Error *error)
{
    *out = (InferredTable){.arena = arena_create(NULL, 0), .key = -1};
    out->path = arena_str(out->arena, path);
    Layout layout = {0};
    Dict *dict = dict_create();
    CauseTable *causes = cause_table_create();
    Rowset *rows = NULL;
    LoadReport report = {0};
    Status status = find_layout(out->path, out->arena, &layout, error);
    if (status == STATUS_OK) {
        name_columns(&layout, out);
        status = load_texts(out->path, &layout, options, dict, causes, out, &rows, &report, error);
    }
    if (status == STATUS_OK) {
        Inference inference = {cards, card_count, options->identity, out->arena};
        status = infer_columns(&inference, options, rows, dict, out, error);
        out->encoding = arena_str(out->arena, report.files.items[0].encoding);
        out->encoding_detected = report.files.items[0].encoding_detected;
        out->separator = layout.separator;
        out->header_line = layout.header_line;
        out->header_looks_like_data = layout.looks_like_data;
        out->rows = report.records;
        out->broken_rows = report.quarantined_count;
        for (size_t i = 0; i < report.warnings.count; i++) {
            LoadWarning warning = report.warnings.items[i];
            if (warning.of_codes && is_amount(&out->columns[warning.column]))
                continue;
            warning.zh = arena_str(out->arena, warning.zh);
            warning.en = arena_str(out->arena, warning.en);
            vec_push(&out->warnings, warning);
        }
        load_report_deinit(&report);
    }
    rowset_destroy(rows);
    cause_table_destroy(causes);
    dict_destroy(dict);
    vec_free(&layout.names);
    if (status != STATUS_OK)
        infer_table_deinit(out);
    return status;
}

void infer_table_deinit(InferredTable *table)
{
    vec_free(&table->warnings);
    arena_destroy(table->arena);
    *table = (InferredTable){0};
}
