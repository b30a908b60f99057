// SPDX-License-Identifier: Apache-2.0
//
// table_entry.c: one entry of a list, for people.

#include "runtime/writer/table_int.h"

const char *table_word(const Writer *writer, const char *zh, const char *en)
{
    return writer->lang == LANG_ZH ? zh : en;
}

void table_paint(const Writer *writer, StrBuf *out, const char *code)
{
    if (writer->color)
        strbuf_add_c(out, code);
}

// ---------------------------------------------------------------- entries

static void add_key(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->key_count; i++) {
        const KeyPart *part = &entry->key[i];
        strbuf_printf(out, "%s" STR_FMT " ", i == 0 ? "" : "  ", STR_ARG(part->name));
        if (part->value.state == VALUE_KNOWN)
            strbuf_add(out, part->display);
        else
            strbuf_add_c(out, table_word(writer, "（缺失）", "(missing)"));
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
                      score->open ? table_word(writer, "（待定，未计入）", " (open, not added)")
                                  : "");
    }
}

static void add_laws(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->law_count; i++) {
        const EntryLaw *law = &entry->laws[i];
        strbuf_printf(out, "      %s《" STR_FMT "》", table_word(writer, "依据 ", "law "),
                      STR_ARG(law->law));
        if (law->version.len > 0)
            strbuf_printf(out, "（" STR_FMT "）", STR_ARG(law->version));
        strbuf_add(out, law->article);
        if (law->effective.len > 0)
            strbuf_printf(out, "  %s " STR_FMT, table_word(writer, "施行", "effective"),
                          STR_ARG(law->effective));
        strbuf_add_char(out, '\n');
    }
}

static bool one_line(const EvidenceRow *a, const EvidenceRow *b)
{
    return str_equal(a->variable, b->variable) && str_equal(a->file, b->file) &&
           str_equal(a->table, b->table) && a->cells.len == 0 && b->cells.len == 0;
}

static void add_numbers(const Writer *writer, StrBuf *out, const EvidenceRow *rows, uint32_t count)
{
    strbuf_add_c(out, table_word(writer, " 第 ", " records "));
    for (uint32_t i = 0; i < count; i++)
        strbuf_printf(out, "%s%" PRId64, i == 0 ? "" : table_word(writer, "、", ", "), rows[i].row);
    strbuf_add_c(out, table_word(writer, " 条记录", ""));
}

// The rows of one variable and file stand behind each other: their numbers make one line. Records are counted below the
// header, so the word is not that for the lines of a file. Rows of relations that an explanation looked behind show their
// cells, and below them, further in, the rows that they came from.
static void add_rows(const Writer *writer, StrBuf *out, const EvidenceRow *rows, uint32_t count,
                     uint32_t depth)
{
    for (uint32_t i = 0, end; i < count; i = end) {
        const EvidenceRow *row = &rows[i];
        for (end = i + 1; end < count && one_line(row, &rows[end]);)
            end++;
        for (uint32_t d = 0; d < depth + 3; d++)
            strbuf_add_c(out, "  ");
        strbuf_add_c(out, depth == 0 ? table_word(writer, "证据 ", "evidence ")
                                     : table_word(writer, "由 ", "from "));
        strbuf_printf(out, STR_FMT "%s" STR_FMT, STR_ARG(row->variable),
                      row->variable.len > 0 ? "  " : "",
                      STR_ARG(row->file.len > 0 ? row->file : row->table));
        if (row->cells.len > 0)
            strbuf_printf(out, table_word(writer, "（" STR_FMT "）", " (" STR_FMT ")"),
                          STR_ARG(row->cells));
        else
            add_numbers(writer, out, row, end - i);
        strbuf_add_char(out, '\n');
        add_rows(writer, out, row->origins, row->origin_count, depth + 1);
        if (row->origin_total > row->origin_count)
            strbuf_printf(
                out, table_word(writer, "%*s共 %" PRId64 " 行\n", "%*s%" PRId64 " rows in all\n"),
                (int)(2 * depth + 8), "", row->origin_total);
    }
}

static void add_evidence(const Writer *writer, StrBuf *out, const Entry *entry)
{
    add_rows(writer, out, entry->evidence, entry->evidence_count, 0);
    if (entry->evidence_total > entry->evidence_count)
        strbuf_printf(out, "      %s %" PRId64 " %s\n",
                      table_word(writer, "证据共", "evidence in all:"), entry->evidence_total,
                      table_word(writer, "行", "rows"));
}

