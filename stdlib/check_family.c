// SPDX-License-Identifier: Apache-2.0
//
// check_family.c: chances that belong together: of many tests at once some are significant by accident.
//
// The family are the peers. Those that are left out for want of a value count as tests all the same: they can only
// make the others less significant.

#include "stdlib/check_int.h"
#include "stdlib/stdlib_int.h"

// Holm 1979, from the least chance upwards: the number of tests left times the chance, never less than before.
static void adjust_holm(const StatPeers *peers, double tests, CheckJudged *table)
{
    double before = 0, most = 0;
    for (int64_t i = 0; i < peers->item_count; i++) {
        most = fmax(most, (tests - before) * stat_real(peers, i));
        table[i].p = fmin(most, 1);
        before += (double)peers->items[i].count;
    }
}

// Benjamini and Hochberg 1995, from the greatest chance downwards: tests over the place, never more than before.
static void adjust_bh(const StatPeers *peers, double tests, CheckJudged *table)
{
    double place = (double)peers->n, least = 1;
    for (int64_t i = peers->item_count - 1; i >= 0; i--) {
        least = fmin(least, tests / place * stat_real(peers, i));
        table[i].p = least;
        place -= (double)peers->items[i].count;
    }
}

static void give_adjust(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    bool holm = str_equal(peers->texts[0], STR("holm")), bh = str_equal(peers->texts[0], STR("bh"));
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 1)))
        return;
    if ((!holm && !bh) || stat_real(peers, 0) < 0 || stat_real(peers, peers->item_count - 1) > 1) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    CheckJudged *table = check_table(fn, peers);
    double tests = (double)(peers->n + peers->left_out);
    if (holm)
        adjust_holm(peers, tests, table);
    else
        adjust_bh(peers, tests, table);
    for (int64_t i = 0; i < peers->item_count; i++) {
        table[i].value = stat_real(peers, i);
        table[i].score = table[i].p;
        table[i].flag = table[i].p < CHECK_SIGNIFICANT;
    }
    check.n = peers->n;
    check.method = holm ? "霍尔姆校正" : "BH 错误发现率校正";
    check.own = (CheckOwn){.rule = OWN_TABLE, .table = table, .table_count = peers->item_count};
    check_give(fn, peers, &check, out);
}

FN_WORD(adjust, .name = "adjust", .name_zh = "多重校正",
        .signature = "adjust(x: N, method: text = \"holm\", least: integer = 1): record",
        .doc = "A chance p among the chances of all tests made together, its peers: as p and score "
               "what it is worth among so many, flag that it is still below 0.05. \"holm\" bounds "
               "the chance of one false alarm in the whole family (Holm 1979), \"bh\" the expected "
               "share of false ones among the alarms (Benjamini, Hochberg 1995). Tests that are "
               "left out count as tests.",
        .doc_zh = "一个显著性 p 在一起做的全部检验（同组）中的校正值，即显著性和分值；仍小于 0.05 "
                  "的标为异常。\"holm\" 控制整族中出现一个误报的概率（Holm 1979），\"bh\" "
                  "控制异常中误报所占的期望比例（Benjamini、Hochberg "
                  "1995）。未计入的检验也算检验次数。",
        .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_adjust, .cost = 100,
        .soft = true, .own = true,
        .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_DOMAIN))

const FnCard *const family_cards[] = {
    FN_CARD(adjust),
    NULL,
};
