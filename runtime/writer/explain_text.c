// SPDX-License-Identifier: Apache-2.0
//
// explain_text.c: an explanation for people: which list, the clauses with what was left behind each, where it ended
// and how near it came, or what the entry rests on and what would decide it.

#include "runtime/base/time.h"
#include "runtime/base/unicode.h"
#include "runtime/writer/table_int.h"

// Clauses wider than this push their counts to the right instead of lining up.
#define CLAUSE_WIDTH_MAX 48

typedef struct Report {
    const Explanation *explanation;
    Writer writer; // language and colours only
    StrBuf *out;
} Report;

static const char *word(const Report *report, const char *zh, const char *en)
{
    return table_word(&report->writer, zh, en);
}

// ---------------------------------------------------------------- heading

static const char *question(const Report *report)
{
    if (!report->explanation->listed)
        return word(report, "为何不在任何名单上", "why it is in no list");
    switch (report->explanation->entry.list) {
    case LIST_CLUE:
        return word(report, "为何是线索", "why it is a clue");
    case LIST_CLEARED:
        return word(report, "为何排除", "why it is cleared");
    case LIST_UNDECIDED:
        return word(report, "为何待查", "why it is undecided");
    case LIST_GAP:
        break;
    }
    return "";
}

static void add_heading(const Report *report)
{
    const Explanation *explanation = report->explanation;
    table_paint(&report->writer, report->out, TABLE_BOLD);
    strbuf_add_c(report->out, question(report));
    table_paint(&report->writer, report->out, TABLE_PLAIN);
    strbuf_add_c(report->out, word(report, "：", ": "));
    for (uint32_t i = 0; i < explanation->key_count; i++)
        strbuf_printf(report->out, "%s" STR_FMT " " STR_FMT, i == 0 ? "" : word(report, "，", ", "),
                      STR_ARG(explanation->key[i].name), STR_ARG(explanation->key[i].display));
    strbuf_printf(report->out, word(report, "（" STR_FMT, " (" STR_FMT),
                  STR_ARG(explanation->rule));
    if (explanation->has_as_of) {
        strbuf_add_c(report->out, word(report, "，截止 ", ", as of "));
        date_format(report->out, (int32_t)explanation->as_of);
    }
    strbuf_add_c(report->out, word(report, "）\n", ")\n"));
}

// ---------------------------------------------------------------- clauses

// A clause on one line: the line breaks and blanks that the author set become one blank each.
static void add_one_line(StrBuf *out, Str text)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        bool space =
            text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '\t';
        if (space && !blank)
            strbuf_add_char(out, ' ');
        else if (!space)
            strbuf_add_char(out, text.ptr[i]);
        blank = space;
    }
}

static void add_values(const Report *report, const ReplayValue *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        strbuf_printf(report->out, "%s" STR_FMT " = " STR_FMT,
                      i == 0 ? "" : word(report, "，", ", "), STR_ARG(values[i].text),
                      STR_ARG(values[i].value));
}

// The records from which a window's value came, as one list where they are of one file.
static void add_peers(const Report *report, const ReplayPeers *peers)
{
    strbuf_printf(report->out,
                  word(report, "      由 %" PRId64 " 行得出", "      made of %" PRId64 " rows"),
                  peers->count);
    for (uint32_t i = 0; i < peers->row_count; i++) {
        const EvidenceRow *row = &peers->rows[i];
        Str where = row->file.len > 0 ? row->file : row->table;
        bool next =
            i > 0 && str_equal(where, peers->rows[i - 1].file.len > 0 ? peers->rows[i - 1].file
                                                                      : peers->rows[i - 1].table);
        if (!next)
            strbuf_printf(report->out,
                          i == 0 ? word(report, "：" STR_FMT " 第 ", ": " STR_FMT ", record ")
                                 : word(report, "；" STR_FMT " 第 ", "; " STR_FMT ", record "),
                          STR_ARG(where));
        strbuf_printf(report->out, next ? word(report, "、%" PRId64, ", %" PRId64) : "%" PRId64,
                      row->row);
    }
    if (peers->row_count > 0)
        strbuf_add_c(report->out, peers->count > (int64_t)peers->row_count
                                      ? word(report, " 条记录等", " and others")
                                      : word(report, " 条记录", ""));
    if (peers->open > 0)
        strbuf_printf(report->out,
                      word(report, "；另有 %" PRId64 " 行不知是否在内",
                           "; %" PRId64 " more rows may belong to them"),
                      peers->open);
    strbuf_add_char(report->out, '\n');
}

