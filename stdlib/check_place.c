// SPDX-License-Identifier: Apache-2.0
//
// check_place.c: checks of places: ways too far for their time, and points that crowd.
//
// A way is flagged only where it was too fast for certain: clocks differ, and a time that is written in minutes is
// worth a minute. So `slack` seconds are added to every time.

#include "runtime/base/time.h"
#include "stdlib/check_line_int.h"
#include "stdlib/place_int.h"
#include "stdlib/stdlib_int.h"

#define SLACK_MAX 86400
#define METRES_MAX 1000000.0
#define METRES_PER_DEGREE (PI / 180 * EARTH_RADIUS_METRES)

// ---------------------------------------------------------------- ways

typedef struct Way {
    double speed, metres, seconds;
    int64_t to; // item
} Way;

// Metres a second as kilometres an hour.
static double kilometres_an_hour(double metres, double seconds)
{
    return metres / seconds * 3.6;
}

// The fastest way between two records that follow each other.
static Way fastest_way(const StatPeers *peers, double slack, double limit, int64_t *too_fast)
{
    Way fastest = {.speed = -1};
    for (int64_t i = 1; i < peers->item_count; i++) {
        Pair from = peers->items[i - 1].pair, to = peers->items[i].pair;
        double metres = place_haversine(place_of_word(from.b), place_of_word(to.b));
        double seconds = (double)(to.a - from.a) / (double)TIME_US_PER_SECOND + slack;
        double speed = kilometres_an_hour(metres, seconds);
        *too_fast += speed > limit;
        if (speed > fastest.speed)
            fastest = (Way){speed, metres, seconds, i};
    }
    return fastest;
}

static void give_impossible_travel(FnContext *fn, const StatPeers *peers, Value *out)
{
    double limit = stat_parameter(peers, 0);
    int64_t slack = stat_whole(peers, 1), too_fast = 0;
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, peers->n, MAX_OF(stat_whole(peers, 2), 2)))
        return;
    bool instants = (TypeKind)stat_whole(peers, 3) == TYPE_DATETIME;
    if (!(limit > 0) || slack < 1 || slack > SLACK_MAX || !instants) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    check.n = peers->n;
    check.upper = limit;
    check.method = "相邻记录间的最大速度";
    check.value = check.score = 0;
    check.flag = 0;
    check.extra[0] = 0;
    if (peers->item_count > 1) {
        Way way = fastest_way(peers, (double)slack, limit, &too_fast);
        check.value = way.speed;
        check.score = way.speed / limit;
        check.flag = too_fast > 0;
        check.extra[0] = (double)too_fast;
        check.extra[1] = way.metres;
        check.extra[2] = (double)peers->items[way.to].pair.a;
    }
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- points that crowd

// A point in a grid of rows as high, and cells as wide, that two points of one cell are within reach of each other.
typedef struct Spot {
    int64_t row, column;
    Pair point;
    int64_t item, count;
    int64_t cluster; // a point of the same cluster, itself at the root (union-find); −1: none
    int64_t cell, cell_end; // the first spot of its cell, and the one behind the last
    int64_t cell_core;      // a core of its cell; −1: none
    bool core;
} Spot;

typedef struct Crowd {
    Spot *spots; // by row, column, point
    int64_t count, least;
    double reach;  // metres
    double height; // of a row, in degrees
    bool joining;  // only cells whose cores are not yet of one's own cluster matter
} Crowd;

// The width of the cells of a row, in degrees: on its longest parallel they are as wide as it is high.
static double row_width(const Crowd *crowd, int64_t row)
{
    double low = (double)row * crowd->height - 90, high = low + crowd->height;
    double widest = low < 0 && high > 0 ? 0 : fmin(fabs(low), fabs(high)); // the longest parallel
    double shrink = cos(fmin(widest, 90) * PI / 180);
    return shrink < 1e-6 ? 360 : fmin(crowd->height / shrink, 360);
}

static int by_spot(const void *a, const void *b)
{
    const Spot *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->point.a != y->point.a)
        return x->point.a < y->point.a ? -1 : 1;
    return (x->point.b > y->point.b) - (x->point.b < y->point.b);
}

