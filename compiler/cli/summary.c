// SPDX-License-Identifier: Apache-2.0
//
// summary.c: what was read and found, for people and as JSON.
//
// The same numbers in both: per table the files with digests and the states of what was in them, per rule the
// lists' sizes and what could not be decided, by clause and cause. No times: the same run gives the same bytes.

#include "compiler/cli/results.h"
#include "runtime/base/time.h"

#define CODES_SHOWN 5 // unknown codes listed per table

static const char *word(Lang lang, const char *zh, const char *en)
{
    return lang == LANG_ZH ? zh : en;
}

// ---------------------------------------------------------------- for people

static void file_text(const LoadedFile *file, Lang lang, StrBuf *out)
{
    strbuf_printf(out, "    " STR_FMT "  " STR_FMT "%s  %" PRId64 "%s  SHA-256 %.16s…\n",
                  STR_ARG(file->path), STR_ARG(file->encoding),
                  file->encoding_detected ? word(lang, "（检测）", " (detected)") : "", file->bytes,
                  word(lang, " 字节", " bytes"), file->sha256);
}

static void column_text(const ColumnReport *column, Lang lang, StrBuf *out)
{
    if (column->repaired + column->damaged + column->masked + column->unparsed == 0)
        return;
    strbuf_printf(out,
                  word(lang,
                       "    " STR_FMT "：有效 %" PRId64 "，修复 %" PRId64 "，损坏 %" PRId64
                       "，脱敏 %" PRId64 "，缺失 %" PRId64 "，无法识别 %" PRId64 "\n",
                       "    " STR_FMT ": valid %" PRId64 ", repaired %" PRId64 ", damaged %" PRId64
                       ", masked %" PRId64 ", missing %" PRId64 ", not parsed %" PRId64 "\n"),
                  STR_ARG(column->name), column->valid, column->repaired, column->damaged,
                  column->masked, column->missing, column->unparsed);
}

// What was judged after reading knows its record, not its line.
static void quarantine_line(Lang lang, StrBuf *out, int64_t rows, Reason reason,
                            const Quarantined *first)
{
    bool by_line = first->line > 0;
    int64_t number = by_line ? first->line : first->record;
    Str gap = first->column.len > 0 ? STR(" ") : STR("");
    const char *format = word(lang,
                              by_line ? "    隔离 %" PRId64 " 行：" STR_FMT "（首见第 %" PRId64
                                        " 行" STR_FMT STR_FMT "）\n"
                                      : "    隔离 %" PRId64 " 行：" STR_FMT "（首见第 %" PRId64
                                        " 条记录" STR_FMT STR_FMT "）\n",
                              by_line ? "    quarantined %" PRId64 " rows: " STR_FMT
                                        " (first on line %" PRId64 STR_FMT STR_FMT ")\n"
                                      : "    quarantined %" PRId64 " rows: " STR_FMT
                                        " (first is record %" PRId64 STR_FMT STR_FMT ")\n");
    strbuf_printf(out, format, rows, STR_ARG(reason_text(reason, lang)), number, STR_ARG(gap),
                  STR_ARG(first->column));
}

// The first few different codes that no `enum` knows, so that the author can add them.
static void unknown_codes(const LoadReport *report, Lang lang, StrBuf *out)
{
    Str words[CODES_SHOWN];
    size_t count = 0;
    bool more = false;
    for (size_t i = 0; i < report->quarantined.count && !more; i++) {
        const Quarantined *row = &report->quarantined.items[i];
        bool known = row->reason != REASON_UNKNOWN_CODE || row->shown.len == 0;
        for (size_t k = 0; k < count && !known; k++)
            known = str_equal(words[k], row->shown);
        more = !known && count == CODES_SHOWN;
        if (!known && !more)
            words[count++] = row->shown;
    }
    for (size_t k = 0; k < count; k++) {
        strbuf_add_c(out,
                     k > 0 ? word(lang, "、", ", ") : word(lang, "      代码：", "      codes: "));
        strbuf_add(out, words[k]);
    }
    if (count > 0)
        strbuf_add_c(out, more ? " …\n" : "\n");
}

