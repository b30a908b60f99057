// SPDX-License-Identifier: Apache-2.0
//
// json.c: one object per entry or row; all in an array.
//
// The order of keys is fixed. Values are strings in their canonical text; what an entry does not
// have is null or empty.

#include "runtime/writer/json_int.h"

void json_add_name(StrBuf *out, const char *name)
{
    strbuf_add_char(out, ',');
    json_add_str(out, str_from_cstr(name));
    strbuf_add_char(out, ':');
}

void json_add_str_or_null(StrBuf *out, Str text)
{
    if (text.len > 0)
        json_add_str(out, text);
    else
        strbuf_add_c(out, "null");
}

void json_add_optional(StrBuf *out, const char *name, Str text)
{
    json_add_name(out, name);
    json_add_str_or_null(out, text);
}

void json_add_number(StrBuf *out, const char *name, int64_t value)
{
    json_add_name(out, name);
    strbuf_add_i64(out, value);
}

static void add_text(StrBuf *out, const char *name, Str text)
{
    json_add_name(out, name);
    json_add_str(out, text);
}

static void add_comma(StrBuf *out, uint32_t index)
{
    if (index > 0)
        strbuf_add_char(out, ',');
}

static void add_texts(StrBuf *out, const char *name, const Str *texts, uint32_t count)
{
    json_add_name(out, name);
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        add_comma(out, i);
        json_add_str(out, texts[i]);
    }
    strbuf_add_char(out, ']');
}

static void add_key(StrBuf *out, const Entry *entry)
{
    json_add_name(out, "key");
    strbuf_add_char(out, '{');
    for (uint32_t i = 0; i < entry->key_count; i++) {
        add_comma(out, i);
        json_add_str(out, entry->key[i].name);
        strbuf_add_char(out, ':');
        if (entry->key[i].value.state == VALUE_KNOWN)
            json_add_str(out, entry->key[i].text);
        else
            strbuf_add_c(out, "null");
    }
    strbuf_add_char(out, '}');
}

static void add_scores(StrBuf *out, const Entry *entry)
{
    json_add_name(out, "scores");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < entry->score_count; i++) {
        add_comma(out, i);
        strbuf_add_c(out, "{\"points\":");
        strbuf_add_i64(out, entry->scores[i].points);
        add_text(out, "label", entry->scores[i].label);
        strbuf_add_c(out, entry->scores[i].open ? ",\"open\":true}" : ",\"open\":false}");
    }
    strbuf_add_char(out, ']');
}

// A field that has no value says why: （缺失） or the reason. A cell of a query is null then.
void json_add_cells(StrBuf *out, const FieldValue *cells, uint32_t count, bool null_unknown)
{
    strbuf_add_char(out, '{');
    for (uint32_t i = 0; i < count; i++) {
        add_comma(out, i);
        json_add_str(out, cells[i].name);
        strbuf_add_char(out, ':');
        if (cells[i].known || !null_unknown)
            json_add_str(out, cells[i].text);
        else
            strbuf_add_c(out, "null");
    }
    strbuf_add_char(out, '}');
}

static void add_laws(StrBuf *out, const Entry *entry)
{
    json_add_name(out, "laws");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < entry->law_count; i++) {
        const EntryLaw *law = &entry->laws[i];
        add_comma(out, i);
        strbuf_add_c(out, "{\"law\":");
        json_add_str(out, law->law);
        json_add_optional(out, "version", law->version);
        json_add_optional(out, "article", law->article);
        json_add_optional(out, "effective", law->effective);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

static void add_causes(StrBuf *out, const Entry *entry)
{
    json_add_name(out, "causes");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < entry->cause_count; i++) {
        const EntryCause *cause = &entry->causes[i];
        add_comma(out, i);
        strbuf_add_c(out, "{\"clause\":");
        strbuf_add_u64(out, cause->place);
        // A doubt's reason is its own text.
        bool doubt = cause->reason == REASON_DOUBT;
        add_text(out, "reason", doubt ? cause->source : reason_name(cause->reason));
        add_text(out, "source", doubt ? STR("") : cause->source);
        json_add_number(out, "rows", cause->rows);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

// {"variable":…,"table":…,"file":…,"row":…}
static void add_row(StrBuf *out, const EvidenceRow *row)
{
    strbuf_add_c(out, "{\"variable\":");
    json_add_str_or_null(out, row->variable); // null: of a gap line
    add_text(out, "table", row->table);
    json_add_optional(out, "file", row->file);
    json_add_number(out, "row", row->row);
    if (row->cells.len > 0)
        add_text(out, "cells", row->cells);
    for (uint32_t i = 0; i < row->origin_count; i++) {
        strbuf_add_c(out, i == 0 ? ",\"from\":[" : ",");
        add_row(out, &row->origins[i]);
    }
    if (row->origin_count > 0) {
        strbuf_add_char(out, ']');
        json_add_number(out, "from_total", row->origin_total);
    }
    strbuf_add_char(out, '}');
}

static void add_evidence(StrBuf *out, const Entry *entry)
{
    json_add_name(out, "evidence");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < entry->evidence_count; i++) {
        add_comma(out, i);
        add_row(out, &entry->evidence[i]);
    }
    strbuf_add_char(out, ']');
    json_add_number(out, "evidence_total", entry->evidence_total);
}

static void add_match(StrBuf *out, const EntryMatch *match)
{
    strbuf_add_c(out, "{\"match\":");
    json_add_str(out, match->model);
    add_text(out, "weight", match->weight);
    add_text(out, "verdict", match->accepted ? STR("accept") : STR("review"));
    json_add_name(out, "rows");
    strbuf_add_char(out, '[');
    add_row(out, &match->earlier);
    strbuf_add_char(out, ',');
    add_row(out, &match->own);
    strbuf_add_char(out, ']');
    json_add_name(out, "parts");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < match->part_count; i++) {
        add_comma(out, i);
        strbuf_add_c(out, "{\"name\":");
        json_add_str(out, match->parts[i].name);
        add_text(out, "level", match->parts[i].level);
        add_text(out, "weight", match->parts[i].weight);
        strbuf_add_char(out, '}');
    }
    strbuf_add_c(out, "]}");
}