static double degrees_of(int64_t count)
{
    return (double)count / DEGREES_TO_COUNT;
}

static Crowd crowd_make(FnContext *fn, const StatPeers *peers, double reach, int64_t least)
{
    Crowd crowd = {.count = peers->item_count, .least = least, .reach = reach};
    crowd.height = reach / METRES_PER_DEGREE / 1.4143; // a bit more than √2
    crowd.spots = ARENA_ARRAY(fn->arena, Spot, (size_t)crowd.count);
    for (int64_t i = 0; i < crowd.count; i++) {
        Pair point = peers->items[i].pair;
        int64_t row = (int64_t)floor((degrees_of(point.b) + 90) / crowd.height);
        crowd.spots[i] = (Spot){.row = row, .point = point, .item = i, .cluster = -1};
        crowd.spots[i].count = peers->items[i].count;
        crowd.spots[i].column =
            (int64_t)floor((degrees_of(point.a) + 180) / row_width(&crowd, row));
    }
    qsort(crowd.spots, (size_t)crowd.count, sizeof *crowd.spots, by_spot);
    for (int64_t i = 0, end; i < crowd.count; i = end) {
        for (end = i; end < crowd.count && crowd.spots[end].row == crowd.spots[i].row &&
                      crowd.spots[end].column == crowd.spots[i].column;)
            end++;
        for (int64_t k = i; k < end; k++) {
            crowd.spots[k].cell = i;
            crowd.spots[k].cell_end = end;
        }
    }
    return crowd;
}

