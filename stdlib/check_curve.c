// SPDX-License-Identifier: Apache-2.0
//
// check_curve.c: a group's values as one line, and lines that were copied from one another.
//
// Lines are compared by their differences, so that one which was moved up, down or in time is found too. Flat stretches
// and ramps are alike without a copy: of a stretch only the differences count that are neither zero nor the one before
// again. Stretches are looked up by a hash, then compared.

#include "stdlib/check_alike_int.h"
#include "stdlib/stdlib_int.h"

#define CURVE_MAX 1000000                                 // values of one line
#define CURVES_MAX 50000000                               // of all
#define CURVE_PLACES 6                                    // to which values are compared
#define CURVE_LARGEST ((int128_t)1000000000 * 1000000000) // in units of the last place
#define RUN_MAX 1000000

// ---------------------------------------------------------------- one line

static void give_curve(FnContext *fn, const StatPeers *peers, Value *out)
{
    StrBuf text = {0};
    if (peers->n == 0 || peers->n > CURVE_MAX)
        fn_issue(fn, peers->n == 0 ? REASON_MISSING : REASON_OVERFLOW);
    for (int64_t i = 0; fn->issue == REASON_NONE && i < peers->item_count; i++) {
        double value = fn_real_of_order(peers->items[i].pair.b) + 0.0;
        for (int64_t k = 0; k < peers->items[i].count; k++) {
            if (text.len > 0)
                strbuf_add_char(&text, ' ');
            strbuf_add_real(&text, value);
        }
    }
    if (fn->issue == REASON_NONE)
        out->code = dict_intern(fn->dict, strbuf_str(&text));
    strbuf_deinit(&text);
}

// ---------------------------------------------------------------- many lines

// The differences of all lines, one behind the other; a line of n values has n − 1.
typedef struct Curves {
    int64_t *difference;
    int64_t *counted; // how many of the differences before this one count
    bool *shared;     // it lies in a stretch that another line has too
    int64_t *start;   // of each item, and the end of all
    int64_t items;
} Curves;

static bool counts_at(const Curves *curves, int64_t at)
{
    return curves->counted[at + 1] > curves->counted[at];
}

// A stretch of differences of which `run` count, the first and the last among them.
typedef struct Stretch {
    uint64_t hash;
    int64_t from, end, item;
} Stretch;

static int by_stretch(const void *a, const void *b)
{
    const Stretch *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->end - x->from != y->end - y->from)
        return x->end - x->from < y->end - y->from ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

// A number of the text as a count of millionths.
static bool read_value(Str text, int64_t *out)
{
    int128_t count = 0, rounded = 0;
    int scale = 0;
    if (exact_parse(text, &count, &scale) != EXACT_OK ||
        !exact_round(count, scale, CURVE_PLACES, ROUND_HALF_EVEN, &rounded) ||
        rounded > CURVE_LARGEST || rounded < -CURVE_LARGEST)
        return false;
    *out = (int64_t)rounded;
    return true;
}

// Appends the differences of a line. False: the text is none.
static bool read_curve(Str text, Curves *curves, int64_t item)
{
    int64_t at = curves->start[item], before = 0, values = 0, value;
    for (size_t from = 0; from <= text.len && text.len > 0;) {
        size_t end = str_find(text, STR(" "), from);
        end = end == STR_NONE ? text.len : end;
        if (!read_value(str_slice(text, from, end), &value))
            return false;
        if (values++ > 0)
            curves->difference[at++] = value - before;
        before = value;
        from = end + 1;
    }
    curves->start[item + 1] = at;
    return true;
}

static void note_counts(Curves *curves)
{
    curves->counted[0] = 0;
    for (int64_t item = 0; item < curves->items; item++)
        for (int64_t i = curves->start[item]; i < curves->start[item + 1]; i++) {
            bool again =
                i > curves->start[item] && curves->difference[i] == curves->difference[i - 1];
            bool counts = curves->difference[i] != 0 && !again;
            curves->counted[i + 1] = curves->counted[i] + counts;
        }
}

static int64_t blanks_of(Str text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == ' ';
    return count;
}

static bool curves_make(FnContext *fn, const StatPeers *peers, Curves *curves)
{
    int64_t most = 0;
    for (int64_t i = 0; i < peers->item_count; i++)
        most += blanks_of(dict_str(fn->dict, peers->items[i].code));
    if (most > CURVES_MAX) {
        fn_issue(fn, REASON_OVERFLOW);
        return false;
    }
    *curves = (Curves){.items = peers->item_count};
    curves->difference = ARENA_ARRAY(fn->arena, int64_t, (size_t)most + 1);
    curves->counted = ARENA_ARRAY(fn->arena, int64_t, (size_t)most + 1);
    curves->shared = ARENA_ARRAY(fn->arena, bool, (size_t)most + 1);
    curves->start = ARENA_ARRAY(fn->arena, int64_t, (size_t)peers->item_count + 1);
    memset(curves->shared, 0, (size_t)most + 1);
    curves->start[0] = 0;
    for (int64_t i = 0; i < peers->item_count; i++)
        if (!read_curve(dict_str(fn->dict, peers->items[i].code), curves, i)) {
            fn_issue(fn, REASON_DOMAIN);
            return false;
        }
    note_counts(curves);
    return true;
}

