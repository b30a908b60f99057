// SPDX-License-Identifier: Apache-2.0
//
// header.c: the header line of a file: where it is, what parts its cells, which cell is which column.
//
// A cell is a column if it is the column's name or one of its `also` spellings, compared in normal form
// KC without blanks, so （元） is (元). Names come first over all columns; a cell that is one
// column's name is never taken for another one's `also`. The separator is the one under which most
// columns are found; equally good ones are told apart by how often they occur.
#include "runtime/source/load_int.h"

#include "runtime/base/map.h"
#include "runtime/base/unicode.h"

#define NEAR_CELLS_MAX 2000 // header cells compared for a near name
#define TITLE_LINES_MAX 10  // lines below the first in which a header is looked for, for a message
#define SHOWN_CELLS_MAX 8   // header cells shown in a message

void header_fold(Str cell, StrBuf *out)
{
    StrBuf normal = {0};
    if (!unicode_nfkc(cell, &normal)) {
        strbuf_add(out, cell);
    } else {
        Str text = strbuf_str(&normal);
        for (size_t at = 0; at < text.len;) {
            int32_t point = utf8_decode(text, &at);
            bool blank = point == ' ' || (point >= '\t' && point <= '\r') || point == 0x200B ||
                         point == 0xFEFF || unicode_is_space(point);
            if (!blank)
                strbuf_add_code_point(out, point);
        }
    }
    strbuf_deinit(&normal);
}

// ---- Place of the line --------------------------------------------------------------------------

static size_t line_end(Str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r')
        at++;
    return at;
}

static size_t next_line(Str text, size_t end)
{
    if (end + 1 < text.len && text.ptr[end] == '\r' && text.ptr[end + 1] == '\n')
        return end + 2;
    return MIN_OF(end + 1, text.len);
}

// Finds the beginning of the header: the stated line, or the first that is not blank. False: the text
// ends before.
static bool locate(Str text, int64_t stated, size_t *start, int64_t *line)
{
    size_t at = 0;
    for (int64_t number = 1; at < text.len; number++) {
        size_t end = line_end(text, at);
        bool here = stated > 0 ? number == stated : !convert_is_blank(str_slice(text, at, end));
        if (here) {
            *start = at;
            *line = number;
            return true;
        }
        at = next_line(text, end);
    }
    return false;
}

// ---- Cells --------------------------------------------------------------------------------------

// The header line cut at one separator.
typedef struct Cells {
    char separator;
    VEC(Str) shown;    // as written
    Map fields;        // folded → first field with that text
    VEC(bool) doubled; // per field: another one has the same text
    StrBuf texts;      // holds what `shown` points to
    size_t end;        // of the line in the text
    int64_t lines;     // physical lines that it takes
    int64_t matched;
} Cells;

static void cells_deinit(Cells *cells)
{
    vec_free(&cells->shown);
    vec_free(&cells->doubled);
    map_deinit(&cells->fields);
    strbuf_deinit(&cells->texts);
}

static void index_cells(Cells *cells)
{
    StrBuf folded = {0};
    vec_resize(&cells->doubled, cells->shown.count);
    for (size_t i = 0; i < cells->shown.count; i++) {
        strbuf_clear(&folded);
        header_fold(cells->shown.items[i], &folded);
        bool is_new;
        uint64_t *field = map_at(&cells->fields, strbuf_str(&folded), &is_new);
        if (is_new)
            *field = i;
        else
            cells->doubled.items[*field] = true;
    }
    strbuf_deinit(&folded);
}

