// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_place.c: ways, datums, polygons and cells against outside oracles (tables/places.py), and properties.
#include "tests/unit/unit.h"

#include "runtime/base/wide.h"
#include "stdlib/stdlib.h"
#include "tests/unit/stdlib_call.h"

#include <math.h>

#define TABLE SUP_ROOT "/tests/unit/tables/places.tsv"

static const char way_of[] = "vincenty(a: point, b: point): length";
static const char distance_of[] = "distance(a: point, b: point): length";
static const char converted[] = "convert_datum(p: point, from: text, to: text): point";
static const char lies_in[] = "in_polygon(p: point, polygon: text): boolean";
static const char cell_of[] = "grid_cell(p: point, size: length): text";

static int64_t count_of(double degrees)
{
    return (int64_t)llround(degrees * 1e7);
}

static CallValue point_at(double lon, double lat)
{
    return call_pair(count_of(lon), count_of(lat));
}

// A number below the limit, the same everywhere.
static int64_t next_below(uint64_t *state, int64_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((*state >> 11) % (uint64_t)limit);
}

static CallValue random_point(uint64_t *state, double west, double east, double south, double north)
{
    return call_pair(count_of(west) + next_below(state, count_of(east - west)),
                     count_of(south) + next_below(state, count_of(north - south)));
}

// ---- the oracles

static void check_way(CallWorld *w, const char *line, bool opposite)
{
    double lon, lat, lon_b, lat_b, metres;
    assert_int_equal(sscanf(line, "%lf %lf %lf %lf %lf", &lon, &lat, &lon_b, &lat_b, &metres), 5);
    CallValue a = point_at(lon, lat), b = point_at(lon_b, lat_b);
    CallValue v = CALL(w, way_of, PHYS_I128, 6, a, b), back = CALL(w, way_of, PHYS_I128, 6, b, a);
    assert_int_equal(v.issue, back.issue);
    assert_true(opposite || v.issue == REASON_NONE);
    if (v.issue != REASON_NONE)
        return;
    assert_true(v.i128 == back.i128);
    if (fabs((double)v.i128 / 1e6 - metres) > 0.0011)
        fail_msg("%s gives %.6f", line, (double)v.i128 / 1e6);
    // The sphere is right to six thousandths.
    CallValue sphere = CALL(w, distance_of, PHYS_I128, 6, a, b);
    assert_true(fabs((double)sphere.i128 / 1e6 - metres) <= 0.006 * metres + 0.001);
}

static void check_datum(CallWorld *w, const char *line)
{
    char from[16], to[16];
    double lon, lat, x, y;
    assert_int_equal(sscanf(line, "%15s %15s %lf %lf %lf %lf", from, to, &lon, &lat, &x, &y), 6);
    CallValue p = point_at(lon, lat);
    CallValue v = CALL(w, converted, PHYS_PAIR, 0, p, call_text(from), call_text(to));
    assert_int_equal(v.issue, REASON_NONE);
    if (fabs((double)v.pair.a / 1e7 - x) > 0.6e-7 || fabs((double)v.pair.b / 1e7 - y) > 0.6e-7)
        fail_msg("%s gives %.7f %.7f", line, (double)v.pair.a / 1e7, (double)v.pair.b / 1e7);
}

static void check_polygon(CallWorld *w, char *line)
{
    double lon, lat;
    int inside, used = 0;
    assert_int_equal(sscanf(line, "%lf %lf %d %n", &lon, &lat, &inside, &used), 3);
    CallValue v = CALL(w, lies_in, PHYS_BOOL, 0, point_at(lon, lat), call_text(line + used));
    assert_int_equal(v.issue, REASON_NONE);
    if (v.boolean != (inside != 0))
        fail_msg("%s", line);
}

static void test_oracles(void **state)
{
    CallWorld *w = *state;
    FILE *file = fopen(TABLE, "r");
    char line[4096];
    int ways = 0, datums = 0, polygons = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = strchr(line, '\t');
        assert_non_null(rest);
        *rest++ = '\0';
        if (strcmp(line, "way") == 0 || strcmp(line, "opposite") == 0) {
            check_way(w, rest, *line == 'o');
            ways++;
        } else if (strcmp(line, "datum") == 0) {
            check_datum(w, rest);
            datums++;
        } else {
            check_polygon(w, rest);
            polygons++;
        }
    }
    fclose(file);
    assert_true(ways > 300 && datums > 300 && polygons > 100);
}