// The first spot at or behind this cell.
static int64_t spot_at(const Crowd *crowd, int64_t row, int64_t column)
{
    int64_t low = 0, high = crowd->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        const Spot *spot = &crowd->spots[middle];
        if (spot->row < row || (spot->row == row && spot->column < column))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Told of each spot within reach of one: the next spot to look at, or −1: enough.
typedef int64_t (*OnSpot)(Crowd *crowd, int64_t at, int64_t near, void *closure);

static int64_t root_of(const Crowd *crowd, int64_t at)
{
    while (crowd->spots[at].cluster != at) {
        crowd->spots[at].cluster = crowd->spots[crowd->spots[at].cluster].cluster;
        at = crowd->spots[at].cluster;
    }
    return at;
}

static bool is_joined(const Crowd *crowd, int64_t at, int64_t cell)
{
    int64_t core = crowd->spots[cell].cell_core;
    return core < 0 || root_of(crowd, core) == root_of(crowd, at);
}

static bool walk_stretch(Crowd *crowd, int64_t at, int64_t row, double from, double to,
                         OnSpot on_spot, void *closure)
{
    double width = row_width(crowd, row);
    int64_t last = (int64_t)floor((to + 180) / width);
    int64_t i = spot_at(crowd, row, (int64_t)floor((from + 180) / width));
    while (i >= 0 && i < crowd->count) {
        const Spot *spot = &crowd->spots[i];
        if (spot->row != row || spot->column > last)
            break;
        if (crowd->joining && spot->cell == i && is_joined(crowd, at, i)) {
            i = spot->cell_end;
            continue;
        }
        bool near = place_haversine(spot->point, crowd->spots[at].point) <= crowd->reach;
        i = near ? on_spot(crowd, at, i, closure) : i + 1;
    }
    return i >= 0;
}

// Walks the spots within reach of one, itself among them, until told to stop.
static void walk_near(Crowd *crowd, int64_t at, OnSpot on_spot, void *closure)
{
    Pair point = crowd->spots[at].point;
    double lon = degrees_of(point.a), lat = fabs(degrees_of(point.b));
    double far = fmin(lat + crowd->reach / METRES_PER_DEGREE, 90);
    double shrink = cos(far * PI / 180);
    double reach = shrink < 1e-6 ? 360 : crowd->reach / METRES_PER_DEGREE / shrink * 1.0001;
    bool on = true;
    for (int64_t row = crowd->spots[at].row - 2; on && row <= crowd->spots[at].row + 2; row++) {
        if (reach >= 180) {
            on = walk_stretch(crowd, at, row, -180, 180, on_spot, closure);
            continue;
        }
        on = walk_stretch(crowd, at, row, fmax(lon - reach, -180), fmin(lon + reach, 180), on_spot,
                          closure);
        if (on && lon - reach < -180)
            on = walk_stretch(crowd, at, row, lon - reach + 360, 180, on_spot, closure);
        if (on && lon + reach > 180)
            on = walk_stretch(crowd, at, row, -180, lon + reach - 360, on_spot, closure);
    }
}

static int64_t count_spot(Crowd *crowd, int64_t at, int64_t near, void *closure)
{
    int64_t *count = closure;
    (void)at;
    *count += crowd->spots[near].count;
    return *count < crowd->least ? near + 1 : -1;
}

// All of one cell are in reach of one another.
static bool is_core(Crowd *crowd, int64_t at)
{
    int64_t count = 0, near = 0;
    for (int64_t i = crowd->spots[at].cell; i < crowd->spots[at].cell_end && count < crowd->least;)
        count += crowd->spots[i++].count;
    if (count >= crowd->least)
        return true;
    walk_near(crowd, at, count_spot, &near);
    return near >= crowd->least;
}

static void join_cores(Crowd *crowd, int64_t one, int64_t other)
{
    int64_t a = root_of(crowd, one), b = root_of(crowd, other);
    crowd->spots[MAX_OF(a, b)].cluster = MIN_OF(a, b);
}

// The cores of one cell are one cluster already: with one of them all are joined.
static int64_t join_spot(Crowd *crowd, int64_t at, int64_t near, void *closure)
{
    (void)closure;
    if (!crowd->spots[near].core)
        return near + 1;
    join_cores(crowd, at, near);
    return crowd->spots[near].cell_end;
}

static void join_cell(Crowd *crowd, int64_t first)
{
    int64_t core = -1;
    for (int64_t i = first; i < crowd->spots[first].cell_end; i++) {
        if (!crowd->spots[i].core)
            continue;
        if (core >= 0)
            join_cores(crowd, core, i);
        core = core < 0 ? i : core;
    }
    for (int64_t i = first; i < crowd->spots[first].cell_end; i++)
        crowd->spots[i].cell_core = core;
}

typedef struct Nearest {
    double metres;
    int64_t at; // −1: none
} Nearest;

static int64_t near_core(Crowd *crowd, int64_t at, int64_t near, void *closure)
{
    Nearest *nearest = closure;
    if (!crowd->spots[near].core)
        return near + 1;
    double metres = place_haversine(crowd->spots[at].point, crowd->spots[near].point);
    bool first =
        nearest->at < 0 || metres < nearest->metres ||
        (metres == nearest->metres && crowd->spots[near].item < crowd->spots[nearest->at].item);
    if (first)
        *nearest = (Nearest){metres, near};
    return near + 1;
}

// DBSCAN (Ester and others 1996): points with enough others in reach are cores, cores in reach of one another are one
// cluster; a point that is none belongs to that of the core nearest to it (of several the least).
static void find_clusters(Crowd *crowd)
{
    for (int64_t i = 0; i < crowd->count; i++) {
        crowd->spots[i].core = is_core(crowd, i);
        crowd->spots[i].cluster = crowd->spots[i].core ? i : -1;
    }
    for (int64_t i = 0; i < crowd->count; i = crowd->spots[i].cell_end)
        join_cell(crowd, i);
    crowd->joining = true;
    for (int64_t i = 0; i < crowd->count; i++)
        if (crowd->spots[i].core)
            walk_near(crowd, i, join_spot, NULL);
    crowd->joining = false;
    for (int64_t i = 0; i < crowd->count; i++) {
        Nearest nearest = {.at = -1};
        if (crowd->spots[i].core)
            continue;
        walk_near(crowd, i, near_core, &nearest);
        crowd->spots[i].cluster = nearest.at;
    }
}

// The clusters by their least point, from 1, and how many rows each has.
static void number_clusters(FnContext *fn, Crowd *crowd, CheckJudged *table)
{
    int64_t *spot_of = ARENA_ARRAY(fn->arena, int64_t, (size_t)crowd->count);
    int64_t *number = ARENA_ARRAY(fn->arena, int64_t, (size_t)crowd->count);
    int64_t *size = ARENA_ARRAY(fn->arena, int64_t, (size_t)crowd->count);
    int64_t last = 0;
    for (int64_t i = 0; i < crowd->count; i++) {
        spot_of[crowd->spots[i].item] = i;
        number[i] = size[i] = 0;
        if (crowd->spots[i].cluster >= 0)
            crowd->spots[i].cluster = root_of(crowd, crowd->spots[i].cluster);
    }
    for (int64_t i = 0; i < crowd->count; i++) {
        int64_t root = crowd->spots[spot_of[i]].cluster;
        if (root < 0)
            continue;
        if (number[root] == 0)
            number[root] = ++last;
        size[root] += crowd->spots[spot_of[i]].count;
    }
    for (int64_t i = 0; i < crowd->count; i++) {
        int64_t root = crowd->spots[spot_of[i]].cluster;
        table[i].score = root < 0 ? 0 : (double)size[root];
        table[i].flag = root >= 0;
        table[i].extra[0] = root < 0 ? (double)NAN : (double)number[root];
        table[i].extra[1] = crowd->spots[spot_of[i]].core;
    }
}

static void give_cluster(FnContext *fn, const StatPeers *peers, Value *out)
{
    double reach = stat_parameter(peers, 0);
    int64_t least = stat_whole(peers, 1);
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, peers->n, 1))
        return;
    if (!(reach >= 0.1 && reach <= METRES_MAX) || least < 2) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    CheckJudged *table = check_table(fn, peers);
    Crowd crowd = crowd_make(fn, peers, reach, least);
    find_clusters(&crowd);
    number_clusters(fn, &crowd, table);
    check.n = peers->n;
    check.method = "密度聚类（DBSCAN）";
    check.own = (CheckOwn){.rule = OWN_TABLE, .table = table, .table_count = peers->item_count};
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

