// SPDX-License-Identifier: Apache-2.0
//
// narrow_near.c: `distance(a, b) <= d` between two tables: right rows that lie near enough to a binding's place.
//
// The earth is cut into bands of equal height; the rows of each group are sorted by band and within it by longitude.
// What lies within d of a place has latitudes and longitudes between two bounds, so a binding asks for one stretch of
// each band that it touches, two where the bounds cross the date line, and the whole of it where they hold a pole.
// Unlike cells of equal width, bands need no care where meridians run together, and d may differ from binding to
// binding. The bounds are drawn wider than the rounding of the functions can reach; whoever lies in them is judged.

#include "runtime/base/sort.h"
#include "runtime/exec/narrow_int.h"

#include <math.h>

#define COUNTS 10000000.0 // of a degree
#define DEGREES(n) ((int64_t)(n) * 10000000)
#define RADIUS_METRES 6371008.8
#define PI 3.14159265358979323846
// Nothing is spared beyond a quarter of the earth's circumference, and rounding grows there.
#define METRES_MAX 1e7
// No way on the ellipsoid is shorter than the sphere's by more.
#define ELLIPSOID_FACTOR 1.01
#define HEIGHT_MIN 100
// Around the opposite of a place `vincenty` may have no value, which is no F: such rows are judged too.
#define OPPOSITE_METRES 3e5

// What lies near a place, as counts of degrees.
typedef struct Area {
    int64_t south, north;
    int64_t west, east; // may lie beyond the date line
} Area;

struct NearIndex {
    Expr binding, limit; // place and d
    double factor;       // on d
    bool limit_of_rows;  // d is the row's: the greatest of all serves for each
    double most;         // that one, in metres
    int64_t height;      // of a band
    int64_t *starts;     // by group
    int64_t *known_end;  // by group: rows behind it have an unknown value
    int64_t *rows;
    uint64_t *place; // by place in rows: band, then longitude
    int64_t *latitude;
    Vector points, limits; // of the batch under way
};

static bool known(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[index] == VALUE_KNOWN;
}

// ---------------------------------------------------------------- which conditions

// The factor by which d is to be widened if the register is a way between two points; 0: it is none.
static double way_factor(const RunShared *shared, const Expr *value, uint32_t reg)
{
    const Step *step = &value->steps[reg];
    if (step->op != STEP_CALL || step->list_count != 2 ||
        value->steps[step->list[0]].phys != PHYS_PAIR ||
        value->steps[step->list[1]].phys != PHYS_PAIR)
        return 0;
    Str name = shared->program->functions[step->index].name;
    if (str_equal(name, STR("distance")))
        return 1;
    return str_equal(name, STR("vincenty")) ? ELLIPSOID_FACTOR : 0;
}

static double metres_of(const Vector *limits, const Expr *limit, int64_t index)
{
    int scale = limit->steps[limit->count - 1].type.scale;
    return (double)limits->i128[index] / pow(10, scale);
}

static NearIndex *near_of(const BodyRun *run, PartnerRun *partner, const Expr *value, Expr *row)
{
    const Step *last = &value->steps[value->count - 1];
    bool least = last->index == COMPARE_LE || last->index == COMPARE_LT;
    bool most = last->index == COMPARE_GE || last->index == COMPARE_GT;
    if (last->op != STEP_COMPARE || !(least || most))
        return NULL;
    uint32_t call = least ? last->a : last->b, limit = least ? last->b : last->a;
    if (value->steps[call].op == STEP_RESCALE)
        call = value->steps[call].a;
    double factor = way_factor(run->shared, value, call);
    if (factor == 0 || value->steps[limit].phys != PHYS_I128)
        return NULL;
    Expr one = narrow_side(partner->arena, value, value->steps[call].list[0]);
    Expr other = narrow_side(partner->arena, value, value->steps[call].list[1]);
    bool left = narrow_reads_row(partner, &one);
    NearIndex *index = ARENA_NEW(partner->arena, NearIndex);
    *index = (NearIndex){.binding = left ? other : one, .factor = factor};
    *row = left ? one : other;
    index->limit = narrow_side(partner->arena, value, limit);
    index->limit_of_rows = narrow_reads_row(partner, &index->limit);
    bool usable = narrow_reads_row(partner, row) && narrow_reads_binding(partner, &index->binding);
    bool bounded = index->limit_of_rows || narrow_reads_binding(partner, &index->limit);
    return usable && bounded ? index : NULL;
}

// ---------------------------------------------------------------- areas

static int64_t counts_above(double radians)
{
    return (int64_t)ceil(radians * (180 / PI) * COUNTS) + 2;
}

