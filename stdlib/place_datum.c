// SPDX-License-Identifier: Apache-2.0
//
// place_datum.c: the datums of Chinese maps.
//
// GCJ-02 shifts the places of mainland China by a published sum of sines that depends on the place; BD-09 turns and
// stretches GCJ-02 once more. Both are one-way formulas: the way back looks for the place that the formula takes to
// the one given, by adding what is still missing. The shift changes by less than a hundredth of the way walked, so
// each step brings two more digits.

#include "stdlib/place_int.h"

#include <math.h>

// The way back ends below a hundredth of the last place of a point.
#define CLOSE_ENOUGH 1e-9
#define STEPS_MAX 30

typedef struct Degrees {
    double lon, lat;
} Degrees;

// ---- GCJ-02

// Krassovsky's ellipsoid.
#define GCJ_AXIS 6378245.0
#define GCJ_ECCENTRICITY 0.00669342162296594323 // squared

// Outside this box places keep their coordinates.
static bool is_shifted(Degrees p)
{
    return p.lon >= 72.004 && p.lon <= 137.8347 && p.lat >= 0.8293 && p.lat <= 55.8271;
}

static double waves(double x, double y, double third_period, double third)
{
    return (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI) + 20 * sin(y * PI) + 40 * sin(y / 3 * PI) +
            third * sin(y / third_period * PI)) *
           2 / 3;
}

static double lat_shift(double x, double y)
{
    return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
           waves(x, y, 12, 160) + 320 * sin(y * PI / 30) * 2 / 3;
}

static double lon_shift(double x, double y)
{
    return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
           waves(x, x, 12, 150) + 300 * sin(x / 30 * PI) * 2 / 3;
}

static Degrees gcj_of_wgs(Degrees p)
{
    if (!is_shifted(p))
        return p;
    double x = p.lon - 105, y = p.lat - 35, latitude = p.lat / 180 * PI;
    double magic = 1 - GCJ_ECCENTRICITY * sin(latitude) * sin(latitude), root = sqrt(magic);
    double meridian = GCJ_AXIS * (1 - GCJ_ECCENTRICITY) / (magic * root) * PI;
    double parallel = GCJ_AXIS / root * cos(latitude) * PI;
    return (Degrees){p.lon + lon_shift(x, y) * 180 / parallel,
                     p.lat + lat_shift(x, y) * 180 / meridian};
}

// ---- BD-09

#define BD_TURNS (PI * 3000 / 180)
#define BD_LON 0.0065
#define BD_LAT 0.006

static Degrees bd_of_gcj(Degrees p)
{
    double away = sqrt(p.lon * p.lon + p.lat * p.lat) + 0.00002 * sin(p.lat * BD_TURNS);
    double angle = atan2(p.lat, p.lon) + 0.000003 * cos(p.lon * BD_TURNS);
    return (Degrees){away * cos(angle) + BD_LON, away * sin(angle) + BD_LAT};
}

// ---- both ways

// The place that the formula takes to `wanted`.
static bool back(Degrees (*formula)(Degrees), Degrees wanted, Degrees *out)
{
    Degrees p = wanted;
    for (int i = 0; i < STEPS_MAX; i++) {
        Degrees there = formula(p);
        double lon = wanted.lon - there.lon, lat = wanted.lat - there.lat;
        if (fabs(lon) < CLOSE_ENOUGH && fabs(lat) < CLOSE_ENOUGH) {
            *out = p;
            return true;
        }
        p = (Degrees){p.lon + lon, p.lat + lat};
    }
    return false;
}

static bool count_of(double degrees, int64_t limit, int64_t *out)
{
    int128_t count = 0;
    if (!exact_from_real(degrees, POINT_SCALE, ROUND_HALF_EVEN, &count) ||
        count < -(int128_t)DEGREES(limit) || count > (int128_t)DEGREES(limit))
        return false;
    *out = (int64_t)count;
    return true;
}

Datum place_datum(Str name)
{
    static const struct {
        const char *name;
        Datum datum;
    } names[] = {{"WGS-84", DATUM_WGS}, {"WGS84", DATUM_WGS}, {"GCJ-02", DATUM_GCJ},
                 {"GCJ02", DATUM_GCJ},  {"BD-09", DATUM_BD},  {"BD09", DATUM_BD}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t k = 0;
        while (k < name.len && names[i].name[k] != '\0' &&
               (name.ptr[k] >= 'a' && name.ptr[k] <= 'z' ? name.ptr[k] - 32 : name.ptr[k]) ==
                   names[i].name[k])
            k++;
        if (k == name.len && names[i].name[k] == '\0')
            return names[i].datum;
    }
    return DATUM_NONE;
}

bool place_convert(Pair point, Datum from, Datum to, Pair *out)
{
    Degrees p = {(double)point.a / DEGREES_TO_COUNT, (double)point.b / DEGREES_TO_COUNT};
    *out = point;
    if (from == to)
        return true;
    // To GCJ-02, which stands between the two others, and on.
    if (from == DATUM_WGS)
        p = gcj_of_wgs(p);
    else if (from == DATUM_BD && !back(bd_of_gcj, p, &p))
        return false;
    if (to == DATUM_BD)
        p = bd_of_gcj(p);
    else if (to == DATUM_WGS && !back(gcj_of_wgs, p, &p))
        return false;
    return count_of(p.lon, 180, &out->a) && count_of(p.lat, 90, &out->b);
}