// Rejected rows by reason, in the order of the reasons.
static void quarantine_text(const LoadReport *report, Lang lang, StrBuf *out)
{
    for (Reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        int64_t rows = 0;
        const Quarantined *first = NULL;
        for (size_t i = 0; i < report->quarantined.count; i++)
            if (report->quarantined.items[i].reason == reason) {
                first = rows++ == 0 ? &report->quarantined.items[i] : first;
            }
        if (first == NULL)
            continue;
        quarantine_line(lang, out, rows, reason, first);
        if (reason == REASON_UNKNOWN_CODE)
            unknown_codes(report, lang, out);
    }
}

static void table_text(const LoadReport *report, Lang lang, StrBuf *out)
{
    strbuf_printf(
        out,
        word(lang, "  " STR_FMT "：读入 %" PRId64 " = 接受 %" PRId64 " + 隔离 %" PRId64,
             "  " STR_FMT ": read %" PRId64 " = accepted %" PRId64 " + quarantined %" PRId64),
        STR_ARG(report->table), report->records, report->accepted, report->quarantined_count);
    if (report->repeated_count > 0)
        strbuf_printf(out,
                      word(lang, "（其中重复 %" PRId64 "）", " (%" PRId64 " of them repeated)"),
                      report->repeated_count);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < report->files.count; i++)
        file_text(&report->files.items[i], lang, out);
    for (size_t i = 0; i < report->columns.count; i++)
        column_text(&report->columns.items[i], lang, out);
    quarantine_text(report, lang, out);
    for (size_t i = 0; i < report->warnings.count; i++) {
        const LoadWarning *warning = &report->warnings.items[i];
        Str text = lang == LANG_ZH ? warning->zh : warning->en;
        strbuf_printf(out, "    %s" STR_FMT "\n", word(lang, "注意：", "warning: "), STR_ARG(text));
    }
}

static void counts_text(const ClauseCount *counts, uint32_t count, Lang lang, StrBuf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        bool doubt = counts[i].reason == REASON_DOUBT;
        Str reason = doubt ? counts[i].source : reason_text(counts[i].reason, lang);
        strbuf_printf(out,
                      word(lang, "    第 %u 个子句待定 %" PRId64 " 行：" STR_FMT "%s" STR_FMT "\n",
                           "    clause %u: %" PRId64 " rows undecided: " STR_FMT "%s" STR_FMT "\n"),
                      counts[i].place, counts[i].rows, STR_ARG(reason),
                      doubt || counts[i].source.len == 0 ? "" : " ",
                      STR_ARG(doubt ? STR("") : counts[i].source));
    }
}

// With --counts: what each clause lets pass. Operators that one clause became are one line.
static void flow_text(const BodyFlow *flow, Lang lang, StrBuf *out)
{
    strbuf_printf(out, "  " STR_FMT, STR_ARG(flow->name));
    if (flow->branch > 0)
        strbuf_printf(out, word(lang, "（第 %u 支）", " (branch %u)"), flow->branch);
    strbuf_add_char(out, '\n');
    for (uint32_t i = 0; i < flow->clause_count; i++) {
        const ClauseFlow *clause = &flow->clauses[i];
        size_t end = str_find(clause->text, STR("\n"), 0);
        Str text = str_trim(str_slice(clause->text, 0, end == STR_NONE ? clause->text.len : end));
        strbuf_printf(out,
                      word(lang, "    %3u  %12" PRId64 " → %12" PRId64 "  ",
                           "    %3u  %12" PRId64 " → %12" PRId64 "  "),
                      clause->place, clause->rows_in, clause->rows_out);
        strbuf_add(out, text);
        if (clause->undecided > 0)
            strbuf_printf(
                out, word(lang, "（其中不能确定 %" PRId64 "）", " (%" PRId64 " of them uncertain)"),
                clause->undecided);
        strbuf_add_char(out, '\n');
    }
}

