// SPDX-License-Identifier: Apache-2.0
//
// table.c: results for people.
//
// A clue is a card: what was found, then the fields, the score, the laws and the rows that prove it. What was
// cleared or is undecided is one line each, with the reason. A query is a table whose columns line up on a
// terminal, where Han characters take two columns. Nothing is cut.

#include "runtime/base/unicode.h"
#include "runtime/writer/writer.h"

static const char *word(const Writer *writer, const char *zh, const char *en)
{
    return writer->lang == LANG_ZH ? zh : en;
}

static void paint(const Writer *writer, StrBuf *out, const char *code)
{
    if (writer->color)
        strbuf_add_c(out, code);
}

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

// ---------------------------------------------------------------- entries

static void add_key(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->key_count; i++) {
        const KeyPart *part = &entry->key[i];
        strbuf_printf(out, "%s" STR_FMT " ", i == 0 ? "" : "  ", STR_ARG(part->name));
        if (part->value.state == VALUE_KNOWN)
            strbuf_add(out, part->display);
        else
            strbuf_add_c(out, word(writer, "（缺失）", "(missing)"));
    }
}

static void add_line(StrBuf *out, Str text)
{
    strbuf_add_c(out, "      ");
    strbuf_add(out, text);
    strbuf_add_char(out, '\n');
}

static void add_fields(StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->field_count; i++)
        strbuf_printf(out, "      " STR_FMT "：" STR_FMT "\n", STR_ARG(entry->fields[i].name),
                      STR_ARG(entry->fields[i].display));
}

static void add_scores(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->score_count; i++) {
        const EntryScore *score = &entry->scores[i];
        strbuf_printf(out, "      %s%" PRId64 "  " STR_FMT "%s\n", score->points >= 0 ? "+" : "",
                      score->points, STR_ARG(score->label),
                      score->open ? word(writer, "（待定，未计入）", " (open, not added)") : "");
    }
}

static void add_laws(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->law_count; i++) {
        const EntryLaw *law = &entry->laws[i];
        strbuf_printf(out, "      %s《" STR_FMT "》", word(writer, "依据 ", "law "),
                      STR_ARG(law->law));
        if (law->version.len > 0)
            strbuf_printf(out, "（" STR_FMT "）", STR_ARG(law->version));
        strbuf_add(out, law->article);
        if (law->effective.len > 0)
            strbuf_printf(out, "  %s " STR_FMT, word(writer, "施行", "effective"),
                          STR_ARG(law->effective));
        strbuf_add_char(out, '\n');
    }
}

// The rows of one variable and file stand behind each other: their numbers make one line. Records are
// counted below the header, so the word is not that for the lines of a file.
static void add_evidence(const Writer *writer, StrBuf *out, const Entry *entry)
{
    uint32_t i = 0;
    while (i < entry->evidence_count) {
        const EvidenceRow *first = &entry->evidence[i];
        Str where = first->file.len > 0 ? first->file : first->table;
        strbuf_printf(out, "      %s" STR_FMT "%s" STR_FMT " %s",
                      word(writer, "证据 ", "evidence "), STR_ARG(first->variable),
                      first->variable.len > 0 ? "  " : "", STR_ARG(where),
                      word(writer, "第 ", "records "));
        for (uint32_t j = i; j <= entry->evidence_count; j++) {
            const EvidenceRow *row = j < entry->evidence_count ? &entry->evidence[j] : NULL;
            if (row == NULL || !str_equal(row->variable, first->variable) ||
                !str_equal(row->file, first->file) || !str_equal(row->table, first->table)) {
                i = j;
                break;
            }
            strbuf_printf(out, "%s%" PRId64, j == i ? "" : word(writer, "、", ", "), row->row);
        }
        strbuf_printf(out, "%s\n", word(writer, " 条记录", ""));
    }
    if (entry->evidence_total > entry->evidence_count)
        strbuf_printf(out, "      %s %" PRId64 " %s\n", word(writer, "证据共", "evidence in all:"),
                      entry->evidence_total, word(writer, "行", "rows"));
}