// Where there is no way on the ellipsoid, the places lie within 150 km of being opposite each other: what narrows a join
// relies on twice that.
static void test_no_way(void **state)
{
    CallWorld *w = *state;
    uint64_t seed = 5;
    int undecided = 0;
    for (int i = 0; i < 20000; i++) {
        CallValue a = random_point(&seed, -180, 0, -90, 90), b = a;
        int64_t reach = count_of(i % 4 == 0 ? 90 : 2);
        b.pair.a += count_of(180) - next_below(&seed, reach);
        b.pair.b = -b.pair.b + next_below(&seed, reach) - reach / 2;
        b.pair.b = MAX_OF(MIN_OF(b.pair.b, count_of(90)), count_of(-90));
        CallValue v = CALL(w, way_of, PHYS_I128, 6, a, b);
        if (v.issue == REASON_NONE)
            continue;
        CallValue opposite = call_pair(a.pair.a + count_of(180), -a.pair.b);
        CallValue d = CALL(w, distance_of, PHYS_I128, 6, opposite, b);
        assert_true(d.i128 < (int128_t)150000 * 1000000);
        undecided++;
    }
    assert_true(undecided > 100);
}

// ---- datums

static void expect_near(CallValue a, CallValue b, int64_t counts)
{
    assert_true(llabs(a.pair.a - b.pair.a) <= counts);
    assert_true(llabs(a.pair.b - b.pair.b) <= counts);
}

static void test_round_trip(void **state)
{
    CallWorld *w = *state;
    static const char *const datums[] = {"WGS-84", "gcj-02", "BD09"};
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        CallValue p = random_point(&seed, 74, 134, 10, 53);
        const char *from = datums[i % 3], *to = datums[(i + 1 + i / 3 % 2) % 3];
        CallValue there = CALL(w, converted, PHYS_PAIR, 0, p, call_text(from), call_text(to));
        assert_int_equal(there.issue, REASON_NONE);
        there.phys = PHYS_PAIR;
        CallValue back = CALL(w, converted, PHYS_PAIR, 0, there, call_text(to), call_text(from));
        assert_int_equal(back.issue, REASON_NONE);
        expect_near(back, p, 2);
    }
}

static void test_datum_words(void **state)
{
    CallWorld *w = *state;
    CallValue p = point_at(120, 30), edge = point_at(180, 90);
    static const char *const wrong[] = {"", "WGS", "WGS-84 ", "CGCS2000", "gcj-021", "百度"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        CallValue v = CALL(w, converted, PHYS_PAIR, 0, p, call_text(wrong[i]), call_text("GCJ-02"));
        assert_int_equal(v.issue, REASON_DOMAIN);
    }
    CallValue same = CALL(w, converted, PHYS_PAIR, 0, p, call_text("BD-09"), call_text("bd09"));
    expect_near(same, p, 0);
    // Beyond the last degree there is no place.
    CallValue v = CALL(w, converted, PHYS_PAIR, 0, edge, call_text("GCJ-02"), call_text("BD-09"));
    assert_int_equal(v.issue, REASON_DOMAIN);
}

// ---- polygons

static void expect_inside(CallWorld *w, double lon, double lat, const char *polygon, bool wanted)
{
    CallValue v = CALL(w, lies_in, PHYS_BOOL, 0, point_at(lon, lat), call_text(polygon));
    if (v.issue != REASON_NONE || v.boolean != wanted)
        fail_msg("%.7f %.7f: %s", lon, lat, polygon);
}

static void test_polygons(void **state)
{
    CallWorld *w = *state;
    const char *square = "120,30;121,30;121,31;120,31";
    expect_inside(w, 120, 30, square, true); // corner and edge
    expect_inside(w, 120.5, 30, square, true);
    expect_inside(w, 121, 30.9999999, square, true);
    expect_inside(w, 121.0000001, 30.5, square, false);
    expect_inside(w, 119, 30, square, false); // level with an edge
    expect_inside(w, 119, 31, square, false);
    const char *hole = "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))";
    expect_inside(w, 4, 4, hole, false);
    expect_inside(w, 3, 4, hole, true);
    expect_inside(w, 1, 1, hole, true);
    const char *parts = " multipolygon(((0 0,1 0,1 1)),((5 5,6 5,6 6,5 6)))\n";
    expect_inside(w, 0.9, 0.1, parts, true);
    expect_inside(w, 5.5, 5.5, parts, true);
    expect_inside(w, 3, 3, parts, false);
    expect_inside(w, -0.5, -0.5, "-1,-1;0,-1;0,0;-1,0;", true);
    expect_inside(w, 0.3333333, 0.3333333, "0,0;1,1;1,0", true); // on a slanted edge
    expect_inside(w, 0.3333333, 0.3333334, "0,0;1,1;1,0", false);
}