static void clause_text(const Report *report, const ReplayClause *clause, StrBuf *out)
{
    if (clause->text.len == 0)
        strbuf_add_c(out, word(report, "（按线索的对象归组）", "(grouped by the clue's key)"));
    add_one_line(out, clause->text);
}

static int64_t clause_width(const Report *report)
{
    int64_t width = 0;
    for (uint32_t i = 0; i < report->explanation->clause_count; i++) {
        StrBuf text = {0};
        clause_text(report, &report->explanation->clauses[i], &text);
        int64_t own = unicode_display_width(strbuf_str(&text));
        if (own <= CLAUSE_WIDTH_MAX)
            width = MAX_OF(width, own);
        strbuf_deinit(&text);
    }
    return width;
}

static void add_left(const Report *report, const ReplayClause *clause)
{
    if (clause->score != REPLAY_NO_SCORE) {
        strbuf_add_c(report->out, clause->score == REPLAY_ADDED ? word(report, "计入", "added")
                                  : clause->score == REPLAY_OPEN
                                      ? word(report, "待定，未计入", "open, not added")
                                      : word(report, "未计入", "not added"));
        return;
    }
    const char *what = clause->grouped ? word(report, "组", "groups") : word(report, "行", "rows");
    strbuf_printf(report->out, "%" PRId64 " %s", clause->certain, what);
    if (clause->possible > 0)
        strbuf_printf(report->out,
                      word(report, "，另 %" PRId64 " %s待查", ", %" PRId64 " %s more undecided"),
                      clause->possible, what);
}

static void add_clause(const Report *report, const ReplayClause *clause, int64_t width,
                       const char *ended)
{
    StrBuf text = {0};
    clause_text(report, clause, &text);
    int64_t blanks = width - unicode_display_width(strbuf_str(&text));
    strbuf_add_c(report->out, "  ");
    strbuf_add(report->out, strbuf_str(&text));
    strbuf_deinit(&text);
    strbuf_add_repeat(report->out, ' ', (size_t)MAX_OF(blanks, 0) + 2);
    if (clause->reached)
        add_left(report, clause);
    else
        strbuf_add_c(report->out, word(report, "没有行到这里", "no row got here"));
    strbuf_add_c(report->out, ended);
    strbuf_add_char(report->out, '\n');
    if (clause->peers.some)
        add_peers(report, &clause->peers);
    if (clause->value_count > 0 && clause->reached) {
        strbuf_add_c(report->out, "      ");
        add_values(report, clause->values, clause->value_count);
        strbuf_add_char(report->out, '\n');
    }
}

// A condition on a group whose values are all known, and that left the group undecided all the same: it holds, but
// for rows that nobody can place.
static bool only_strays_object(const ReplayClause *before, const ReplayClause *clause)
{
    if (!before->grouped || before->certain == 0 || clause->certain > 0 || clause->possible == 0)
        return false;
    for (uint32_t i = 0; i < clause->value_count; i++)
        if (str_find(clause->values[i].value, STR("（"), 0) != STR_NONE)
            return false;
    return clause->value_count > 0 && !clause->excepts;
}

static void add_strays(const Report *report, const ReplayClause *clause)
{
    bool sums = str_find(clause->text, STR("合计("), 0) != STR_NONE ||
                str_find(clause->text, STR("sum("), 0) != STR_NONE;
    strbuf_add_c(report->out,
                 word(report, "      按能归属的行成立，但有行不知是谁的，可能改变它",
                      "      holds for the rows that can be placed; rows that could be anybody's "
                      "may change it"));
    if (sums)
        strbuf_add_c(report->out,
                     word(report,
                          "；数值不会是负数的，请在数据表里写 预期 列 >= 0 "
                          "否则 隔离，合计就不会因它们变小",
                          "; where values are never negative, say so in the table, expect COLUMN "
                          ">= 0 else quarantine: then they cannot make a sum smaller"));
    strbuf_add_char(report->out, '\n');
}

static void add_clauses(const Report *report)
{
    const Explanation *explanation = report->explanation;
    int64_t width = clause_width(report);
    for (uint32_t i = 0; i < explanation->clause_count; i++) {
        const char *ended = "";
        bool last = explanation->ended == (int32_t)i &&
                    (!explanation->listed || explanation->entry.list == LIST_CLEARED);
        if (last)
            ended = explanation->listed ? word(report, "  ← 由此排除", "  <- cleared here")
                                        : word(report, "  ← 到此为止", "  <- ended here");
        add_clause(report, &explanation->clauses[i], width, ended);
        if (i > 0 && only_strays_object(&explanation->clauses[i - 1], &explanation->clauses[i]))
            add_strays(report, &explanation->clauses[i]);
        if (last)
            return; // nothing is left to tell behind it
    }
}

