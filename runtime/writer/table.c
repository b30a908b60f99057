// SPDX-License-Identifier: Apache-2.0
//
// table.c: results for people.
//
// A clue is a card: what was found, then the fields, the score, the laws and the rows that prove it. What was
// cleared or is undecided is one line each, with the reason. A query is a table whose columns line up on a
// terminal, where Han characters take two columns. Nothing is cut.

#include "runtime/base/unicode.h"
#include "runtime/writer/table_int.h"

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
    table_paint(writer, out, TABLE_BOLD);
    strbuf_add(out, result->rule);
    table_paint(writer, out, TABLE_PLAIN);
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
            table_add_entry(writer, out, &result->entries[i], ++number);
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
    table_paint(writer, out, TABLE_DIM);
    for (uint32_t i = 0; i < count; i++) {
        strbuf_add_c(out, i == 0 ? "" : "  ");
        strbuf_add_repeat(out, '-', (size_t)widths[i]);
    }
    table_paint(writer, out, TABLE_PLAIN);
    strbuf_add_char(out, '\n');
}

void table_add_left_out(const Writer *writer, StrBuf *out, const QueryResult *result)
{
    strbuf_printf(out, table_word(writer, "%" PRId64 " 行\n", "%" PRId64 " rows\n"),
                  result->row_count);
    for (uint32_t i = 0; i < result->count_count; i++) {
        const ClauseCount *count = &result->counts[i];
        Str reason = count->reason == REASON_DOUBT ? count->source
                                                   : reason_text(count->reason, writer->lang);
        strbuf_printf(
            out,
            table_word(writer, "略去 %" PRId64 " 行：" STR_FMT "%s" STR_FMT "（第 %u 个子句）\n",
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
    table_add_left_out(writer, out, result);
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
