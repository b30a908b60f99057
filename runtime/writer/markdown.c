// SPDX-License-Identifier: Apache-2.0
//
// markdown.c: results as tables for documents and web pages.
//
// A rule is a heading and one table per list: the key's parts, a clue's severity and score, and in the last column
// what a report for people says of the entry, one fact a line. Whatever a cell holds is shown as it is: characters that
// mean something here (masked ids are full of `*`) are escaped.

#include "runtime/writer/table_int.h"

static void add_text(StrBuf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\r' || c == '\n') {
            strbuf_add_c(out, "<br>");
            i += c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';
        } else if (c == '<') {
            strbuf_add_c(out, "&lt;");
        } else if (c == '&') {
            strbuf_add_c(out, "&amp;");
        } else {
            if (c != '\0' && strchr("\\`*_[]~|>#", c) != NULL)
                strbuf_add_char(out, '\\');
            strbuf_add_char(out, c == '\t' || c == '\0' ? ' ' : c);
        }
    }
}

static void add_cell(StrBuf *out, Str text)
{
    strbuf_add_c(out, " ");
    add_text(out, text);
    strbuf_add_c(out, " |");
}

static void add_rule_off(StrBuf *out, uint32_t columns)
{
    strbuf_add_c(out, "|");
    for (uint32_t i = 0; i < columns; i++)
        strbuf_add_c(out, " --- |");
    strbuf_add_char(out, '\n');
}

static Status markdown_begin(Writer *writer)
{
    (void)writer;
    return STATUS_OK;
}

// The lines that the report for people has under the entry's first line, in one cell.
static void add_facts(const Writer *writer, StrBuf *out, StrBuf *lines, const Entry *entry)
{
    strbuf_clear(lines);
    table_add_entry(writer, lines, entry, 0);
    Str text = strbuf_str(lines);
    bool first = true;
    strbuf_add_char(out, ' ');
    for (size_t start = 0; start < text.len;) {
        size_t end = str_find(text, STR("\n"), start);
        end = end == STR_NONE ? text.len : end;
        strbuf_add_c(out, first ? "" : "<br>");
        add_text(out, str_trim(str_slice(text, start, end)));
        first = false;
        start = end + 1;
    }
    strbuf_add_c(out, " |\n");
}

static void add_list_header(const Writer *writer, StrBuf *out, const Entry *entry)
{
    uint32_t columns = 2;
    strbuf_add_c(out, "| # |");
    if (entry->list == LIST_GAP) {
        add_cell(out, str_from_cstr(table_word(writer, "行数", "rows")));
        columns++;
    }
    for (uint32_t i = 0; i < entry->key_count; i++, columns++)
        add_cell(out, entry->key[i].name);
    if (entry->list == LIST_CLUE) {
        add_cell(out, str_from_cstr(table_word(writer, "严重程度", "severity")));
        add_cell(out, str_from_cstr(table_word(writer, "分数", "score")));
        columns += 2;
    }
    add_cell(out, str_from_cstr(table_word(writer, "说明", "details")));
    strbuf_add_char(out, '\n');
    add_rule_off(out, columns);
}

static void add_entry(const Writer *writer, StrBuf *out, StrBuf *lines, const Entry *entry,
                      int64_t number)
{
    strbuf_printf(out, "| %" PRId64 " |", number);
    if (entry->list == LIST_GAP)
        strbuf_printf(out, " %" PRId64 " |", entry->cause_count > 0 ? entry->causes[0].rows : 0);
    for (uint32_t i = 0; i < entry->key_count; i++)
        add_cell(out, entry->key[i].value.state == VALUE_KNOWN
                          ? entry->key[i].display
                          : str_from_cstr(table_word(writer, "（缺失）", "(missing)")));
    if (entry->list == LIST_CLUE) {
        add_cell(out, severity_name(entry->severity));
        strbuf_printf(out, " %" PRId64 " |", entry->score);
    }
    add_facts(writer, out, lines, entry);
}

static Status add_list(Writer *writer, const RuleResult *result, ListKind list)
{
    StrBuf *out = output_buffer(writer->output);
    StrBuf lines = {0};
    Status status = STATUS_OK;
    int64_t number = 0;
    strbuf_printf(out, "\n### " STR_FMT " %" PRId64 "\n", STR_ARG(list_title(list, writer->lang)),
                  list_size(result, list));
    for (uint32_t i = 0; i < result->entry_count && status == STATUS_OK; i++) {
        const Entry *entry = &result->entries[i];
        if (entry->list != list)
            continue;
        if (number++ == 0) {
            strbuf_add_char(out, '\n');
            add_list_header(writer, out, entry);
        }
        add_entry(writer, out, &lines, entry, number);
        status = output_flush(writer->output, false, writer->error);
    }
    strbuf_deinit(&lines);
    return status;
}

static void add_heading(Writer *writer, StrBuf *out, Str name, Str title)
{
    strbuf_add_c(out, writer->count++ > 0 ? "\n## " : "## ");
    add_text(out, name);
    if (title.len > 0) {
        strbuf_add_c(out, "  ");
        add_text(out, title);
    }
    strbuf_add_char(out, '\n');
}

static Status markdown_rule(Writer *writer, const RuleResult *result, ListMask lists)
{
    add_heading(writer, output_buffer(writer->output), result->rule, result->title);
    for (ListKind list = LIST_CLUE; list <= LIST_GAP; list++) {
        if ((lists & LIST_BIT(list)) != 0 && (list != LIST_GAP || list_size(result, list) > 0))
            TRY(add_list(writer, result, list));
    }
    return STATUS_OK;
}

static Status markdown_query(Writer *writer, const QueryResult *result)
{
    StrBuf *out = output_buffer(writer->output);
    add_heading(writer, out, result->query, result->title);
    strbuf_add_c(out, "\n|");
    for (uint32_t i = 0; i < result->column_count; i++)
        add_cell(out, result->names[i]);
    strbuf_add_char(out, '\n');
    add_rule_off(out, result->column_count);
    for (int64_t row = 0; row < result->row_count; row++) {
        const FieldValue *cells = result->cells + (size_t)row * result->column_count;
        strbuf_add_char(out, '|');
        for (uint32_t i = 0; i < result->column_count; i++)
            add_cell(out, cells[i].known ? cells[i].display : STR("-"));
        strbuf_add_char(out, '\n');
        TRY(output_flush(writer->output, false, writer->error));
    }
    strbuf_add_char(out, '\n');
    StrBuf lines = {0};
    table_add_left_out(writer, &lines, result);
    for (size_t start = 0; start < lines.len;) { // one paragraph each
        size_t end = str_find(strbuf_str(&lines), STR("\n"), start);
        end = end == STR_NONE ? lines.len : end;
        strbuf_add_c(out, start == 0 ? "" : "\n");
        add_text(out, str_slice(strbuf_str(&lines), start, end));
        strbuf_add_char(out, '\n');
        start = end + 1;
    }
    strbuf_deinit(&lines);
    return STATUS_OK;
}

static Status markdown_end(Writer *writer)
{
    (void)writer;
    return STATUS_OK;
}

const WriterDriver writer_markdown = {
    .name = "markdown",
    .extension = "md",
    .begin = markdown_begin,
    .rule = markdown_rule,
    .query = markdown_query,
    .end = markdown_end,
};