// ---------------------------------------------------------------- where it ended

static void add_row(const Report *report, const EvidenceRow *row)
{
    Str where = row->file.len > 0 ? row->file : row->table;
    if (row->table.len > 0)
        strbuf_printf(report->out,
                      word(report, "（" STR_FMT " 第 %" PRId64 " 条记录）",
                           " (" STR_FMT ", record %" PRId64 ")"),
                      STR_ARG(where), row->row);
}

static void add_miss(const Report *report, const ReplayMiss *miss)
{
    if (miss->absent.len > 0) {
        strbuf_printf(report->out,
                      word(report, "    不该有的“" STR_FMT "”已有：",
                           "    `" STR_FMT "` must not be there, but is: "),
                      STR_ARG(miss->absent));
    } else if (miss->condition.len == 0) {
        strbuf_add_c(report->out, word(report, "    已有对应记录：", "    a partner is there: "));
    } else {
        strbuf_add_c(report->out, word(report, "    未满足 ", "    not met: "));
        add_one_line(report->out, miss->condition);
        strbuf_add_c(report->out, word(report, "，最接近的：", "; nearest: "));
    }
    add_values(report, miss->values, miss->value_count);
    if (miss->distance.len > 0)
        strbuf_printf(report->out, word(report, "，相差 " STR_FMT, ", off by " STR_FMT),
                      STR_ARG(miss->distance));
    add_row(report, &miss->row);
    strbuf_add_char(report->out, '\n');
}

static void add_parts(const Report *report)
{
    for (uint32_t i = 0; i < report->explanation->part_count; i++) {
        const ReplayPart *part = &report->explanation->parts[i];
        strbuf_add_c(report->out, "    ");
        add_one_line(report->out, part->condition);
        strbuf_printf(report->out,
                      word(report, "：余 %" PRId64 " 对\n", ": %" PRId64 " pairs left\n"),
                      part->pairs);
    }
}

static void add_end(const Report *report)
{
    const Explanation *explanation = report->explanation;
    add_parts(report);
    for (uint32_t i = 0; i < explanation->miss_count; i++)
        add_miss(report, &explanation->misses[i]);
    if (explanation->ended != 0)
        return;
    strbuf_add_c(report->out,
                 word(report, "    表中没有这个对象", "    the table has no such key"));
    if (explanation->nearest_key.len > 0)
        strbuf_printf(report->out,
                      word(report, "；最接近的是“" STR_FMT "”", "; the nearest is '" STR_FMT "'"),
                      STR_ARG(explanation->nearest_key));
    strbuf_add_char(report->out, '\n');
}

// ---------------------------------------------------------------- what would decide it