// Cuts the line that begins at `start`. False: it does not end within the text.
static bool cut_line(Str text, size_t start, bool last, char separator, Cells *cells)
{
    CsvScanner scanner = {.separator = separator};
    CsvBatch batch = {0};
    StrBuf scratch = {0};
    *cells = (Cells){.separator = separator};
    ASSERT(start <= text.len);
    Str rest = str_slice(text, start, text.len);
    size_t used = csv_scan(&scanner, rest, last, 1, &batch);
    bool whole = batch.records.count == 1 && batch.records.items[0].fault == REASON_NONE;
    if (whole) {
        const CsvRecord *record = batch.records.items;
        strbuf_reserve(&cells->texts, record->size + 1);
        for (uint32_t i = 0; i < MIN_OF(record->cell_count, (uint32_t)CSV_FIELDS_MAX); i++) {
            Str cell = csv_cell_text(rest, batch.cells.items[record->first_cell + i], &scratch);
            size_t at = cells->texts.len;
            strbuf_add(&cells->texts, cell);
            vec_push(&cells->shown, (Str){cells->texts.ptr + at, cell.len});
        }
        cells->end = start + used;
        cells->lines = scanner.lines_before;
        index_cells(cells);
    }
    strbuf_deinit(&scratch);
    csv_batch_deinit(&batch);
    return whole;
}

// ---- Columns ------------------------------------------------------------------------------------

static bool find_field(const Cells *cells, Str name, StrBuf *folded, uint64_t *field)
{
    strbuf_clear(folded);
    header_fold(name, folded);
    return map_get(&cells->fields, strbuf_str(folded), field);
}

// Fills field_of_column; returns how many needed columns were found.
static int64_t match_columns(const TableDecl *table, const Cells *cells, int32_t *field_of_column)
{
    StrBuf folded = {0};
    int64_t found = 0;
    uint64_t field;
    bool *taken = base_alloc_zeroed(cells->shown.count + 1, sizeof *taken);
    for (uint32_t i = 0; i < table->column_count; i++) {
        field_of_column[i] = -1;
        if (find_field(cells, table->columns[i].name, &folded, &field)) {
            field_of_column[i] = (int32_t)field;
            taken[field] = true;
        }
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        const ColumnDecl *column = &table->columns[i];
        for (uint32_t k = 0; field_of_column[i] < 0 && k < column->also_count; k++) {
            if (find_field(cells, column->also[k], &folded, &field) && !taken[field]) {
                field_of_column[i] = (int32_t)field;
                taken[field] = true;
            }
        }
        found += column->needed && field_of_column[i] >= 0;
    }
    free(taken);
    strbuf_deinit(&folded);
    return found;
}

// The stated separator: one byte, or its name. False: neither.
static bool stated_separator(Str text, char *out)
{
    if (str_equal(text, STR("\\t")) || str_equal(text, STR("tab")) ||
        str_equal(text, STR("制表符"))) {
        *out = '\t';
        return true;
    }
    if (text.len != 1 || text.ptr[0] == '"' || text.ptr[0] == '\n' || text.ptr[0] == '\r' ||
        (unsigned char)text.ptr[0] >= 0x80)
        return false;
    *out = text.ptr[0];
    return true;
}

// Cuts the line at the best of the usual separators.
static bool cut_best(const TableDecl *table, Str text, size_t start, bool last, Cells *best)
{
    static const char usual[] = {',', '\t', '|', ';'};
    int32_t *fields = base_alloc_zeroed(table->column_count + 1, sizeof *fields);
    bool whole = false;
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        Cells cells;
        if (i > 0 && csv_count_outside_quotes(str_slice(text, start, text.len), usual[i]) == 0)
            continue;
        if (!cut_line(text, start, last, usual[i], &cells)) {
            cells_deinit(&cells);
            continue;
        }
        cells.matched = match_columns(table, &cells, fields);
        bool better = !whole || cells.matched > best->matched ||
                      (cells.matched == best->matched && cells.shown.count > best->shown.count);
        if (better && whole)
            cells_deinit(best);
        if (better)
            *best = cells;
        else
            cells_deinit(&cells);
        whole = true;
    }
    free(fields);
    return whole;
}

// ---- Messages -----------------------------------------------------------------------------------

static bool contains_either(Str a, Str b)
{
    if (a.len == 0 || b.len == 0)
        return false;
    return str_find(a, b, 0) != STR_NONE || str_find(b, a, 0) != STR_NONE;
}

