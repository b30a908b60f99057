// SPDX-License-Identifier: Apache-2.0
//
// place.c: points on the earth.

#include "stdlib/fn.h"
#include "stdlib/place_int.h"
#include "stdlib/stdlib_int.h"

#include <math.h>

#define EARTH_RADIUS_WHOLE 6371008
#define MILLIMETRES_SCALE 3

double place_haversine(Pair a, Pair b)
{
    double lat_a = place_radians(a.b), lat_b = place_radians(b.b);
    double half_lat = sin((lat_b - lat_a) / 2);
    double half_lon = sin((place_radians(b.a) - place_radians(a.a)) / 2);
    double h = half_lat * half_lat + cos(lat_a) * cos(lat_b) * half_lon * half_lon;
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(MIN_OF(h, 1)));
}

// Degrees as a count at the scale of points. False when digits would be lost or |degrees| > limit.
static bool degrees_count(int128_t value, int scale, int64_t limit, int64_t *out)
{
    int128_t count = 0, back = 0;
    if (!exact_round(value, scale, POINT_SCALE, ROUND_HALF_AWAY, &count) ||
        count < -(int128_t)limit * wide_pow10(POINT_SCALE) ||
        count > (int128_t)limit * wide_pow10(POINT_SCALE))
        return false;
    if (scale > POINT_SCALE && (!exact_rescale(count, POINT_SCALE, scale, &back) || back != value))
        return false;
    *out = (int64_t)count;
    return true;
}

FN2(point_of, Pair, I128, lon, I128, lat, .name = "point", .name_zh = "位置",
    .signature = "point(lon: decimal(18, 7), lat: decimal(18, 7)): point",
    .doc = "The place with this longitude and latitude in degrees.",
    .doc_zh = "由经度和纬度（度）组成的位置。", .example = "point(120, 30) = point(120.0, 30.0)",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 4)
{
    Pair point = {0};
    if (!degrees_count(lon, fn->types[0].scale, 180, &point.a) ||
        !degrees_count(lat, fn->types[1].scale, 90, &point.b))
        fn_issue(fn, REASON_DOMAIN);
    return point;
}

// A way as a length, in whole millimetres: further digits would be those of the C library.
static int128_t length_of(FnContext *fn, double metres)
{
    int128_t count = 0;
    if (!exact_from_real(metres, MILLIMETRES_SCALE, ROUND_HALF_EVEN, &count) ||
        !exact_rescale(count, MILLIMETRES_SCALE, fn->result_type.scale, &count))
        fn_issue(fn, REASON_OVERFLOW);
    return count;
}

FN2(distance, I128, Pair, a, Pair, b, .name = "distance", .name_zh = "距离",
    .signature = "distance(a: point, b: point): length",
    .doc = "The way over the ground between two places (haversine, radius 6,371,008.8 m), in whole "
           "millimetres.",
    .doc_zh = "两地之间的地面距离（半正矢公式，半径 6371008.8 米），精确到毫米。",
    .example = "distance(point(120, 30), point(120.005, 30)) = 481.489米", .cost = 100)
{
    return length_of(fn, place_haversine(a, b));
}

FN2(vincenty, I128, Pair, a, Pair, b, .name = "vincenty", .name_zh = "椭球面距离",
    .signature = "vincenty(a: point, b: point): length",
    .doc = "The way over the ground between two places on the ellipsoid WGS-84 (Vincenty's inverse "
           "formula), in whole millimetres. Undecided for places nearly opposite each other on the "
           "earth, where the formula does not settle.",
    .doc_zh = "两地之间在 WGS-84 椭球面上的地面距离（Vincenty 反算公式），精确到毫米。地球上几乎"
              "正对的两点公式不收敛，待查。",
    .example = "round(vincenty(point(120, 30), point(121, 31)), 米) = 146647米",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 1200)
{
    double metres = 0;
    if (!place_geodesic(a, b, &metres))
        fn_issue(fn, REASON_DOMAIN);
    return length_of(fn, metres);
}

