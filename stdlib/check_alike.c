// SPDX-License-Identifier: Apache-2.0
//
// check_alike.c: records that stand twice, or nearly so.
//
// Texts that differ by one character are found by leaving out each character in turn: linear in what they hold, however
// many begin alike.

#include "stdlib/check_alike_int.h"
#include "stdlib/similar_int.h"
#include "stdlib/stdlib_int.h"

#define NEAR_LEAST 5       // characters: shorter texts, names among them, are often near by chance
#define FORMS_MAX 30000000 // that are compared at once

// ---------------------------------------------------------------- groups

Groups groups_make(FnContext *fn, int64_t count)
{
    size_t size = (size_t)count;
    Groups groups = {
        .of = ARENA_ARRAY(fn->arena, int64_t, size),
        .number = ARENA_ARRAY(fn->arena, int64_t, size),
        .rows = ARENA_ARRAY(fn->arena, int64_t, size),
        .kinds = ARENA_ARRAY(fn->arena, int64_t, size),
    };
    for (int64_t i = 0; i < count; i++)
        groups.of[i] = i;
    return groups;
}

int64_t groups_root(const Groups *groups, int64_t item)
{
    while (groups->of[item] != item) {
        groups->of[item] = groups->of[groups->of[item]];
        item = groups->of[item];
    }
    return item;
}

void groups_join(Groups *groups, int64_t a, int64_t b)
{
    a = groups_root(groups, a), b = groups_root(groups, b);
    groups->of[MAX_OF(a, b)] = MIN_OF(a, b);
}

// Counts rows and different values; numbers the groups of more than one row by their least values.
void groups_number(Groups *groups, const StatPeers *peers)
{
    int64_t last = 0, count = peers->item_count;
    memset(groups->number, 0, (size_t)count * sizeof *groups->number);
    memset(groups->rows, 0, (size_t)count * sizeof *groups->rows);
    memset(groups->kinds, 0, (size_t)count * sizeof *groups->kinds);
    for (int64_t i = 0; i < count; i++) {
        int64_t root = groups_root(groups, i);
        groups->rows[root] += peers->items[i].count;
        groups->kinds[root]++;
    }
    for (int64_t i = 0; i < count; i++)
        if (groups->of[i] == i && groups->rows[i] > 1)
            groups->number[i] = ++last;
}

// ---------------------------------------------------------------- near texts

// A text, or a text without one character. Two texts of one length are one step apart if they are equal without the
// character at one place; of two lengths if the shorter is the longer without some character.
typedef struct Form {
    uint64_t hash;
    int64_t item;
    int64_t place; // of the character that is left out; FORM_WHOLE, or FORM_SHORTER: any
} Form;

#define FORM_WHOLE (-2)
#define FORM_SHORTER (-1)

typedef struct Forms {
    const Points *points; // of each item
    Form *all;
    int64_t count;
} Forms;

// What two forms must have in common: a whole text and one without some character are of one kind.
static int64_t kind_of(const Form *form)
{
    return form->place == FORM_WHOLE ? FORM_SHORTER : form->place;
}