FN2(pair_of_place, Pair, I64, t, Pair, x, .name = "pair_of_place", .name_zh = "地点成对",
    .signature = "pair_of_place(t: date, x: point): period", .doc = "A time and a point.",
    .doc_zh = "一个时间和一个位置。", .cost = 2)
{
    return (Pair){t, place_word(x)};
}

const FnCard *const stdlib_pair_of_place = &card_pair_of_place;

FN_WORD(impossible_travel, .name = "impossible_travel", .name_zh = "时空矛盾",
        .signature = "impossible_travel(x: point, speed: decimal(38, 6), slack: integer = 60, "
                     "least: integer = 2, by: datetime): record",
        .doc = "Whether places follow each other faster than `speed` kilometres an hour: value is "
               "the greatest speed over the ground between records that follow each other in time, "
               "score its share of the limit, flag that some way was too fast, ways how many, "
               "metres and arrival are those of the fastest. To each time `slack` seconds are "
               "added for clocks that differ.",
        .doc_zh = "相邻两处位置之间的速度是否超过每小时 speed 公里：观察值为按时间相邻的记录之间最"
                  "大的地面速度，分值为它与界限之比，有任何一段过快的标为异常；段数为过快的段数，"
                  "路程（米）和到达时刻为最快一段的。每段时间加上 slack 秒，以容时钟误差。",
        .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_impossible_travel,
        .pairs = PAIRS_TIME, .cost = 300, .soft = true,
        .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_DOMAIN))

FN_WORD(cluster, .name = "cluster", .name_zh = "聚集",
        .signature = "cluster(x: point, within: length, least: integer = 4): record",
        .doc = "The cluster in which a place lies among its peers (DBSCAN): places with at least "
               "`least` within reach, themselves counted, and what is in reach of such. number "
               "is the cluster's, from the west; score how many rows it has, 0 outside; core that "
               "the place has enough others itself; flag that it lies in a cluster.",
        .doc_zh = "位置在同组中所属的聚集（DBSCAN）：within 之内连同自己至少有 least "
                  "个的位置，以及这些位置可及的位置。编号自西向东；分值为该聚集的个数，不在聚集中"
                  "为 0；核心为自身周围已够多；在聚集中的标为异常。",
        .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_cluster, .cost = 300,
        .soft = true, .own = true,
        .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_DOMAIN))

const FnCard *const place_check_cards[] = {
    FN_CARD(impossible_travel),
    FN_CARD(cluster),
    NULL,
};