// Only of rules that use a match model.
static void add_matches(StrBuf *out, const Entry *entry)
{
    if (entry->match_count == 0)
        return;
    json_add_name(out, "matches");
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < entry->match_count; i++) {
        add_comma(out, i);
        add_match(out, &entry->matches[i]);
    }
    strbuf_add_char(out, ']');
}

void json_add_entry(StrBuf *out, Str rule, const Entry *entry)
{
    bool told = entry->list == LIST_CLUE || entry->list == LIST_CLEARED;
    strbuf_add_c(out, "{\"rule\":");
    json_add_str(out, rule);
    add_text(out, "list", list_name(entry->list));
    json_add_optional(out, "id", str_from_cstr(entry->id));
    add_key(out, entry);
    json_add_optional(out, "title", told ? entry->title : STR(""));
    bool rated = told && entry->severity != SEVERITY_NONE;
    json_add_optional(out, "severity", rated ? severity_name(entry->severity) : STR(""));
    json_add_name(out, "score");
    if (entry->list == LIST_CLUE)
        strbuf_add_i64(out, entry->score);
    else
        strbuf_add_c(out, "null");
    add_scores(out, entry);
    json_add_name(out, "fields");
    json_add_cells(out, entry->fields, entry->field_count, false);
    add_laws(out, entry);
    add_causes(out, entry);
    add_texts(out, "caveats", entry->caveats, entry->caveat_count);
    add_texts(out, "cleared_by", entry->cleared_by, entry->cleared_by_count);
    json_add_number(out, "certain_rows", entry->certain_rows);
    json_add_number(out, "undecided_rows", entry->undecided_rows);
    json_add_number(out, "excluded_rows", entry->excluded_rows);
    add_evidence(out, entry);
    add_matches(out, entry);
    strbuf_add_char(out, '}');
}

void json_add_row(StrBuf *out, const QueryResult *result, int64_t row)
{
    strbuf_add_c(out, "{\"query\":");
    json_add_str(out, result->query);
    json_add_name(out, "row");
    json_add_cells(out, result->cells + (size_t)row * result->column_count, result->column_count,
                   true);
    strbuf_add_char(out, '}');
}

// ---------------------------------------------------------------- the two drivers

typedef void (*JsonSeparate)(Writer *writer, StrBuf *out);

static Status write_rule(Writer *writer, const RuleResult *result, ListMask lists,
                         JsonSeparate separate)
{
    StrBuf *out = output_buffer(writer->output);
    for (uint32_t i = 0; i < result->entry_count; i++) {
        if ((lists & LIST_BIT(result->entries[i].list)) == 0)
            continue;
        separate(writer, out);
        json_add_entry(out, result->rule, &result->entries[i]);
        writer->count++;
        TRY(output_flush(writer->output, false, writer->error));
    }
    return STATUS_OK;
}

static Status write_query(Writer *writer, const QueryResult *result, JsonSeparate separate)
{
    StrBuf *out = output_buffer(writer->output);
    for (int64_t row = 0; row < result->row_count; row++) {
        separate(writer, out);
        json_add_row(out, result, row);
        writer->count++;
        TRY(output_flush(writer->output, false, writer->error));
    }
    return STATUS_OK;
}

static void array_separate(Writer *writer, StrBuf *out)
{
    strbuf_add_c(out, writer->count == 0 ? "\n" : ",\n");
}

static Status array_begin(Writer *writer)
{
    strbuf_add_char(output_buffer(writer->output), '[');
    return STATUS_OK;
}

static Status array_rule(Writer *writer, const RuleResult *result, ListMask lists)
{
    return write_rule(writer, result, lists, array_separate);
}

static Status array_query(Writer *writer, const QueryResult *result)
{
    return write_query(writer, result, array_separate);
}

static Status array_end(Writer *writer)
{
    strbuf_add_c(output_buffer(writer->output), writer->count == 0 ? "]\n" : "\n]\n");
    return STATUS_OK;
}

const WriterDriver writer_json = {
    .name = "json",
    .extension = "json",
    .begin = array_begin,
    .rule = array_rule,
    .query = array_query,
    .end = array_end,
};

static void line_separate(Writer *writer, StrBuf *out)
{
    if (writer->count > 0)
        strbuf_add_char(out, '\n');
}

static Status line_begin(Writer *writer)
{
    (void)writer;
    return STATUS_OK;
}

static Status line_rule(Writer *writer, const RuleResult *result, ListMask lists)
{
    return write_rule(writer, result, lists, line_separate);
}

static Status line_query(Writer *writer, const QueryResult *result)
{
    return write_query(writer, result, line_separate);
}

static Status line_end(Writer *writer)
{
    if (writer->count > 0)
        strbuf_add_char(output_buffer(writer->output), '\n');
    return STATUS_OK;
}

const WriterDriver writer_jsonl = {
    .name = "jsonl",
    .extension = "jsonl",
    .begin = line_begin,
    .rule = line_rule,
    .query = line_query,
    .end = line_end,
};