static size_t common_beginning(Str a, Str b)
{
    size_t at = 0, characters = 0;
    while (at < a.len && at < b.len) {
        size_t in_a = at, in_b = at;
        if (utf8_decode(a, &in_a) != utf8_decode(b, &in_b))
            break;
        at = in_a;
        characters++;
    }
    return characters;
}

// The only header cell that begins like the name: two characters at least, and half of the name.
static bool begins_alike(Str name, const Cells *cells, size_t count, Str *best)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t common = common_beginning(name, cells->shown.items[i]);
        if (common < 2 || 2 * common < (size_t)utf8_count(name))
            continue;
        *best = cells->shown.items[i];
        found++;
    }
    return found == 1;
}

// The header cell nearest to a column's name: by edits, else one that contains it or begins like it.
static bool near_cell(const ColumnDecl *column, const Cells *cells, Str *best)
{
    NearName near;
    near_name_init(&near, column->name);
    size_t count = MIN_OF(cells->shown.count, (size_t)NEAR_CELLS_MAX);
    for (size_t i = 0; i < count; i++)
        near_name_offer(&near, cells->shown.items[i]);
    if (near_name_best(&near, best))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (contains_either(cells->shown.items[i], column->name)) {
            *best = cells->shown.items[i];
            return true;
        }
    }
    return begins_alike(column->name, cells, count, best);
}

// The first header cells, for a message.
static void show_cells(const Cells *cells, Lang lang, StrBuf *out)
{
    size_t count = MIN_OF(cells->shown.count, (size_t)SHOWN_CELLS_MAX);
    for (size_t i = 0; i < count; i++) {
        Str cell = cells->shown.items[i];
        strbuf_add_c(out, i == 0 ? "" : lang == LANG_ZH ? "、" : ", ");
        strbuf_add(out, str_slice(cell, 0, utf8_offset(cell, 20)));
    }
    if (count < cells->shown.count)
        strbuf_add_c(out, " …");
}

static Status missing_column(const TableDecl *table, const FoundFile *file,
                             const ColumnDecl *column, const Header *header, const Cells *cells,
                             Error *error)
{
    Str near;
    long long line = (long long)header->line;
    if (near_cell(column, cells, &near))
        return error_set(error, STATUS_DATA,
                         "数据表 " STR_FMT "：文件 " STR_FMT " 第 %lld 行的表头中没有列“" STR_FMT
                         "”；最接近的是“" STR_FMT "”，若是同一列，请在该列后写 另 \"" STR_FMT "\"",
                         "table " STR_FMT ": file " STR_FMT
                         ", line %lld: the header has no column “" STR_FMT "”; nearest is “" STR_FMT
                         "”: if that is it, add also \"" STR_FMT "\" to the column",
                         STR_ARG(table->name), STR_ARG(file->path), line, STR_ARG(column->name),
                         STR_ARG(near), STR_ARG(near));
    Status status = error_set(
        error, STATUS_DATA,
        "数据表 " STR_FMT "：文件 " STR_FMT " 第 %lld 行的表头中没有列“" STR_FMT "”；该行是：",
        "table " STR_FMT ": file " STR_FMT ", line %lld: the header has no column “" STR_FMT
        "”; the line reads: ",
        STR_ARG(table->name), STR_ARG(file->path), line, STR_ARG(column->name));
    if (error != NULL) {
        show_cells(cells, LANG_ZH, &error->zh);
        strbuf_add_c(&error->zh,
                     "。名称不同的请在列后写“另”；若表头在别的行，请在数据源中写 header");
        show_cells(cells, LANG_EN, &error->en);
        strbuf_add_c(&error->en,
                     ". For another name add also \"…\" to the column; if the header is on another "
                     "line, state `header` in the source");
    }
    return status;
}

#define MISSING_SHOWN_MAX 12 // missing columns named in one message