// The stretches of one item. Returns how many.
static int64_t add_stretches(const Curves *curves, const Hashes *hashes, int64_t item, int64_t run,
                             Stretch *out)
{
    int64_t count = 0, end = curves->start[item];
    for (int64_t i = curves->start[item]; i < curves->start[item + 1]; i++) {
        if (!counts_at(curves, i))
            continue;
        while (end < curves->start[item + 1] && curves->counted[end] - curves->counted[i] < run)
            end++;
        if (curves->counted[end] - curves->counted[i] < run)
            break;
        out[count++] = (Stretch){hashes_of(hashes, i, end), i, end, item};
    }
    return count;
}

static bool same_stretch(const Curves *curves, const Stretch *a, const Stretch *b)
{
    size_t size = (size_t)(a->end - a->from) * sizeof *curves->difference;
    return a->hash == b->hash && a->end - a->from == b->end - b->from &&
           memcmp(curves->difference + a->from, curves->difference + b->from, size) == 0;
}

// Marks what equal stretches of different lines cover; an item that several rows have is several lines.
static void share_stretches(Curves *curves, const StatPeers *peers, const Stretch *first,
                            int64_t count, Groups *groups)
{
    bool several = peers->items[first->item].count > 1;
    for (int64_t i = 1; i < count; i++)
        several |= first[i].item != first->item;
    for (int64_t i = 0; several && i < count; i++) {
        memset(curves->shared + first[i].from, 1, (size_t)(first[i].end - first[i].from));
        groups_join(groups, first->item, first[i].item);
    }
}

static void find_shared(FnContext *fn, const StatPeers *peers, Curves *curves, int64_t run,
                        Groups *groups)
{
    int64_t total = curves->start[curves->items], count = 0;
    Hashes hashes = hashes_make(fn, total);
    for (int64_t i = 0; i < total; i++)
        hashes_add(&hashes, curves->difference[i]);
    Stretch *all = ARENA_ARRAY(fn->arena, Stretch, (size_t)total + 1);
    for (int64_t item = 0; item < curves->items; item++)
        count += add_stretches(curves, &hashes, item, run, all + count);
    qsort(all, (size_t)count, sizeof *all, by_stretch);
    for (int64_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && same_stretch(curves, &all[i], &all[end]);)
            end++;
        share_stretches(curves, peers, &all[i], end - i, groups);
    }
}

// How many of an item's differences count, all or the shared ones.
static int64_t count_of(const Curves *curves, int64_t item, bool shared)
{
    int64_t count = 0;
    for (int64_t i = curves->start[item]; i < curves->start[item + 1]; i++)
        count += counts_at(curves, i) && (!shared || curves->shared[i]);
    return count;
}

static void give_same_series(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t run = stat_whole(peers, 0);
    Curves curves;
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, peers->n, MAX_OF(stat_whole(peers, 1), 2)))
        return;
    if (run < 3 || run > RUN_MAX) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    if (!curves_make(fn, peers, &curves))
        return;
    CheckJudged *table = check_table(fn, peers);
    Groups groups = groups_make(fn, peers->item_count);
    find_shared(fn, peers, &curves, run, &groups);
    groups_number(&groups, peers);
    for (int64_t i = 0; i < peers->item_count; i++) {
        int64_t shared = count_of(&curves, i, true), root = groups_root(&groups, i);
        table[i].score = (double)shared;
        table[i].value = shared == 0 ? 0 : (double)shared / (double)count_of(&curves, i, false);
        table[i].flag = shared > 0;
        table[i].extra[0] = shared > 0 ? (double)(groups.rows[root] - 1) : 0;
        table[i].extra[1] = shared > 0 ? (double)groups.number[root] : (double)NAN;
    }
    check.n = peers->n;
    check.method = "差分序列比对";
    check.own = (CheckOwn){.rule = OWN_TABLE, .table = table, .table_count = peers->item_count};
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

FN_WORD(curve, .name = "curve", .name_zh = "曲线", .signature = "curve(x: N, by: T): text",
        .doc = "The values in the order given, as one text with a blank between them, for "
               "same_series. Equal times stand by their values.",
        .doc_zh = "各值按所给次序写成一行，中间空一格，供“雷同曲线”比较。时间相同的按值排列。",
        .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_curve,
        .bounds = BOUNDS_NONE, .pairs = PAIRS_TIME, .cost = 100,
        .issues = FN_ISSUES(REASON_OVERFLOW))

FN_WORD(same_series, .name = "same_series", .name_zh = "雷同曲线",
        .signature = "same_series(x: text, run: integer = 12, least: integer = 2): record",
        .doc = "Whether a line made by curve shares a stretch with another one, the same or moved "
               "up, down or in time: at least `run` successive differences that are neither zero "
               "nor the one before again, compared to six places. score is how many of its own lie "
               "in such stretches, value their share, others how many lines are alike, number that "
               "of their group; flag that there are any.",
        .doc_zh = "由“曲线”写成的一行值是否与另一行有一段雷同，或者整段上下、前后移动后雷同：至少 "
                  "run 个相继的差相同（零和与前一个相同的差不算），比较到六位小数。分值为本行落在雷"
                  "同段中的差的个数，观察值为其占比，雷同个数为雷同的其他行数，编号为该组的编号；有"
                  "雷同的标为异常。",
        .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_same_series, .cost = 500,
        .soft = true, .own = true,
        .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_DOMAIN,
                            REASON_OVERFLOW))

const FnCard *const curve_cards[] = {
    FN_CARD(curve),
    FN_CARD(same_series),
    NULL,
};
