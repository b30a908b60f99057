// SPDX-License-Identifier: Apache-2.0
//
// aggregate.c: the cards of aggregates. The folds themselves are the engine's
// (runtime/exec/aggregate.h); `step` names the AggregateKind. An aggregate without a step can be
// checked and not yet be run.
//
// Each aggregate counts every distinct tuple of rows of the variables that it mentions once
// (spec/evaluation.md 5.2), so none of the sentences below says "distinct rows" again.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(count, .name = "count", .name_zh = "计数", .signature = "count(v: T, ...): integer",
        .doc = "How many rows of a row variable there are.", .doc_zh = "某个行变量有多少行。",
        .lower = LOWER_AGGREGATE, .step = "COUNT", .cost = 1, .sql = "count(*)")

FN_WORD(sum, .name = "sum", .name_zh = "合计", .signature = "sum(x: N): N",
        .doc = "The exact sum; 0 over no rows.", .doc_zh = "精确的合计；没有行时为 0。",
        .issues = FN_ISSUES(REASON_OVERFLOW), .lower = LOWER_AGGREGATE, .step = "SUM", .cost = 2,
        .sql = "sum($1)")

FN_WORD(mean, .name = "mean", .name_zh = "平均", .signature = "mean(x: N): N",
        .doc = "The mean: the exact sum divided by the number of values, 18 places, half to even.",
        .doc_zh = "平均值：精确合计除以个数，保留 18 位小数，四舍六入五成双。",
        .issues = FN_ISSUES(REASON_OVERFLOW), .lower = LOWER_AGGREGATE, .step = "MEAN", .cost = 2,
        .sql = "avg($1)")

FN_WORD(min, .name = "min", .name_zh = "最小", .signature = "min(x: T): T",
        .doc = "The least value in the order of its type.", .doc_zh = "按类型的次序最小的值。",
        .lower = LOWER_AGGREGATE, .step = "MIN", .cost = 2, .sql = "min($1)")

FN_WORD(max, .name = "max", .name_zh = "最大", .signature = "max(x: T): T",
        .doc = "The greatest value in the order of its type.", .doc_zh = "按类型的次序最大的值。",
        .lower = LOWER_AGGREGATE, .step = "MAX", .cost = 2, .sql = "max($1)")

FN_WORD(distinct_count, .name = "distinct_count", .name_zh = "不同数",
        .signature = "distinct_count(x: T): integer",
        .doc = "How many different known values there are.", .doc_zh = "有多少个不同的已知值。",
        .lower = LOWER_AGGREGATE, .step = "DISTINCT_COUNT", .cost = 30, .sql = "count(distinct $1)")

FN_WORD(any, .name = "any", .name_zh = "任一", .signature = "any(c: boolean): boolean",
        .doc = "Whether the condition holds for at least one row; false over no rows.",
        .doc_zh = "至少有一行符合条件；没有行时为假。", .lower = LOWER_AGGREGATE, .step = "ANY",
        .cost = 1)

FN_WORD(all, .name = "all", .name_zh = "全部", .signature = "all(c: boolean): boolean",
        .doc = "Whether the condition holds for every row; true over no rows.",
        .doc_zh = "每一行都符合条件；没有行时为真。", .lower = LOWER_AGGREGATE, .step = "ALL",
        .cost = 1)

FN_WORD(collect, .name = "collect", .name_zh = "汇集", .signature = "collect(x: T): set(T)",
        .doc = "The set of the different values.", .doc_zh = "不同的值组成的集合。",
        .lower = LOWER_AGGREGATE, .step = "COLLECT", .cost = 40)

FN_WORD(list_text, .name = "list_text", .name_zh = "列举", .signature = "list_text(x: T): text",
        .doc = "The different values as one text, in their order, with 、 between them.",
        .doc_zh = "不同的值按次序写成一段文字，用、隔开。", .lower = LOWER_AGGREGATE,
        .step = "LIST_TEXT", .cost = 60)

