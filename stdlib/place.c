// SPDX-License-Identifier: Apache-2.0
//
// place.c: points on the earth.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

#include <math.h>

#define POINT_SCALE 7
#define DEGREES_TO_COUNT 10000000.0
#define EARTH_RADIUS_METRES 6371008.8
#define PI 3.14159265358979323846

static double radians(int64_t count)
{
    return (double)count / DEGREES_TO_COUNT * (PI / 180);
}

// The way in metres along the great circle.
static double haversine(Pair a, Pair b)
{
    double lat_a = radians(a.b), lat_b = radians(b.b);
    double half_lat = sin((lat_b - lat_a) / 2);
    double half_lon = sin((radians(b.a) - radians(a.a)) / 2);
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

FN2(distance, I128, Pair, a, Pair, b, .name = "distance", .name_zh = "距离",
    .signature = "distance(a: point, b: point): length",
    .doc = "The way over the ground between two places (haversine, radius 6,371,008.8 m).",
    .doc_zh = "两地之间的地面距离（半正矢公式，半径 6371008.8 米）。",
    .example = "distance(point(120, 30), point(120, 30)) = 0米", .cost = 100)
{
    int128_t count = 0;
    if (!exact_from_real(haversine(a, b), fn->result_type.scale, ROUND_HALF_EVEN, &count))
        fn_issue(fn, REASON_OVERFLOW);
    return count;
}

const FnCard *const place_cards[] = {FN_CARD(point_of), FN_CARD(distance), NULL};