static double angle_of(const NearIndex *index, double metres)
{
    return (MAX_OF(metres, 0) * index->factor * (1 + 1e-9) + 1e-3) / RADIUS_METRES;
}

static Area area_of(const NearIndex *index, Pair centre, double metres)
{
    double angle = angle_of(index, metres);
    double latitude = (double)centre.b / COUNTS * (PI / 180);
    int64_t reach = counts_above(angle);
    Area area = {.south = MAX_OF(centre.b - reach, DEGREES(-90)),
                 .north = MIN_OF(centre.b + reach, DEGREES(90)),
                 .west = DEGREES(-180),
                 .east = DEGREES(180)};
    if (fabs(latitude) + angle >= 89.9 * (PI / 180))
        return area;
    int64_t aside = counts_above(asin(sin(angle) / cos(latitude)));
    area.west = centre.a - aside;
    area.east = centre.a + aside;
    return area;
}

// ---------------------------------------------------------------- building

typedef struct RowRef {
    int64_t row, latitude;
    uint64_t place; // UINT64_MAX: unknown
} RowRef;

static int compare_rows(const void *context, const void *a, const void *b)
{
    const RowRef *x = a, *y = b;
    (void)context;
    return (x->place > y->place) - (x->place < y->place);
}

static uint64_t place_of(const NearIndex *index, int64_t latitude, int64_t longitude)
{
    uint64_t band = (uint64_t)((latitude + DEGREES(90)) / index->height);
    return band << 32 | (uint64_t)(longitude + DEGREES(180));
}

// The height of the bands: that of d where all bindings have one, else such that they hold as many rows as there are
// bands.
static void choose_height(BodyRun *run, NearIndex *index, const Vector *points, int64_t rows)
{
    int64_t south = DEGREES(90), north = DEGREES(-90);
    for (int64_t i = 0; i < rows; i++) {
        if (!known(points, i))
            continue;
        south = MIN_OF(south, points->pair[i].b);
        north = MAX_OF(north, points->pair[i].b);
    }
    int64_t extent = MAX_OF(north - south, 0);
    bool constant = index->limit_of_rows;
    double metres = index->most;
    if (expr_slots(&index->limit) == 0) {
        EvalContext context = {.shared = &run->shared->eval, .arena = run->scratch, .count = 1};
        Vector value;
        eval_expr(&context, &index->limit, &value);
        constant = known(&value, 0);
        metres = constant ? metres_of(&value, &index->limit, 0) : 0;
    }
    index->height = MAX_OF(HEIGHT_MIN, extent / MAX_OF(rows, 1));
    if (!constant)
        index->height = MAX_OF(HEIGHT_MIN, extent / (int64_t)sqrt((double)rows + 1));
    else if (metres <= METRES_MAX)
        index->height = MAX_OF(index->height, counts_above(angle_of(index, metres)));
}

static void find_most(BodyRun *run, const PartnerRun *partner, NearIndex *index, Vector *limits)
{
    narrow_rows(run, partner, &index->limit, limits);
    for (int64_t i = 0; i < partner->rowset->row_count; i++)
        if (known(limits, i))
            index->most = MAX_OF(index->most, metres_of(limits, &index->limit, i));
}

static void fill_group(NearIndex *index, RowRef *refs, int64_t group)
{
    int64_t from = index->starts[group], to = index->starts[group + 1];
    sort_stable(refs + from, (size_t)(to - from), sizeof *refs, compare_rows, NULL);
    int64_t end = to;
    while (end > from && refs[end - 1].place == UINT64_MAX)
        end--;
    index->known_end[group] = end;
    for (int64_t i = from; i < to; i++) {
        index->rows[i] = refs[i].row;
        index->place[i] = refs[i].place;
        index->latitude[i] = refs[i].latitude;
    }
}