// Several columns are missing: all are named, each with the cell that is nearest to it.
static Status missing_columns(const TableDecl *table, const FoundFile *file, const Header *header,
                              const Cells *cells, Error *error)
{
    StrBuf zh = {0}, en = {0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const ColumnDecl *column = &table->columns[i];
        Str near;
        if (!column->needed || header->field_of_column[i] >= 0 || count++ >= MISSING_SHOWN_MAX)
            continue;
        bool found = near_cell(column, cells, &near);
        strbuf_printf(&zh, "%s“" STR_FMT "”", count > 1 ? "、" : "", STR_ARG(column->name));
        strbuf_printf(&en, "%s“" STR_FMT "”", count > 1 ? ", " : "", STR_ARG(column->name));
        if (found) {
            strbuf_printf(&zh, "（最接近的是“" STR_FMT "”）", STR_ARG(near));
            strbuf_printf(&en, " (nearest is “" STR_FMT "”)", STR_ARG(near));
        }
    }
    if (count > MISSING_SHOWN_MAX) {
        strbuf_printf(&zh, " 等 %u 列", count);
        strbuf_printf(&en, " …, %u in all", count);
    }
    Status status = error_set(
        error, STATUS_DATA, "数据表 " STR_FMT "：文件 " STR_FMT " 第 %lld 行的表头中没有列",
        "table " STR_FMT ": file " STR_FMT ", line %lld: the header lacks the columns ",
        STR_ARG(table->name), STR_ARG(file->path), (long long)header->line);
    if (error != NULL) {
        strbuf_add(&error->zh, strbuf_str(&zh));
        strbuf_add_c(&error->zh, "；该行是：");
        show_cells(cells, LANG_ZH, &error->zh);
        strbuf_add_c(&error->zh,
                     "。名称不同的请在列后写“另”；若表头在别的行，请在数据源中写 header");
        strbuf_add(&error->en, strbuf_str(&en));
        strbuf_add_c(&error->en, "; the line reads: ");
        show_cells(cells, LANG_EN, &error->en);
        strbuf_add_c(&error->en,
                     ". For other names add also \"…\" to the column; if the header is on another "
                     "line, state `header` in the source");
    }
    strbuf_deinit(&zh);
    strbuf_deinit(&en);
    return status;
}

static uint32_t count_missing(const TableDecl *table, const Header *header)
{
    uint32_t missing = 0;
    for (uint32_t i = 0; i < table->column_count; i++)
        missing += table->columns[i].needed && header->field_of_column[i] < 0;
    return missing;
}

// A later line near the top that has more of the needed columns than the header line; 0: none.
static int64_t likelier_line(const TableDecl *table, const FoundFile *file, Str text,
                             const Header *header)
{
    int64_t best = 0, most = 0;
    if (file->source != NULL && file->source->header_line > 0)
        return 0;
    for (uint32_t i = 0; i < table->column_count; i++)
        most += table->columns[i].needed && header->field_of_column[i] >= 0;
    for (int64_t line = header->line + 1; line <= header->line + TITLE_LINES_MAX; line++) {
        size_t start = 0;
        int64_t at = 0;
        Cells cells;
        if (!locate(text, line, &start, &at) || !cut_best(table, text, start, true, &cells))
            continue;
        if (cells.matched > most) {
            most = cells.matched;
            best = line;
        }
        cells_deinit(&cells);
    }
    return best;
}

static Status late_header(const TableDecl *table, const FoundFile *file, int64_t line, Error *error)
{
    return error_set(error, STATUS_DATA,
                     "数据表 " STR_FMT "：文件 " STR_FMT " 的表头像是在第 %lld 行；请在模型中写 "
                     "数据源 " STR_FMT " 来自 csv \"…\" (header: %lld)",
                     "table " STR_FMT ": the header of file " STR_FMT " seems to be on line %lld; "
                     "write in the model: source " STR_FMT " from csv \"…\" (header: %lld)",
                     STR_ARG(table->name), STR_ARG(file->path), (long long)line,
                     STR_ARG(table->name), (long long)line);
}