// What a reader can do about a cause; NULL: nothing that helps everywhere.
static const char *advice(const Report *report, Reason reason)
{
    switch (reason) {
    case REASON_MISSING:
        return word(
            report,
            "补上这一格；空白另有含义的，在筛选、关联后写“缺失则 舍弃/保留”，在除外、存疑里写“… "
            "不为空 且 …”",
            "fill the cell; if a blank means something, say so: `on missing drop` or `keep` "
            "behind filters and partners, `… is present and …` in except and doubt");
    case REASON_DAMAGED:
        return word(report, "按原始凭证更正这个号码",
                    "correct the number from the original record");
    case REASON_MASKED:
        return word(report, "向提供单位索取未脱敏的号码", "ask the holder for the unmasked number");
    case REASON_ABSENT:
        return word(report, "核对是否确实没有对应记录；没有时按什么算，可用 ?? 写明",
                    "check that there is really no partner; say with `??` what holds without one");
    case REASON_NOT_COVERED:
        return word(report, "调取覆盖这一日期的数据，并更新表的“覆盖”",
                    "get data that cover this date, and extend the table's `covers`");
    case REASON_SEVERAL_PARTNERS:
    case REASON_SEVERAL_AT_THE_SAME_TIME:
        return word(report, "核对哪一条对应记录是对的，或者在条件里再加一项加以区分",
                    "find out which partner is right, or add a condition that tells them apart");
    case REASON_UNDER_REVIEW:
        return word(report, "看匹配各项的权重，人工认定这两行是不是同一对象",
                    "look at the weights of the match and decide whether both rows are one thing");
    case REASON_UNKNOWN_ROW:
    case REASON_UNDECIDED_ROW:
    case REASON_UNDECIDED_MEMBERS:
        return word(report, "先弄清它所依据的那几行", "settle the rows that it rests on first");
    case REASON_QUARANTINED:
        return word(report, "查看被隔离的行，更正后重新导入",
                    "look at the quarantined rows, correct and load them again");
    case REASON_DIVISION_BY_ZERO:
        return word(report, "除数为零时应当如何，请在规则里写明（若 … 则 … 否则 …）",
                    "say in the rule what holds when the divisor is zero (if … then … else …)");
    case REASON_OUTSIDE_CALENDAR:
        return word(report, "补充这一年的工作日历", "add the calendar of that year");
    case REASON_UNKNOWN_DIVISION:
        return word(report, "核对区划代码和日期：代码表中那一天没有确定的区划",
                    "check code and date: the lists know no division with that code on that day");
    case REASON_NO_VERSION:
        return word(report, "补充法律的这一版本", "declare the version of the law for that date");
    case REASON_NO_PARAMETER_VALUE:
        return word(report, "补充参数在这一日期的取值", "give the parameter a value for that date");
    case REASON_TOO_FEW_PEERS:
        return word(report, "同组样本不足，不下结论", "there are not enough peers for a verdict");
    case REASON_PEERS_UNDECIDED:
        return word(report, "先弄清同组中待定的那几行",
                    "settle the undecided rows among the peers first");
    case REASON_ZERO_SPREAD:
        return word(report, "同组的数值都一样，无从比较：换一个分组，或者直接与标准比较",
                    "all peers have one value, there is nothing to compare with: choose other "
                    "peers, or compare with a standard");
    case REASON_CONVERSION:
        return word(report, "按原始凭证更正这一格，或者先筛选出写法规范的行",
                    "correct the cell from the original record, or filter for well-formed ones");
    case REASON_OVERFLOW:
    case REASON_DOMAIN:
        return word(report, "核对参与计算的数值：这一格多半有误",
                    "check the numbers that were computed with: a cell is probably wrong");
    case REASON_PATTERN_STEPS:
        return word(report, "用“提及”找词，或者把形式写得简单些",
                    "look for words with `mentions`, or write a simpler pattern");
    default:
        return NULL;
    }
}

static void add_cause(const Report *report, const EntryCause *cause)
{
    bool doubt = cause->reason == REASON_DOUBT;
    Str reason = doubt ? cause->source : reason_text(cause->reason, report->writer.lang);
    strbuf_printf(report->out, word(report, "    第 %u 个子句 ", "    clause %u "), cause->place);
    for (uint32_t i = 0; i < report->explanation->clause_count; i++) {
        if (report->explanation->clauses[i].place == cause->place)
            add_one_line(report->out, report->explanation->clauses[i].text);
    }
    strbuf_printf(report->out, word(report, "：" STR_FMT, ": " STR_FMT), STR_ARG(reason));
    if (!doubt && cause->source.len > 0)
        strbuf_printf(report->out, " " STR_FMT, STR_ARG(cause->source));
    strbuf_printf(report->out, word(report, "（%" PRId64 " 行）\n", " (%" PRId64 " rows)\n"),
                  cause->rows);
    if (advice(report, cause->reason) != NULL)
        strbuf_printf(report->out, "      %s %s\n", word(report, "→", "->"),
                      advice(report, cause->reason));
}

static void add_entry(const Report *report)
{
    Entry entry = report->explanation->entry;
    strbuf_add_char(report->out, '\n');
    for (uint32_t i = 0; i < entry.cause_count; i++)
        add_cause(report, &entry.causes[i]);
    entry.cause_count = 0;
    table_add_entry(&report->writer, report->out, &entry, 0);
    if (entry.id[0] != '\0')
        strbuf_printf(report->out, "      %s %s\n", word(report, "编号", "id"), entry.id);
}

void explanation_text(const Explanation *explanation, Lang lang, bool color, StrBuf *out)
{
    Report report = {
        .explanation = explanation, .writer = {.lang = lang, .color = color}, .out = out};
    add_heading(&report);
    add_clauses(&report);
    if (explanation->listed)
        add_entry(&report);
    else
        add_end(&report);
}