static void rule_text(const RuleResult *result, Lang lang, StrBuf *out)
{
    strbuf_printf(out,
                  word(lang, "  " STR_FMT "：线索 %" PRId64 "，排除 %" PRId64 "，待查 %" PRId64,
                       "  " STR_FMT ": clues %" PRId64 ", cleared %" PRId64 ", undecided %" PRId64),
                  STR_ARG(result->rule), result->clue_count, result->cleared_count,
                  result->undecided_count);
    if (result->gap_count > 0)
        strbuf_printf(out, word(lang, "，数据缺口 %" PRId64, ", gaps in the data %" PRId64),
                      result->gap_count);
    strbuf_add_char(out, '\n');
    if (result->unplaced_rows > 0)
        strbuf_printf(out,
                      word(lang, "    %" PRId64 " 行无法归属，至多可能推翻 %" PRId64 " 条线索\n",
                           "    %" PRId64 " rows cannot be placed; they could overturn %" PRId64
                           " clues at most\n"),
                      result->unplaced_rows, result->overturn_most);
    for (uint32_t i = 0; i < result->beyond_count; i++) {
        const UnplacedTable *at = &result->beyond[i];
        strbuf_printf(
            out,
            word(
                lang,
                "    " STR_FMT " 有 %" PRId64 " / %" PRId64
                " 行被隔离或者不知是谁的，多于容许无主率：可能与它们有关的查无都待查（可用 --set "
                "容许无主率=… 改）\n",
                "    " STR_FMT ": %" PRId64 " of %" PRId64
                " rows are quarantined or could be anybody's, more than tolerated: an absence that "
                "they may fill is undecided (--set unplaced_tolerance=…)\n"),
            STR_ARG(at->table), at->unplaced, at->total);
    }
    counts_text(result->counts, result->count_count, lang, out);
}

void summary_text(const RunFacts *facts, Lang lang, StrBuf *out)
{
    const Run *run = facts->run;
    if (run_load_count(run) > 0)
        strbuf_add_c(out, word(lang, "数据\n", "data\n"));
    for (uint32_t i = 0; i < run_load_count(run); i++)
        table_text(run_load(run, i), lang, out);
    if (run_rule_count(run) + run_query_count(run) > 0)
        strbuf_add_c(out, word(lang, "结果\n", "results\n"));
    for (uint32_t i = 0; i < run_rule_count(run); i++)
        rule_text(run_rule(run, i), lang, out);
    for (uint32_t i = 0; i < run_query_count(run); i++) {
        const QueryResult *query = run_query(run, i);
        strbuf_printf(
            out, word(lang, "  " STR_FMT "：%" PRId64 " 行\n", "  " STR_FMT ": %" PRId64 " rows\n"),
            STR_ARG(query->query), query->row_count);
        counts_text(query->counts, query->count_count, lang, out);
    }
    if (run_flow_count(run) > 0)
        strbuf_add_c(out, word(lang, "各子句的行数（进 → 出）\n", "rows by clause (in → out)\n"));
    for (uint32_t i = 0; i < run_flow_count(run); i++)
        flow_text(run_flow(run, i), lang, out);
}

// ---------------------------------------------------------------- as JSON

static void name_json(StrBuf *out, const char *name, bool first)
{
    strbuf_printf(out, "%s\"%s\":", first ? "" : ",", name);
}

static void text_json(StrBuf *out, const char *name, Str text, bool first)
{
    name_json(out, name, first);
    json_add_str(out, text);
}

static void number_json(StrBuf *out, const char *name, int64_t value)
{
    name_json(out, name, false);
    strbuf_add_i64(out, value);
}