static void add_counts(const Writer *writer, StrBuf *out, const Entry *entry)
{
    bool more = entry->list != LIST_UNDECIDED; // besides those that make the entry
    if (entry->undecided_rows > 0)
        strbuf_printf(out, "      %s%" PRId64 " %s\n", more ? word(writer, "另有 ", "") : "",
                      entry->undecided_rows,
                      more ? word(writer, "行待查", "more rows undecided")
                           : word(writer, "行待查", "rows undecided"));
    if (entry->excluded_rows > 0)
        strbuf_printf(out, "      %" PRId64 " %s\n", entry->excluded_rows,
                      word(writer, "行被排除", "rows excluded"));
    for (uint32_t i = 0; i < entry->caveat_count; i++)
        strbuf_printf(out, "      %s " STR_FMT "\n",
                      word(writer, "注意：无法归属的行", "caveat: rows that cannot be placed"),
                      STR_ARG(entry->caveats[i]));
}

static void add_causes(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->cause_count; i++) {
        const EntryCause *cause = &entry->causes[i];
        // A doubt's reason is its own text.
        bool doubt = cause->reason == REASON_DOUBT;
        Str reason = doubt ? cause->source : reason_text(cause->reason, writer->lang);
        strbuf_printf(out, "      " STR_FMT, STR_ARG(reason));
        if (!doubt && cause->source.len > 0)
            strbuf_printf(out, " " STR_FMT, STR_ARG(cause->source));
        strbuf_printf(
            out,
            word(writer, "（第 %u 个子句，%" PRId64 " 行）\n", " (clause %u, %" PRId64 " rows)\n"),
            cause->place, cause->rows);
    }
}

static void add_head(const Writer *writer, StrBuf *out, const Entry *entry, int64_t number)
{
    strbuf_printf(out, "  %3" PRId64 " ", number);
    if (entry->list == LIST_CLUE) {
        paint(writer, out, BOLD);
        if (entry->severity != SEVERITY_NONE)
            strbuf_printf(out, "[" STR_FMT "] ", STR_ARG(severity_name(entry->severity)));
        paint(writer, out, PLAIN);
        if (entry->score_count > 0)
            strbuf_printf(out, word(writer, "%" PRId64 " 分  ", "%" PRId64 " points  "),
                          entry->score);
    }
    if (entry->list == LIST_GAP)
        strbuf_printf(out, word(writer, "%" PRId64 " 行", "%" PRId64 " rows"),
                      entry->cause_count > 0 ? entry->causes[0].rows : 0);
    else
        add_key(writer, out, entry);
    strbuf_add_char(out, '\n');
}

static void add_entry(const Writer *writer, StrBuf *out, const Entry *entry, int64_t number)
{
    add_head(writer, out, entry, number);
    bool told = entry->list == LIST_CLUE || entry->list == LIST_CLEARED;
    if (told && entry->title.len > 0)
        add_line(out, entry->title);
    if (told) {
        add_fields(out, entry);
        add_scores(writer, out, entry);
    }
    for (uint32_t i = 0; i < entry->cleared_by_count; i++)
        strbuf_printf(out, "      %s " STR_FMT "\n", word(writer, "排除于", "cleared by"),
                      STR_ARG(entry->cleared_by[i]));
    add_laws(writer, out, entry);
    add_causes(writer, out, entry);
    add_counts(writer, out, entry);
    add_evidence(writer, out, entry);
}

// ---------------------------------------------------------------- rules

static Status table_begin(Writer *writer)
{
    (void)writer;
    return STATUS_OK;
}

static void add_rule_heading(Writer *writer, StrBuf *out, const RuleResult *result)
{
    if (writer->count++ > 0)
        strbuf_add_char(out, '\n');
    paint(writer, out, BOLD);
    strbuf_add(out, result->rule);
    paint(writer, out, PLAIN);
    if (result->title.len > 0)
        strbuf_printf(out, "  " STR_FMT, STR_ARG(result->title));
    strbuf_add_char(out, '\n');
}