static void test_bad_polygons(void **state)
{
    CallWorld *w = *state;
    static const struct {
        const char *text;
        Reason issue;
    } cases[] = {
        {"", REASON_CONVERSION},
        {"120,30", REASON_CONVERSION},
        {"120,30;121,30", REASON_CONVERSION},
        {"120,30;121,30;120,30", REASON_CONVERSION},
        {"120,30;121,30;x", REASON_CONVERSION},
        {"120,30;121,30;121,31 120,31", REASON_CONVERSION},
        {"120,30;121,30;121,91", REASON_CONVERSION},
        {"181,30;121,30;121,31", REASON_CONVERSION},
        {"999999999999999999999999,30;121,30;121,31", REASON_CONVERSION},
        {"179,0;-179,0;-179,1;179,1", REASON_DOMAIN},
        {"-179,0;0,0;0,1;179,1", REASON_DOMAIN},
        {"POLYGON", REASON_CONVERSION},
        {"POLYGON(", REASON_CONVERSION},
        {"POLYGON((0 0, 1 0, 1 1)", REASON_CONVERSION},
        {"POLYGON((0 0, 1 0, 1 1)) x", REASON_CONVERSION},
        {"POLYGON((0-0, 1 0, 1 1))", REASON_CONVERSION},
        {"POLYGON Z ((0 0 0, 1 0 0, 1 1 0))", REASON_CONVERSION},
        {"MULTIPOLYGON((0 0, 1 0, 1 1))", REASON_CONVERSION},
        {"POINT(1 1)", REASON_CONVERSION},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CallValue v = CALL(w, lies_in, PHYS_BOOL, 0, point_at(1, 1), call_text(cases[i].text));
        if (v.issue != cases[i].issue)
            fail_msg("%s", cases[i].text);
    }
}

// ---- cells

static void cell_numbers(CallWorld *w, CallValue p, int64_t metres, int64_t *row, int64_t *column)
{
    CallValue v = CALL(w, cell_of, PHYS_CODE, 0, p, call_exact((int128_t)metres * 1000000, 6));
    char text[64] = {0};
    assert_int_equal(v.issue, REASON_NONE);
    memcpy(text, v.text.ptr, MIN_OF(v.text.len, sizeof text - 1));
    assert_int_equal(sscanf(text, "%" SCNd64 "/%" SCNd64, row, column), 2);
}

static void test_cells(void **state)
{
    CallWorld *w = *state;
    uint64_t seed = 11;
    for (int i = 0; i < 5000; i++) {
        int64_t size = 1 + next_below(&seed, i % 2 ? 1000 : 1000000);
        int64_t row, column, row_b, column_b;
        CallValue p = random_point(&seed, -180, 180, -90, 90), q = p;
        q.pair.a = MIN_OF(q.pair.a + next_below(&seed, 1000), count_of(180));
        cell_numbers(w, p, size, &row, &column);
        cell_numbers(w, q, size, &row_b, &column_b);
        assert_int_equal(row, row_b);
        assert_true(row >= 0 && column >= 0);
        CallValue d = CALL(w, distance_of, PHYS_I128, 6, p, q);
        // Who is nearer than a cell is wide lies in the same or the next one.
        if (d.i128 <= (int128_t)size * 1000000)
            assert_true(llabs(column - column_b) <= 1 || column_b == 0);
    }
    int64_t row, column, row_b, column_b;
    cell_numbers(w, point_at(180, 10), 5000, &row, &column);
    cell_numbers(w, point_at(-180, 10), 5000, &row_b, &column_b);
    assert_true(row == row_b && column == column_b);
    cell_numbers(w, point_at(77, 90), 5000, &row, &column);
    cell_numbers(w, point_at(-180, -90), 6000000, &row, &column);
    CallValue none = CALL(w, cell_of, PHYS_CODE, 0, point_at(0, 0), call_exact(999999, 6));
    assert_int_equal(none.issue, REASON_DOMAIN);
    none = CALL(w, cell_of, PHYS_CODE, 0, point_at(0, 0), call_exact(-5000000, 6));
    assert_int_equal(none.issue, REASON_DOMAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracles),    cmocka_unit_test(test_no_way),
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_datum_words),
        cmocka_unit_test(test_polygons),   cmocka_unit_test(test_bad_polygons),
        cmocka_unit_test(test_cells),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}