static int by_form(const void *a, const void *b)
{
    const Form *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (kind_of(x) != kind_of(y))
        return kind_of(x) < kind_of(y) ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static void forms_add(Forms *forms, Hashes *hashes, int64_t item)
{
    Points text = forms->points[item];
    hashes->count = 0;
    for (int64_t i = 0; i < text.count; i++)
        hashes_add(hashes, text.at[i]);
    forms->all[forms->count++] = (Form){hashes_of(hashes, 0, text.count), item, FORM_WHOLE};
    for (int64_t i = 0; i < text.count; i++) {
        uint64_t before = hashes_times(hashes->prefix[i], hashes->power[text.count - i - 1]);
        uint64_t hash = hashes_plus(before, hashes_of(hashes, i + 1, text.count));
        if (i > 0 && text.at[i] == text.at[i - 1]) { // the same text without it
            forms->all[forms->count++] = (Form){hash, item, i};
            continue;
        }
        forms->all[forms->count++] = (Form){hash, item, i};
        forms->all[forms->count++] = (Form){hash, item, FORM_SHORTER};
    }
}

static bool one_step(Points a, Points b)
{
    int64_t head = 0, tail = 0, least = MIN_OF(a.count, b.count);
    while (head < least && a.at[head] == b.at[head])
        head++;
    while (tail < least - head && a.at[a.count - 1 - tail] == b.at[b.count - 1 - tail])
        tail++;
    return a.count - head - tail <= 1 && b.count - head - tail <= 1;
}

// Joins the items of one stretch of equal forms with its first. One of shorter texts begins with the whole one, if the
// peers have it; without it those in the stretch are two steps apart.
static void join_forms(const Forms *forms, int64_t first, int64_t end, Groups *groups)
{
    const Form *one = &forms->all[first];
    for (int64_t i = first + 1; i < end && one->place != FORM_SHORTER; i++)
        if (one_step(forms->points[one->item], forms->points[forms->all[i].item]))
            groups_join(groups, one->item, forms->all[i].item);
}

static bool same_form(const Form *a, const Form *b)
{
    return a->hash == b->hash && kind_of(a) == kind_of(b);
}

// The items' points where they are long enough to be near to another text. Returns how many forms they have.
static int64_t read_points(FnContext *fn, const StatPeers *peers, Points *points, int64_t *longest)
{
    int64_t count = 0;
    for (int64_t i = 0; i < peers->item_count; i++) {
        Points text = similar_points(fn, dict_str(fn->dict, peers->items[i].code));
        points[i] = text.count >= NEAR_LEAST ? text : (Points){NULL, 0};
        count += points[i].count > 0 ? 2 * points[i].count + 1 : 0;
        *longest = MAX_OF(*longest, points[i].count);
    }
    if (count > FORMS_MAX)
        fn_issue(fn, REASON_OVERFLOW);
    return count;
}

static void find_near(FnContext *fn, const StatPeers *peers, Groups *groups)
{
    Points *points = ARENA_ARRAY(fn->arena, Points, (size_t)peers->item_count);
    int64_t longest = 0, count = read_points(fn, peers, points, &longest);
    if (fn->issue != REASON_NONE || count == 0)
        return;
    Forms forms = {.points = points, .all = ARENA_ARRAY(fn->arena, Form, (size_t)count)};
    Hashes hashes = hashes_make(fn, longest);
    for (int64_t i = 0; i < peers->item_count; i++)
        if (points[i].count > 0)
            forms_add(&forms, &hashes, i);
    qsort(forms.all, (size_t)forms.count, sizeof *forms.all, by_form);
    for (int64_t i = 0, end; i < forms.count; i = end) {
        for (end = i + 1; end < forms.count && same_form(&forms.all[i], &forms.all[end]);)
            end++;
        join_forms(&forms, i, end, groups);
    }
}

static void give_duplicate_of(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t within = stat_whole(peers, 0);
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 1)))
        return;
    bool text = peers->type.kind == TYPE_TEXT;
    if (within < 0 || within > 1 || (within > 0 && !text)) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    CheckJudged *table = check_table(fn, peers);
    Groups groups = groups_make(fn, peers->item_count);
    if (within > 0)
        find_near(fn, peers, &groups);
    groups_number(&groups, peers);
    for (int64_t i = 0; i < peers->item_count; i++) {
        int64_t root = groups_root(&groups, i);
        table[i].score = (double)groups.rows[root];
        table[i].flag = groups.rows[root] > 1;
        table[i].extra[0] = (double)peers->items[i].count;
        table[i].extra[1] = (double)groups.kinds[root];
        table[i].extra[2] = groups.number[root] > 0 ? (double)groups.number[root] : (double)NAN;
    }
    check.n = peers->n;
    check.method = within > 0 ? "相同或相差一个字" : "相同";
    check.own = (CheckOwn){.rule = OWN_TABLE, .table = table, .table_count = peers->item_count};
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

FN_WORD(duplicate_of, .name = "duplicate_of", .name_zh = "重复记录",
        .signature = "duplicate_of(x: T, within: integer = 0, least: integer = 2): record",
        .doc =
            "Whether a value stands among its peers more than once: score is how many rows are "
            "equal to it or, with within: 1, reached by steps of one character inserted, deleted "
            "or replaced (texts of 5 characters and more); copies how many are equal, variants "
            "how many different values there are, number that of the group; flag a score above "
            "1.",
        .doc_zh = "一个值在同组中是否不止一次：分值为与它相同的行数，within 为 1 "
                  "时还算每步增、删、改一个字可达的（5 个字以上的文本）；相同份数为完全相同的行数，"
                  "近似种数为不同写法的个数，编号为该组的编号；分值超过 1 的标为异常。",
        .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_duplicate_of, .cost = 300,
        .soft = true, .own = true,
        .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_DOMAIN,
                            REASON_OVERFLOW))

const FnCard *const alike_cards[] = {
    FN_CARD(duplicate_of),
    NULL,
};