static Status table_rule(Writer *writer, const RuleResult *result, ListMask lists)
{
    StrBuf *out = output_buffer(writer->output);
    add_rule_heading(writer, out, result);
    for (ListKind list = LIST_CLUE; list <= LIST_GAP; list++) {
        int64_t number = 0, size = list_size(result, list);
        if ((lists & LIST_BIT(list)) == 0 || (list == LIST_GAP && size == 0))
            continue;
        strbuf_printf(out, STR_FMT " %" PRId64 "\n", STR_ARG(list_title(list, writer->lang)), size);
        for (uint32_t i = 0; i < result->entry_count; i++) {
            if (result->entries[i].list != list)
                continue;
            add_entry(writer, out, &result->entries[i], ++number);
            TRY(output_flush(writer->output, false, writer->error));
        }
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- queries

static bool is_right_aligned(Type type)
{
    return type_is_exact(type) || type.kind == TYPE_INTEGER || type.kind == TYPE_REAL;
}

static void add_padded(StrBuf *out, Str text, int64_t width, bool right, bool last)
{
    int64_t blanks = width - unicode_display_width(text);
    if (right && blanks > 0)
        strbuf_add_repeat(out, ' ', (size_t)blanks);
    strbuf_add(out, text);
    if (!right && !last && blanks > 0)
        strbuf_add_repeat(out, ' ', (size_t)blanks);
}

static void add_rule_off(const Writer *writer, StrBuf *out, const int64_t *widths, uint32_t count)
{
    paint(writer, out, DIM);
    for (uint32_t i = 0; i < count; i++) {
        strbuf_add_c(out, i == 0 ? "" : "  ");
        strbuf_add_repeat(out, '-', (size_t)widths[i]);
    }
    paint(writer, out, PLAIN);
    strbuf_add_char(out, '\n');
}

static void add_left_out(const Writer *writer, StrBuf *out, const QueryResult *result)
{
    strbuf_printf(out, word(writer, "%" PRId64 " 行\n", "%" PRId64 " rows\n"), result->row_count);
    for (uint32_t i = 0; i < result->count_count; i++) {
        const ClauseCount *count = &result->counts[i];
        Str reason = count->reason == REASON_DOUBT ? count->source
                                                   : reason_text(count->reason, writer->lang);
        strbuf_printf(
            out,
            word(writer, "略去 %" PRId64 " 行：" STR_FMT "%s" STR_FMT "（第 %u 个子句）\n",
                 "left out %" PRId64 " rows: " STR_FMT "%s" STR_FMT " (clause %u)\n"),
            count->rows, STR_ARG(reason), count->reason == REASON_DOUBT ? "" : " ",
            STR_ARG(count->reason == REASON_DOUBT ? STR("") : count->source), count->place);
    }
}

static Str cell_text(const FieldValue *cell)
{
    return cell->known ? cell->display : STR("-");
}

static Status table_query(Writer *writer, const QueryResult *result)
{
    StrBuf *out = output_buffer(writer->output);
    int64_t *widths = base_alloc_zeroed(result->column_count + 1, sizeof *widths);
    Status status = STATUS_OK;
    if (writer->count++ > 0)
        strbuf_add_char(out, '\n');
    for (uint32_t i = 0; i < result->column_count; i++) {
        widths[i] = unicode_display_width(result->names[i]);
        for (int64_t row = 0; row < result->row_count; row++) {
            int64_t width = unicode_display_width(
                cell_text(&result->cells[(size_t)row * result->column_count + i]));
            widths[i] = MAX_OF(widths[i], width);
        }
    }
    for (uint32_t i = 0; i < result->column_count; i++) {
        strbuf_add_c(out, i == 0 ? "" : "  ");
        add_padded(out, result->names[i], widths[i], is_right_aligned(result->types[i]),
                   i + 1 == result->column_count);
    }
    strbuf_add_char(out, '\n');
    add_rule_off(writer, out, widths, result->column_count);
    for (int64_t row = 0; row < result->row_count && status == STATUS_OK; row++) {
        for (uint32_t i = 0; i < result->column_count; i++) {
            strbuf_add_c(out, i == 0 ? "" : "  ");
            add_padded(out, cell_text(&result->cells[(size_t)row * result->column_count + i]),
                       widths[i], is_right_aligned(result->types[i]),
                       i + 1 == result->column_count);
        }
        strbuf_add_char(out, '\n');
        status = output_flush(writer->output, false, writer->error);
    }
    add_left_out(writer, out, result);
    free(widths);
    return status;
}

static Status table_end(Writer *writer)
{
    (void)writer;
    return STATUS_OK;
}

const WriterDriver writer_table = {
    .name = "table",
    .extension = "txt",
    .begin = table_begin,
    .rule = table_rule,
    .query = table_query,
    .end = table_end,
};