static void fill(BodyRun *run, PartnerRun *partner, NearIndex *index, const Expr *row_point)
{
    Arena *arena = partner->arena;
    Vector points, limits = {0};
    narrow_rows(run, partner, row_point, &points);
    if (index->limit_of_rows)
        find_most(run, partner, index, &limits);
    choose_height(run, index, &points, partner->rowset->row_count);
    int64_t groups;
    index->starts = narrow_groups(partner, &groups);
    int64_t total = index->starts[groups];
    index->known_end = ARENA_ARRAY(arena, int64_t, groups + 1);
    index->rows = ARENA_ARRAY(arena, int64_t, total + 1);
    index->place = ARENA_ARRAY(arena, uint64_t, total + 1);
    index->latitude = ARENA_ARRAY(arena, int64_t, total + 1);
    RowRef *refs = base_alloc(((size_t)total + 1) * sizeof *refs);
    for (int64_t i = 0; i < total; i++) {
        int64_t row = partner->index == NULL ? i : partner->index->rows[i];
        refs[i] = (RowRef){.row = row, .place = UINT64_MAX};
        if (!known(&points, row) || (index->limit_of_rows && !known(&limits, row)))
            continue;
        refs[i].latitude = points.pair[row].b;
        refs[i].place = place_of(index, points.pair[row].b, points.pair[row].a);
    }
    for (int64_t group = 0; group < groups; group++)
        fill_group(index, refs, group);
    free(refs);
}

NearIndex *near_build(BodyRun *run, PartnerRun *partner)
{
    for (uint32_t l = 0; l < partner->partner->leaf_count; l++) {
        const OnLeaf *leaf = &partner->partner->leaves[l];
        Expr row_point;
        if (!leaf->conjunct || leaf->negative || leaf->key || leaf->value.count == 0)
            continue;
        NearIndex *index = near_of(run, partner, &leaf->value, &row_point);
        if (index == NULL)
            continue;
        fill(run, partner, index, &row_point);
        return index;
    }
    return NULL;
}

// ---------------------------------------------------------------- asking

void near_begin(BodyRun *run, NearIndex *index, const Bindings *in)
{
    narrow_bindings(run, in, &index->binding, &index->points);
    if (!index->limit_of_rows)
        narrow_bindings(run, in, &index->limit, &index->limits);
}

// The first of [low, high) whose place is not less.
static int64_t first_from(const uint64_t *places, int64_t low, int64_t high, uint64_t place)
{
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (places[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct Asked {
    const NearIndex *index;
    int64_t from, end; // places
    int64_t binding;
    Area area;
    Pairs *pairs;
} Asked;

static void ask_stretch(const Asked *asked, int64_t latitude, int64_t west, int64_t east)
{
    const NearIndex *index = asked->index;
    uint64_t last = place_of(index, latitude, east);
    int64_t i = first_from(index->place, asked->from, asked->end, place_of(index, latitude, west));
    for (; i < asked->end && index->place[i] <= last; i++) {
        if (index->latitude[i] >= asked->area.south && index->latitude[i] <= asked->area.north)
            pairs_add(asked->pairs, asked->binding, index->rows[i]);
    }
}

static void ask_band(const Asked *asked, int64_t latitude)
{
    int64_t west = asked->area.west, east = asked->area.east;
    ask_stretch(asked, latitude, MAX_OF(west, DEGREES(-180)), MIN_OF(east, DEGREES(180)));
    if (west < DEGREES(-180))
        ask_stretch(asked, latitude, west + DEGREES(360), DEGREES(180));
    if (east > DEGREES(180))
        ask_stretch(asked, latitude, DEGREES(-180), east - DEGREES(360));
}

static void ask_area(const Asked *asked)
{
    int64_t height = asked->index->height;
    int64_t first = (asked->area.south + DEGREES(90)) / height;
    int64_t last = (asked->area.north + DEGREES(90)) / height;
    for (int64_t band = first; band <= last; band++)
        ask_band(asked, band * height - DEGREES(90));
}

static Pair opposite_of(Pair p)
{
    return (Pair){p.a > 0 ? p.a - DEGREES(180) : p.a + DEGREES(180), -p.b};
}

bool near_rows(const NearIndex *index, int64_t binding, int64_t group, Pairs *pairs)
{
    if (!known(&index->points, binding) ||
        (!index->limit_of_rows && !known(&index->limits, binding)))
        return false;
    double metres =
        index->limit_of_rows ? index->most : metres_of(&index->limits, &index->limit, binding);
    if (metres > METRES_MAX)
        return false;
    int64_t end = index->known_end[group];
    Asked asked = {index, index->starts[group], end, binding, {0}, pairs};
    asked.area = area_of(index, index->points.pair[binding], metres);
    if ((asked.area.north - asked.area.south) / index->height > end - asked.from)
        return false;
    int64_t before = pairs->count;
    ask_area(&asked);
    if (index->factor > 1) {
        asked.area = area_of(index, opposite_of(index->points.pair[binding]), OPPOSITE_METRES);
        ask_area(&asked);
    }
    for (int64_t i = end; i < index->starts[group + 1]; i++)
        pairs_add(pairs, binding, index->rows[i]);
    narrow_sort(pairs->row + before, pairs->count - before);
    return true;
}