// s 3 ~ b 5  同一门店 11（认定）：名称 8、号码 3
static void add_matches(const Writer *writer, StrBuf *out, const Entry *entry)
{
    for (uint32_t i = 0; i < entry->match_count; i++) {
        const EntryMatch *match = &entry->matches[i];
        strbuf_printf(out,
                      "      %s" STR_FMT " %" PRId64 " ~ " STR_FMT " %" PRId64 "  " STR_FMT
                      " " STR_FMT "%s",
                      table_word(writer, "匹配 ", "match "), STR_ARG(match->earlier.variable),
                      match->earlier.row, STR_ARG(match->own.variable), match->own.row,
                      STR_ARG(match->model), STR_ARG(match->weight),
                      match->accepted ? table_word(writer, "（认定）", " (accept)")
                                      : table_word(writer, "（待复核）", " (review)"));
        for (uint32_t p = 0; p < match->part_count; p++)
            strbuf_printf(out, "%s" STR_FMT " " STR_FMT,
                          p == 0 ? table_word(writer, "：", ": ") : table_word(writer, "、", ", "),
                          STR_ARG(match->parts[p].name), STR_ARG(match->parts[p].weight));
        strbuf_add_char(out, '\n');
    }
}

static void add_counts(const Writer *writer, StrBuf *out, const Entry *entry)
{
    bool more = entry->list != LIST_UNDECIDED; // besides those that make the entry
    if (entry->undecided_rows > 0)
        strbuf_printf(out, "      %s%" PRId64 " %s\n", more ? table_word(writer, "另有 ", "") : "",
                      entry->undecided_rows,
                      more ? table_word(writer, "行待查", "more rows undecided")
                           : table_word(writer, "行待查", "rows undecided"));
    if (entry->excluded_rows > 0)
        strbuf_printf(out, "      %" PRId64 " %s\n", entry->excluded_rows,
                      table_word(writer, "行被排除", "rows excluded"));
    for (uint32_t i = 0; i < entry->caveat_count; i++)
        strbuf_printf(
            out, "      %s " STR_FMT "\n",
            table_word(writer, "注意：无法归属的行", "caveat: rows that cannot be placed"),
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
        strbuf_printf(out,
                      table_word(writer, "（第 %u 个子句，%" PRId64 " 行）\n",
                                 " (clause %u, %" PRId64 " rows)\n"),
                      cause->place, cause->rows);
    }
}

static void add_head(const Writer *writer, StrBuf *out, const Entry *entry, int64_t number)
{
    strbuf_printf(out, "  %3" PRId64 " ", number);
    if (entry->list == LIST_CLUE) {
        table_paint(writer, out, TABLE_BOLD);
        if (entry->severity != SEVERITY_NONE)
            strbuf_printf(out, "[" STR_FMT "] ", STR_ARG(severity_name(entry->severity)));
        table_paint(writer, out, TABLE_PLAIN);
        if (entry->score_count > 0)
            strbuf_printf(out, table_word(writer, "%" PRId64 " 分  ", "%" PRId64 " points  "),
                          entry->score);
    }
    if (entry->list == LIST_GAP)
        strbuf_printf(out, table_word(writer, "%" PRId64 " 行", "%" PRId64 " rows"),
                      entry->cause_count > 0 ? entry->causes[0].rows : 0);
    else
        add_key(writer, out, entry);
    strbuf_add_char(out, '\n');
}

void table_add_entry(const Writer *writer, StrBuf *out, const Entry *entry, int64_t number)
{
    if (number > 0)
        add_head(writer, out, entry, number);
    bool told = entry->list == LIST_CLUE || entry->list == LIST_CLEARED;
    if (told && entry->title.len > 0)
        add_line(out, entry->title);
    if (told) {
        add_fields(out, entry);
        add_scores(writer, out, entry);
    }
    for (uint32_t i = 0; i < entry->cleared_by_count; i++)
        strbuf_printf(out, "      %s " STR_FMT "\n", table_word(writer, "排除于", "cleared by"),
                      STR_ARG(entry->cleared_by[i]));
    add_laws(writer, out, entry);
    add_causes(writer, out, entry);
    add_counts(writer, out, entry);
    add_evidence(writer, out, entry);
    add_matches(writer, out, entry);
}