FN_WORD(union_set, .name = "union", .name_zh = "并集", .signature = "union(x: set(T)): set(T)",
        .doc = "All members of all the sets.", .doc_zh = "各集合的全部成员。",
        .lower = LOWER_AGGREGATE, .step = "UNION", .cost = 60)

FN_WORD(union_period, .name = "union", .name_zh = "并集",
        .signature = "union(x: period): list(period)",
        .doc = "The days covered by any of the periods, as periods that neither overlap nor touch.",
        .doc_zh = "各期间覆盖的全部日子，合并成互不重叠、互不相接的期间。",
        .lower = LOWER_AGGREGATE, .step = "UNION", .cost = 60)

FN_WORD(longest_run_month, .name = "longest_run", .name_zh = "最长连续",
        .signature = "longest_run(x: month): integer", .doc = "The most months in a row.",
        .doc_zh = "最多连续几个月。", .lower = LOWER_AGGREGATE, .step = "LONGEST_RUN", .cost = 40)

FN_WORD(longest_run_date, .name = "longest_run", .name_zh = "最长连续",
        .signature = "longest_run(x: date): integer", .doc = "The most days in a row.",
        .doc_zh = "最多连续几天。", .lower = LOWER_AGGREGATE, .step = "LONGEST_RUN", .cost = 40)

FN_WORD(longest_run_integer, .name = "longest_run", .name_zh = "最长连续",
        .signature = "longest_run(x: integer): integer", .doc = "The most whole numbers in a row.",
        .doc_zh = "最多连续几个整数。", .lower = LOWER_AGGREGATE, .step = "LONGEST_RUN", .cost = 40)

FN_WORD(first_by, .name = "first", .name_zh = "最先", .signature = "first(x: T, by: U): T",
        .doc = "The value of the row that comes first by the order given.",
        .doc_zh = "按所给次序排在最前的一行的值。", .lower = LOWER_AGGREGATE, .step = "FIRST",
        .cost = 10)

FN_WORD(last_by, .name = "last", .name_zh = "最后", .signature = "last(x: T, by: U): T",
        .doc = "The value of the row that comes last by the order given.",
        .doc_zh = "按所给次序排在最后的一行的值。", .lower = LOWER_AGGREGATE, .step = "LAST",
        .cost = 10)

FN_WORD(median, .name = "median", .name_zh = "中位数", .signature = "median(x: N): N",
        .doc = "The middle value, or the exact mean of the two middle ones.",
        .doc_zh = "中间的值；个数为偶数时取中间两个的精确平均。",
        .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_OVERFLOW), .lower = LOWER_AGGREGATE,
        .step = "MEDIAN", .cost = 60, .soft = true)

FN_WORD(mode, .name = "mode", .name_zh = "众数", .signature = "mode(x: T): T",
        .doc = "The most frequent value; of equally frequent ones the least.",
        .doc_zh = "出现最多的值；次数相同取最小的。", .issues = FN_ISSUES(REASON_PEERS_UNDECIDED),
        .lower = LOWER_AGGREGATE, .step = "MODE", .cost = 60, .soft = true)

FN_WORD(missing_count, .name = "missing_count", .name_zh = "缺失数",
        .signature = "missing_count(x: T?): integer", .doc = "How many values are missing.",
        .doc_zh = "有多少个值缺失。", .lower = LOWER_AGGREGATE, .step = "MISSING_COUNT", .cost = 2)

const FnCard *const aggregate_cards[] = {
    FN_CARD(count),
    FN_CARD(sum),
    FN_CARD(mean),
    FN_CARD(min),
    FN_CARD(max),
    FN_CARD(distinct_count),
    FN_CARD(any),
    FN_CARD(all),
    FN_CARD(collect),
    FN_CARD(list_text),
    FN_CARD(union_set),
    FN_CARD(union_period),
    FN_CARD(longest_run_month),
    FN_CARD(longest_run_date),
    FN_CARD(longest_run_integer),
    FN_CARD(first_by),
    FN_CARD(last_by),
    FN_CARD(median),
    FN_CARD(mode),
    FN_CARD(missing_count),
    NULL,
};