static void file_json(const LoadedFile *file, StrBuf *out)
{
    strbuf_add_char(out, '{');
    text_json(out, "file", file->path, true);
    text_json(out, "sha256", str_from_cstr(file->sha256), false);
    text_json(out, "encoding", file->encoding, false);
    name_json(out, "encoding_detected", false);
    strbuf_add_c(out, file->encoding_detected ? "true" : "false");
    number_json(out, "bytes", file->bytes);
    number_json(out, "rows", file->records);
    number_json(out, "accepted", file->accepted);
    number_json(out, "quarantined", file->quarantined);
    strbuf_add_char(out, '}');
}

static void columns_json(const LoadReport *report, StrBuf *out)
{
    strbuf_add_c(out, ",\"columns\":[");
    for (size_t i = 0; i < report->columns.count; i++) {
        const ColumnReport *column = &report->columns.items[i];
        strbuf_add_c(out, i == 0 ? "{" : ",{");
        text_json(out, "column", column->name, true);
        number_json(out, "valid", column->valid);
        number_json(out, "repaired", column->repaired);
        number_json(out, "damaged", column->damaged);
        number_json(out, "masked", column->masked);
        number_json(out, "missing", column->missing);
        number_json(out, "unparsed", column->unparsed);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

static void table_json(const LoadReport *report, StrBuf *out)
{
    strbuf_add_char(out, '{');
    text_json(out, "table", report->table, true);
    number_json(out, "rows", report->records);
    number_json(out, "accepted", report->accepted);
    number_json(out, "quarantined", report->quarantined_count);
    number_json(out, "repeated", report->repeated_count);
    strbuf_add_c(out, ",\"files\":[");
    for (size_t i = 0; i < report->files.count; i++) {
        strbuf_add_c(out, i == 0 ? "" : ",");
        file_json(&report->files.items[i], out);
    }
    strbuf_add_char(out, ']');
    columns_json(report, out);
    strbuf_add_c(out, ",\"warnings\":[");
    for (size_t i = 0; i < report->warnings.count; i++) {
        strbuf_add_c(out, i == 0 ? "" : ",");
        json_add_str(out, report->warnings.items[i].zh);
    }
    strbuf_add_c(out, "]}");
}

static void counts_json(const ClauseCount *counts, uint32_t count, StrBuf *out)
{
    strbuf_add_c(out, ",\"undecided_by_cause\":[");
    for (uint32_t i = 0; i < count; i++) {
        bool doubt = counts[i].reason == REASON_DOUBT;
        strbuf_printf(out, "%s{\"clause\":%u", i == 0 ? "" : ",", counts[i].place);
        text_json(out, "reason", doubt ? counts[i].source : reason_name(counts[i].reason), false);
        text_json(out, "source", doubt ? STR("") : counts[i].source, false);
        number_json(out, "rows", counts[i].rows);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

static void rule_json(const RuleResult *result, StrBuf *out)
{
    strbuf_add_char(out, '{');
    text_json(out, "rule", result->rule, true);
    number_json(out, "clues", result->clue_count);
    number_json(out, "cleared", result->cleared_count);
    number_json(out, "undecided", result->undecided_count);
    number_json(out, "gaps", result->gap_count);
    number_json(out, "unplaced_rows", result->unplaced_rows);
    number_json(out, "overturn_most", result->overturn_most);
    counts_json(result->counts, result->count_count, out);
    strbuf_add_char(out, '}');
}

static void settings_json(const RunFacts *facts, StrBuf *out)
{
    name_json(out, "as_of", true);
    if (facts->options->has_as_of) {
        strbuf_add_char(out, '"');
        date_format(out, (int32_t)facts->options->as_of);
        strbuf_add_char(out, '"');
    } else {
        strbuf_add_c(out, "null");
    }
    strbuf_add_c(out, ",\"unplaced_tolerance\":\"");
    exact_format(out, facts->options->tolerance_count, 9);
    strbuf_add_c(out, "\",\"parameters\":{");
    for (uint32_t i = 0; i < facts->set_count; i++) {
        strbuf_add_c(out, i == 0 ? "" : ",");
        json_add_str(out, facts->set_names[i]);
        strbuf_add_char(out, ':');
        json_add_str(out, facts->set_texts[i]);
    }
    strbuf_add_c(out, "},\"models\":[");
    for (uint32_t i = 0; i < facts->program->model_count; i++) {
        strbuf_add_c(out, i == 0 ? "{" : ",{");
        text_json(out, "model", facts->program->models[i].name, true);
        text_json(out, "version", facts->program->models[i].version, false);
        strbuf_add_char(out, '}');
    }
    strbuf_add_char(out, ']');
}

// The files of what --calendar and --divisions supply.
static void supplied_json(const Facts *supplied, StrBuf *out)
{
    if (supplied == NULL || supplied->reports.count == 0)
        return;
    strbuf_add_c(out, ",\n\"facts\":[");
    for (size_t i = 0; i < supplied->reports.count; i++) {
        const LoadReport *report = &supplied->reports.items[i];
        strbuf_add_c(out, i == 0 ? "\n{" : ",\n{");
        text_json(out, "table", report->table, true);
        strbuf_add_c(out, ",\"files\":[");
        for (size_t f = 0; f < report->files.count; f++) {
            strbuf_add_c(out, f == 0 ? "" : ",");
            file_json(&report->files.items[f], out);
        }
        strbuf_add_c(out, "]}");
    }
    strbuf_add_char(out, ']');
}

static void flow_json(const BodyFlow *flow, StrBuf *out)
{
    strbuf_add_char(out, '{');
    text_json(out, "name", flow->name, true);
    number_json(out, "branch", flow->branch);
    strbuf_add_c(out, ",\"clauses\":[");
    for (uint32_t i = 0; i < flow->clause_count; i++) {
        const ClauseFlow *clause = &flow->clauses[i];
        strbuf_printf(out, "%s{\"clause\":%u", i == 0 ? "" : ",", clause->place);
        text_json(out, "text", clause->text, false);
        number_json(out, "in", clause->rows_in);
        number_json(out, "out", clause->rows_out);
        number_json(out, "undecided", clause->undecided);
        strbuf_add_char(out, '}');
    }
    strbuf_add_c(out, "]}");
}

void summary_json(const RunFacts *facts, StrBuf *out)
{
    const Run *run = facts->run;
    strbuf_add_char(out, '{');
    settings_json(facts, out);
    supplied_json(facts->supplied, out);
    strbuf_add_c(out, ",\n\"tables\":[");
    for (uint32_t i = 0; i < run_load_count(run); i++) {
        strbuf_add_c(out, i == 0 ? "\n" : ",\n");
        table_json(run_load(run, i), out);
    }
    strbuf_add_c(out, "],\n\"rules\":[");
    for (uint32_t i = 0; i < run_rule_count(run); i++) {
        strbuf_add_c(out, i == 0 ? "\n" : ",\n");
        rule_json(run_rule(run, i), out);
    }
    strbuf_add_c(out, "],\n\"queries\":[");
    for (uint32_t i = 0; i < run_query_count(run); i++) {
        const QueryResult *query = run_query(run, i);
        strbuf_add_c(out, i == 0 ? "\n{" : ",\n{");
        text_json(out, "query", query->query, true);
        number_json(out, "rows", query->row_count);
        counts_json(query->counts, query->count_count, out);
        strbuf_add_char(out, '}');
    }
    strbuf_add_c(out, "]");
    if (facts->options->counts) {
        strbuf_add_c(out, ",\n\"counts\":[");
        for (uint32_t i = 0; i < run_flow_count(run); i++) {
            strbuf_add_c(out, i == 0 ? "\n" : ",\n");
            flow_json(run_flow(run, i), out);
        }
        strbuf_add_char(out, ']');
    }
    strbuf_add_c(out, "}");
}