// A cell other than the column's own that its `also` spellings name as well; -1: there is none.
// A file that has the column's own name has answered which one is meant.
static int32_t second_spelling(const TableDecl *table, uint32_t index, const Header *header,
                               const Cells *cells)
{
    const ColumnDecl *column = &table->columns[index];
    StrBuf folded = {0};
    uint64_t field;
    int32_t second = -1;
    bool named = find_field(cells, column->name, &folded, &field);
    for (uint32_t k = 0; !named && second < 0 && k < column->also_count; k++) {
        bool other = find_field(cells, column->also[k], &folded, &field);
        for (uint32_t i = 0; other && i < table->column_count; i++)
            other = header->field_of_column[i] != (int32_t)field;
        if (other)
            second = (int32_t)field;
    }
    strbuf_deinit(&folded);
    return second;
}

static Status two_spellings(const TableDecl *table, const FoundFile *file, const Header *header,
                            const Cells *cells, uint32_t index, int32_t second, Error *error)
{
    Str name = table->columns[index].name;
    Str first = cells->shown.items[header->field_of_column[index]];
    Str other = cells->shown.items[second];
    return error_set(error, STATUS_DATA,
                     "数据表 " STR_FMT "：文件 " STR_FMT " 第 %lld 行的表头中，“" STR_FMT
                     "”和“" STR_FMT "”都可以是列“" STR_FMT "”，无法确定取哪一列；"
                     "请从该列的“另”中去掉一个",
                     "table " STR_FMT ": file " STR_FMT ", line %lld: both “" STR_FMT
                     "” and “" STR_FMT "” may be the column “" STR_FMT
                     "”; which one is meant cannot be told: take one out of the column's also",
                     STR_ARG(table->name), STR_ARG(file->path), (long long)header->line,
                     STR_ARG(first), STR_ARG(other), STR_ARG(name));
}

// Every needed column must be there once.
static Status judge_columns(const TableDecl *table, const FoundFile *file, const Header *header,
                            const Cells *cells, Error *error)
{
    if (count_missing(table, header) > 1)
        return missing_columns(table, file, header, cells, error);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const ColumnDecl *column = &table->columns[i];
        int32_t field = header->field_of_column[i];
        if (column->needed && field < 0)
            return missing_column(table, file, column, header, cells, error);
        if (column->needed && cells->doubled.items[field])
            return error_set(error, STATUS_DATA,
                             "数据表 " STR_FMT "：文件 " STR_FMT
                             " 第 %lld 行的表头中有两列“" STR_FMT
                             "”，无法确定取哪一列：请在文件中删去一列，或者改名",
                             "table " STR_FMT ": file " STR_FMT
                             ", line %lld: the header has two columns “" STR_FMT
                             "”; which one is meant cannot be told: delete or rename "
                             "one of them in the file",
                             STR_ARG(table->name), STR_ARG(file->path), (long long)header->line,
                             STR_ARG(cells->shown.items[field]));
        int32_t second = column->needed ? second_spelling(table, i, header, cells) : -1;
        if (second >= 0)
            return two_spellings(table, file, header, cells, i, second, error);
    }
    return STATUS_OK;
}

static Status no_header(const TableDecl *table, const FoundFile *file, int64_t stated, bool empty,
                        Error *error)
{
    if (empty)
        return error_set(
            error, STATUS_DATA,
            "数据表 " STR_FMT "：文件 " STR_FMT
            " 是空的，连表头也没有。请核对是否导出完整；确实没有数据的，也要留下表头一行",
            "table " STR_FMT ": file " STR_FMT
            " is empty, without even a header line. Check whether the export is complete; if "
            "there really are no rows, the file still needs its header line",
            STR_ARG(table->name), STR_ARG(file->path));
    if (stated > 0)
        return error_set(error, STATUS_DATA,
                         "数据表 " STR_FMT "：文件 " STR_FMT
                         " 没有第 %lld 行，数据源写的表头行不存在",
                         "table " STR_FMT ": file " STR_FMT
                         " has no line %lld, where the source says the header is",
                         STR_ARG(table->name), STR_ARG(file->path), (long long)stated);
    return error_set(error, STATUS_DATA,
                     "数据表 " STR_FMT "：文件 " STR_FMT
                     " 只有空行，没有表头。请核对是否导出完整；确实没有数据的，也要留下表头一行",
                     "table " STR_FMT ": file " STR_FMT
                     " has blank lines only and no header. Check whether the export is complete; "
                     "if there really are no rows, the file still needs its header line",
                     STR_ARG(table->name), STR_ARG(file->path));
}

