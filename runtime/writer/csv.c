// SPDX-License-Identifier: Apache-2.0
//
// csv.c: results for spreadsheets: quoted as in RFC 4180, lines end in LF, UTF-8, one table.
//
// A rule's table has the key's parts, what every entry has, and the rule's fields, each in its own
// column. Cells are canonical texts without units; what is not known is an empty cell.
//
// A spreadsheet program takes UTF-8 for the local encoding unless the file begins with a byte-order mark; it rounds
// numbers of more than 15 digits, drops leading zeros, and computes what begins like a formula. `bom` and `excel` of the
// writer guard against that: such a cell becomes the formula ="…" whose value is the text itself.

#include "runtime/writer/writer.h"

// The most columns of a result whose rule is not known.
enum { CSV_COLUMNS_MAX = 1024 };

// The longest text that a formula may hold; a longer one is no number and gets an apostrophe in front.
enum { FORMULA_TEXT_MAX = 255 };

// Would a spreadsheet change this text on reading?
static bool is_mangled(Str text)
{
    size_t digits = 0, others = 0, exponents = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        digits += digit;
        exponents += i > 0 && i + 1 < text.len && (text.ptr[i] == 'E' || text.ptr[i] == 'e');
        others += !digit && text.ptr[i] != '.' && !(i == 0 && text.ptr[i] == '-');
    }
    bool number = others == 0;
    bool zero = number && text.len > 1 && text.ptr[0] == '0' && text.ptr[1] != '.';
    bool formula = !number && strchr("=+-@\t", text.ptr[0]) != NULL && text.ptr[0] != '\0';
    bool power = exponents == 1 && others == 1 && digits > 1; // the code 12E5
    return power || (number && digits > 15) || zero || formula;
}

static void add_plain_cell(StrBuf *out, Str text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len && !quoted; i++) {
        char c = text.ptr[i];
        quoted = c == '"' || c == ',' || c == '\n' || c == '\r';
    }
    if (!quoted) {
        strbuf_add(out, text);
        return;
    }
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            strbuf_add_char(out, '"');
        strbuf_add_char(out, text.ptr[i]);
    }
    strbuf_add_char(out, '"');
}

static void add_cell(const Writer *writer, StrBuf *out, Str text)
{
    if (!writer->excel || !is_mangled(text)) {
        add_plain_cell(out, text);
        return;
    }
    StrBuf guarded = {0};
    bool fits = text.len <= FORMULA_TEXT_MAX;
    strbuf_add_c(&guarded, fits ? "=\"" : "'");
    for (size_t i = 0; i < text.len; i++) {
        if (fits && text.ptr[i] == '"')
            strbuf_add_char(&guarded, '"');
        strbuf_add_char(&guarded, text.ptr[i]);
    }
    strbuf_add_c(&guarded, fits ? "\"" : "");
    add_plain_cell(out, strbuf_str(&guarded));
    strbuf_deinit(&guarded);
}

static void add_next(const Writer *writer, StrBuf *out, Str text)
{
    strbuf_add_char(out, ',');
    add_cell(writer, out, text);
}

static void add_next_number(StrBuf *out, int64_t value)
{
    strbuf_add_char(out, ',');
    strbuf_add_i64(out, value);
}

// The rule behind a result; NULL when the program is not known, or the result is a relation's.
static const Rule *rule_of(const Writer *writer, const RuleResult *result)
{
    for (uint32_t i = 0; writer->program != NULL && i < writer->program->rule_count; i++)
        if (str_equal(writer->program->rules[i].name, result->rule))
            return &writer->program->rules[i];
    return NULL;
}

// The names of keys or fields, from the rule, or else from the first entry that has some.
static uint32_t column_names(const Writer *writer, const RuleResult *result, bool fields,
                             Str *names)
{
    const Rule *rule = rule_of(writer, result);
    uint32_t count = 0;
    if (rule != NULL) {
        for (; !fields && count < rule->body.clue_key_count; count++)
            names[count] = rule->body.clue_key_names[count];
        for (; fields && count < rule->body.field_count; count++)
            names[count] = rule->body.fields[count].name;
        return count;
    }
    for (uint32_t i = 0; i < result->entry_count && count == 0; i++) {
        const Entry *entry = &result->entries[i];
        for (; !fields && count < entry->key_count && count < CSV_COLUMNS_MAX; count++)
            names[count] = entry->key[count].name;
        for (; fields && count < entry->field_count && count < CSV_COLUMNS_MAX; count++)
            names[count] = entry->fields[count].name;
    }
    return count;
}

static void add_rule_header(const Writer *writer, StrBuf *out, const Str *keys, uint32_t key_count,
                            const Str *fields, uint32_t field_count)
{
    static const char *const NAMES[] = {
        "title", "severity",     "score",          "causes",        "cleared_by",    "caveats",
        "laws",  "certain_rows", "undecided_rows", "excluded_rows", "evidence_total"};
    strbuf_add_c(out, "rule,list,id");
    for (uint32_t i = 0; i < key_count; i++)
        add_next(writer, out, keys[i]);
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
        add_next(writer, out, str_from_cstr(NAMES[i]));
    for (uint32_t i = 0; i < field_count; i++)
        add_next(writer, out, fields[i]);
    strbuf_add_c(out, "\n");
}

