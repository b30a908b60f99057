// SPDX-License-Identifier: Apache-2.0
//
// window.c: the cards of functions that look at the peers of a row (`let … among … ordered by
// …`), and of the words that the checker knows by name. `step` is "WINDOW" for the former: they are no
// functions of their operands, and the compiler makes folds of the peers of them.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

#define WINDOW(id, ...)                                                                            \
    FN_WORD(id, .lower = LOWER_SPECIAL, .step = "WINDOW", .cost = 20, __VA_ARGS__)

WINDOW(rank, .name = "rank", .name_zh = "排名", .signature = "rank(x: T): integer",
       .doc = "The place of x among the peers in their order; equal ones share the better place.",
       .doc_zh = "x 在同组次序中的名次；相同的并列较前的名次。")

WINDOW(dense_rank, .name = "dense_rank", .name_zh = "连续排名",
       .signature = "dense_rank(x: T): integer",
       .doc = "The place of x among the different values of the peers.",
       .doc_zh = "x 在同组不同值中的名次，名次不跳号。")

WINDOW(percent_rank, .name = "percent_rank", .name_zh = "百分排名",
       .signature = "percent_rank(x: T): ratio",
       .doc = "The share of the other peers that stand before x in their order: 0 for the first, 1 "
              "for the "
              "last; 0 without others.",
       .doc_zh = "同组其余各行中排在 x 之前的比例：最前为 0，最后为 1；没有其余各行时为 0。")

WINDOW(ntile, .name = "ntile", .name_zh = "分档", .signature = "ntile(n: integer): integer",
       .doc = "The part, from 1, in which the row lies when the peers in their order are cut into "
              "n parts that "
              "differ by one row at most; the earlier parts are the longer ones.",
       .doc_zh = "把同组各行按次序分成 n 档（各档至多相差一行，多的在前），该行所在的档，从 1 起。")

WINDOW(row_number, .name = "row_number", .name_zh = "序号", .signature = "row_number(): integer",
       .doc = "The number of the row among its peers, from 1.",
       .doc_zh = "该行在同组中的序号，从 1 起。")

WINDOW(previous, .name = "previous", .name_zh = "前一个", .signature = "previous(x: T): T?",
       .doc = "The value of the row before; missing on the first.",
       .doc_zh = "前一行的值；第一行缺失。")

WINDOW(next, .name = "next", .name_zh = "后一个", .signature = "next(x: T): T?",
       .doc = "The value of the row after; missing on the last.",
       .doc_zh = "后一行的值；最后一行缺失。")

WINDOW(first_value, .name = "first_value", .name_zh = "首值", .signature = "first_value(x: T): T",
       .doc = "The value of the first peer.", .doc_zh = "同组第一行的值。")

WINDOW(last_value, .name = "last_value", .name_zh = "末值", .signature = "last_value(x: T): T",
       .doc = "The value of the last peer.", .doc_zh = "同组最后一行的值。")

WINDOW(nth_value, .name = "nth_value", .name_zh = "第几值",
       .signature = "nth_value(x: T, n: integer): T?",
       .doc = "The value of the n-th peer, from 1; missing where there are fewer.",
       .doc_zh = "同组第 n 行的值（从 1 起）；不足 n 行的缺失。")

WINDOW(running_sum, .name = "running_sum", .name_zh = "累计合计",
       .signature = "running_sum(x: N): N", .doc = "The sum up to and with this row.",
       .doc_zh = "到本行为止的合计。")

WINDOW(running_count, .name = "running_count", .name_zh = "累计计数",
       .signature = "running_count(x: T): integer",
       .doc = "How many values there are up to this row.", .doc_zh = "到本行为止的个数。")

WINDOW(moving_sum, .name = "moving_sum", .name_zh = "移动合计", .signature = "moving_sum(x: N): N",
       .doc = "The sum over the window.", .doc_zh = "窗口内的合计。")

WINDOW(moving_mean, .name = "moving_mean", .name_zh = "移动平均",
       .signature = "moving_mean(x: N): N", .doc = "The mean over the window.",
       .doc_zh = "窗口内的平均。")

WINDOW(moving_median, .name = "moving_median", .name_zh = "移动中位数",
       .signature = "moving_median(x: N): N", .doc = "The median over the window.",
       .doc_zh = "窗口内的中位数。", .soft = true)

WINDOW(gap_to_previous, .name = "gap_to_previous", .name_zh = "距前一个",
       .signature = "gap_to_previous(x: date): days?", .doc = "The days since the row before.",
       .doc_zh = "距前一行的天数。")

WINDOW(gap_to_previous_time, .name = "gap_to_previous", .name_zh = "距前一个",
       .signature = "gap_to_previous(x: datetime): time?", .doc = "The time since the row before.",
       .doc_zh = "距前一行的时长。")

WINDOW(change, .name = "change", .name_zh = "变化量", .signature = "change(x: N): N?",
       .doc = "x less the value of the row before; missing on the first.",
       .doc_zh = "x 减去前一行的值；第一行缺失。")

WINDOW(share_of, .name = "share_of", .name_zh = "占同组比", .signature = "share_of(x: N): ratio",
       .doc = "The share of x in the sum of the peers.", .doc_zh = "x 占同组合计的比例。",
       .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO))

#undef WINDOW

// ---- words

FN_WORD(as_of, .name = "as_of", .name_zh = "截止日", .signature = "as_of(): date",
        .doc = "The date on which the run looks at the data (written without brackets).",
        .doc_zh = "本次运行所看的截止日期（不写括号）。", .lower = LOWER_SPECIAL)

FN_WORD(points, .name = "points", .name_zh = "总分", .signature = "points(): integer",
        .doc = "The sum of the clue's scores so far (written without brackets).",
        .doc_zh = "到此为止的计分之和（不写括号）。", .lower = LOWER_SPECIAL)

FN_WORD(size, .name = "size", .name_zh = "组内个数", .signature = "size(g: T): integer",
        .doc = "How many members the connected group has.", .doc_zh = "连通组内有多少个成员。",
        .lower = LOWER_SPECIAL)

FN_WORD(path, .name = "path", .name_zh = "路径", .signature = "path(f: T): list(text)",
        .doc = "The chain of rows that led to a row of a recursive relation.",
        .doc_zh = "通向递归关系中这一行的各行。", .lower = LOWER_SPECIAL)

const FnCard *const window_cards[] = {
    FN_CARD(rank),
    FN_CARD(dense_rank),
    FN_CARD(percent_rank),
    FN_CARD(ntile),
    FN_CARD(row_number),
    FN_CARD(previous),
    FN_CARD(next),
    FN_CARD(first_value),
    FN_CARD(last_value),
    FN_CARD(nth_value),
    FN_CARD(running_sum),
    FN_CARD(running_count),
    FN_CARD(moving_sum),
    FN_CARD(moving_mean),
    FN_CARD(moving_median),
    FN_CARD(gap_to_previous),
    FN_CARD(gap_to_previous_time),
    FN_CARD(change),
    FN_CARD(share_of),
    FN_CARD(as_of),
    FN_CARD(points),
    FN_CARD(size),
    FN_CARD(path),
    NULL,
};