FN3(convert_datum, Pair, Pair, p, Text, from, Text, to, .name = "convert_datum",
    .name_zh = "坐标转换", .signature = "convert_datum(p: point, from: text, to: text): point",
    .doc =
        "The same place in another datum: \"WGS-84\" (satellites), \"GCJ-02\" (maps of China) or "
        "\"BD-09\" (Baidu), by the public formulas; the way back to 10^-7 degrees. Outside China "
        "GCJ-02 is WGS-84.",
    .doc_zh = "同一位置在另一坐标系中的坐标：\"WGS-84\"（卫星定位）、\"GCJ-02\"（国测局）、\"BD-"
              "09\"（百度），"
              "按公开的公式计算，反算迭代到 10^-7 度。中国以外 GCJ-02 与 WGS-84 相同。",
    .example =
        "distance(point(120, 30), convert_datum(point(120, 30), \"WGS-84\", \"GCJ-02\")) > 500米",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 400)
{
    Datum source = place_datum(*from), target = place_datum(*to);
    Pair out = p;
    if (source == DATUM_NONE || target == DATUM_NONE || !place_convert(p, source, target, &out))
        fn_issue(fn, REASON_DOMAIN);
    return out;
}

FN2(in_polygon, Bool, Pair, p, Text, polygon, .name = "in_polygon", .name_zh = "在区域内",
    .signature = "in_polygon(p: point, polygon: text): boolean",
    .doc =
        "Does the place lie in the polygon or on its edge? Written as \"POLYGON((lon lat, …))\" or "
        "as \"lon,lat;lon,lat;…\", further rings behind \"|\" (holes, parts). Edges are straight "
        "in "
        "longitude and latitude and must not cross the date line.",
    .doc_zh =
        "位置是否在多边形区域之内（含边界）。区域写作 \"POLYGON((经度 纬度, …))\" 或 "
        "\"经度,纬度;经度,纬度;…\"，\"|\" 之后为其他环（洞或另一块）。边按经纬度取直线，不得跨越"
        "日期变更线。",
    .example = "in_polygon(point(120.5, 30.5), \"120,30;121,30;121,31;120,31\")",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_DOMAIN), .cost = 500)
{
    bool inside = false;
    Reason reason = place_in_polygon(p, *polygon, &inside);
    if (reason != REASON_NONE)
        fn_issue(fn, reason);
    return inside;
}

// The cell of a grid whose rows are as high as `size`, and whose cells are at least as wide.
static void cell_of(Pair p, double size, int64_t *row, int64_t *column)
{
    double ground = PI * EARTH_RADIUS_METRES; // from pole to pole
    int64_t rows = MAX_OF((int64_t)(ground / size), 1);
    *row = MIN_OF((int64_t)((double)(p.b + DEGREES(90)) / (double)DEGREES(180) * (double)rows),
                  rows - 1);
    // The parallel that is nearer to the pole is the shorter one.
    double middle = ((double)*row + 0.5) / (double)rows - 0.5, half = 0.5 / (double)rows;
    double parallel = 2 * ground * cos(MIN_OF(fabs(middle) + half, 0.5) * PI);
    int64_t columns = MAX_OF((int64_t)(parallel / size), 1);
    *column = (int64_t)((double)(p.a + DEGREES(180)) / (double)DEGREES(360) * (double)columns);
    if (*column == columns) // 180° is -180°
        *column = 0;
}

FN2(grid_cell, Text, Pair, p, I128, size, .name = "grid_cell", .name_zh = "网格",
    .signature = "grid_cell(p: point, size: length): text",
    .doc =
        "The cell of a grid over the earth in which a place lies, as \"row/column\" counted from "
        "the "
        "south pole and from 180° west; cells are about as high and as wide as `size` (1 metre at "
        "least), and never narrower. For grouping: places near each other may lie in two cells.",
    .doc_zh = "位置所在的网格，写作 \"行/列\"，自南极、西经 180° 起数；网格的高和宽约等于 "
              "size（至少 1 米），"
              "不会更窄。用于分组；相邻的位置可能分在两格。",
    .example =
        "grid_cell(point(120.001, 30.001), 10公里) = grid_cell(point(120.002, 30.002), 10公里)",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 150)
{
    int64_t row = 0, column = 0;
    int128_t metre = wide_pow10(fn->types[1].scale);
    if (size < metre || size > metre * EARTH_RADIUS_WHOLE) {
        fn_issue(fn, REASON_DOMAIN);
        return STR("");
    }
    cell_of(p, (double)size / (double)metre, &row, &column);
    return arena_printf(fn->arena, "%" PRId64 "/%" PRId64, row, column);
}

const FnCard *const place_cards[] = {
    FN_CARD(point_of),
    FN_CARD(distance),
    FN_CARD(vincenty),
    FN_CARD(convert_datum),
    FN_CARD(in_polygon),
    FN_CARD(grid_cell),
    NULL,
};