static Status bad_header(const TableDecl *table, const FoundFile *file, int64_t line, Error *error)
{
    return error_set(error, STATUS_DATA,
                     "数据表 " STR_FMT "：文件 " STR_FMT
                     " 第 %lld 行的表头读不出来（引号不配对、行过长或字符编码有误）：请核对文件；"
                     "表头在别的行的，请在数据源中写 header",
                     "table " STR_FMT ": file " STR_FMT
                     ", line %lld: the header cannot be read (quotes, length or encoding): check "
                     "the file, or state `header` in the source if it is on another line",
                     STR_ARG(table->name), STR_ARG(file->path), (long long)line);
}

// ---- The door -----------------------------------------------------------------------------------

// Cuts the header line with the stated separator, or the best one. STATUS_OK and `*whole`.
static Status cut_header(const TableDecl *table, const FoundFile *file, Str text, size_t start,
                         bool last, Cells *cells, bool *whole, Error *error)
{
    char separator;
    if (file->source == NULL || file->source->separator.len == 0) {
        *whole = cut_best(table, text, start, last, cells);
        return STATUS_OK;
    }
    if (!stated_separator(file->source->separator, &separator))
        return error_set(error, STATUS_USAGE,
                         "数据表 " STR_FMT "：分隔符“" STR_FMT
                         "”不可用；请写一个半角字符，或 \"tab\"",
                         "table " STR_FMT ": separator “" STR_FMT
                         "” cannot be used; give one ASCII character, or \"tab\"",
                         STR_ARG(table->name), STR_ARG(file->source->separator));
    *whole = cut_line(text, start, last, separator, cells);
    if (!*whole)
        cells_deinit(cells);
    return STATUS_OK;
}

Status header_read(const TableDecl *table, const FoundFile *file, Str text, bool last, Header *out,
                   bool *more, Error *error)
{
    int64_t stated = file->source != NULL ? file->source->header_line : 0;
    size_t start = 0;
    bool whole = false;
    Cells cells;
    *out = (Header){0};
    *more = false;
    if (!locate(text, stated, &start, &out->line)) {
        *more = !last;
        return last ? no_header(table, file, stated, text.len == 0, error) : STATUS_OK;
    }
    TRY(cut_header(table, file, text, start, last, &cells, &whole, error));
    if (!whole) {
        *more = !last && text.len - start <= HEADER_SIZE_MAX;
        return *more ? STATUS_OK : bad_header(table, file, out->line, error);
    }
    out->separator = cells.separator;
    out->field_count = (uint32_t)cells.shown.count;
    out->field_min = out->field_count;
    while (out->field_min > 1 && convert_is_blank(cells.shown.items[out->field_min - 1]))
        out->field_min--;
    out->lines_used = out->line - 1 + cells.lines;
    out->end = cells.end;
    out->field_of_column = base_alloc_zeroed(table->column_count + 1, sizeof *out->field_of_column);
    (void)match_columns(table, &cells, out->field_of_column);
    Status status = utf8_valid(strbuf_str(&cells.texts), NULL)
                        ? judge_columns(table, file, out, &cells, error)
                        : bad_header(table, file, out->line, error);
    int64_t likely = status == STATUS_OK ? 0 : likelier_line(table, file, text, out);
    if (likely > 0)
        status = late_header(table, file, likely, error);
    cells_deinit(&cells);
    if (status != STATUS_OK)
        header_deinit(out);
    return status;
}

void header_deinit(Header *header)
{
    free(header->field_of_column);
    *header = (Header){0};
}