static void add_causes(const Writer *writer, StrBuf *out, StrBuf *cell, const Entry *entry)
{
    strbuf_clear(cell);
    for (uint32_t i = 0; i < entry->cause_count; i++) {
        const EntryCause *cause = &entry->causes[i];
        bool doubt = cause->reason == REASON_DOUBT;
        Str reason = doubt ? cause->source : reason_name(cause->reason);
        strbuf_printf(cell, "%s%u " STR_FMT " " STR_FMT " %" PRId64, i == 0 ? "" : "; ",
                      cause->place, STR_ARG(reason), STR_ARG(doubt ? STR("") : cause->source),
                      cause->rows);
    }
    add_next(writer, out, strbuf_str(cell));
}

static void add_joined(const Writer *writer, StrBuf *out, StrBuf *cell, const Str *texts,
                       uint32_t count)
{
    strbuf_clear(cell);
    for (uint32_t i = 0; i < count; i++) {
        strbuf_add_c(cell, i == 0 ? "" : "; ");
        strbuf_add(cell, texts[i]);
    }
    add_next(writer, out, strbuf_str(cell));
}

static void add_laws(const Writer *writer, StrBuf *out, StrBuf *cell, const Entry *entry)
{
    strbuf_clear(cell);
    for (uint32_t i = 0; i < entry->law_count; i++) {
        const EntryLaw *law = &entry->laws[i];
        strbuf_printf(cell, "%s" STR_FMT "%s" STR_FMT "%s" STR_FMT, i == 0 ? "" : "; ",
                      STR_ARG(law->law), law->version.len > 0 ? " " : "", STR_ARG(law->version),
                      law->article.len > 0 ? " " : "", STR_ARG(law->article));
    }
    add_next(writer, out, strbuf_str(cell));
}

static void add_entry(const Writer *writer, StrBuf *out, StrBuf *cell, const RuleResult *result,
                      const Entry *entry, uint32_t key_count, uint32_t field_count)
{
    add_cell(writer, out, result->rule);
    add_next(writer, out, list_name(entry->list));
    add_next(writer, out, str_from_cstr(entry->id));
    for (uint32_t i = 0; i < key_count; i++) {
        bool known = i < entry->key_count && entry->key[i].value.state == VALUE_KNOWN;
        add_next(writer, out, known ? entry->key[i].text : STR(""));
    }
    add_next(writer, out, entry->title);
    add_next(writer, out, severity_name(entry->severity));
    if (entry->list == LIST_CLUE)
        add_next_number(out, entry->score);
    else
        strbuf_add_char(out, ',');
    add_causes(writer, out, cell, entry);
    add_joined(writer, out, cell, entry->cleared_by, entry->cleared_by_count);
    add_joined(writer, out, cell, entry->caveats, entry->caveat_count);
    add_laws(writer, out, cell, entry);
    add_next_number(out, entry->certain_rows);
    add_next_number(out, entry->undecided_rows);
    add_next_number(out, entry->excluded_rows);
    add_next_number(out, entry->evidence_total);
    for (uint32_t i = 0; i < field_count; i++)
        add_next(writer, out, i < entry->field_count ? entry->fields[i].text : STR(""));
    strbuf_add_c(out, "\n");
}

static Status csv_begin(Writer *writer)
{
    if (writer->bom)
        strbuf_add_c(output_buffer(writer->output), "\xef\xbb\xbf");
    return STATUS_OK;
}

// Room for the names of a rule's keys, or fields.
static Str *names_alloc(const Writer *writer, const RuleResult *result)
{
    const Rule *rule = rule_of(writer, result);
    uint32_t most = CSV_COLUMNS_MAX;
    if (rule != NULL)
        most = MAX_OF(rule->body.clue_key_count, rule->body.field_count);
    return base_alloc_zeroed((size_t)most + 1, sizeof(Str));
}

static Status csv_rule(Writer *writer, const RuleResult *result, ListMask lists)
{
    StrBuf *out = output_buffer(writer->output);
    Str *keys = names_alloc(writer, result), *fields = names_alloc(writer, result);
    uint32_t key_count = column_names(writer, result, false, keys);
    uint32_t field_count = column_names(writer, result, true, fields);
    StrBuf cell = {0};
    Status status = STATUS_OK;
    add_rule_header(writer, out, keys, key_count, fields, field_count);
    for (uint32_t i = 0; i < result->entry_count && status == STATUS_OK; i++) {
        if ((lists & LIST_BIT(result->entries[i].list)) == 0)
            continue;
        add_entry(writer, out, &cell, result, &result->entries[i], key_count, field_count);
        writer->count++;
        status = output_flush(writer->output, false, writer->error);
    }
    strbuf_deinit(&cell);
    free(keys);
    free(fields);
    return status;
}

static Status csv_query(Writer *writer, const QueryResult *result)
{
    StrBuf *out = output_buffer(writer->output);
    for (uint32_t i = 0; i < result->column_count; i++) {
        strbuf_add_c(out, i == 0 ? "" : ",");
        add_cell(writer, out, result->names[i]);
    }
    strbuf_add_c(out, "\n");
    for (int64_t row = 0; row < result->row_count; row++) {
        const FieldValue *cells = result->cells + (size_t)row * result->column_count;
        for (uint32_t i = 0; i < result->column_count; i++) {
            strbuf_add_c(out, i == 0 ? "" : ",");
            add_cell(writer, out, cells[i].known ? cells[i].text : STR(""));
        }
        strbuf_add_c(out, "\n");
        writer->count++;
        TRY(output_flush(writer->output, false, writer->error));
    }
    return STATUS_OK;
}

static Status csv_end(Writer *writer)
{
    (void)writer;
    return STATUS_OK;
}

const WriterDriver writer_csv = {
    .name = "csv",
    .extension = "csv",
    .one_table = true,
    .begin = csv_begin,
    .rule = csv_rule,
    .query = csv_query,
    .end = csv_end,
};
