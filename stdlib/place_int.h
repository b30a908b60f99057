// SPDX-License-Identifier: Apache-2.0
//
// place_int.h: shared by the files of the family of places. Points are pairs of longitude and latitude, each a count
// of 10^-7 degrees.

#ifndef SUP_STDLIB_PLACE_INT_H
#define SUP_STDLIB_PLACE_INT_H

#include "runtime/kernel.h"

#define POINT_SCALE 7
#define DEGREES_TO_COUNT 10000000.0
#define DEGREES(n) ((int64_t)(n) * 10000000)
#define PI 3.14159265358979323846

static inline double place_radians(int64_t count)
{
    return (double)count / DEGREES_TO_COUNT * (PI / 180);
}

#define EARTH_RADIUS_METRES 6371008.8

// The way in metres along the great circle.
double place_haversine(Pair a, Pair b);

// A point in one word, and back; words ascend by longitude, then latitude.
static inline int64_t place_word(Pair point)
{
    return point.a * INT64_C(0x100000000) + point.b + DEGREES(90);
}

static inline Pair place_of_word(int64_t word)
{
    int64_t latitude = word & INT64_C(0xffffffff);
    return (Pair){(word - latitude) / INT64_C(0x100000000), latitude - DEGREES(90)};
}

// The way in metres along the geodesic of the ellipsoid WGS-84 (place_way.c). False: the two places lie so nearly
// opposite each other that the formula does not converge.
MUST_USE bool place_geodesic(Pair a, Pair b, double *metres);

typedef enum Datum { DATUM_WGS, DATUM_GCJ, DATUM_BD, DATUM_NONE } Datum;

// The datum with this name; DATUM_NONE: there is none (place_datum.c).
Datum place_datum(Str name);
// The same place in another datum. False: it has none, or one out of range.
MUST_USE bool place_convert(Pair point, Datum from, Datum to, Pair *out);

// Is the point in the polygon, its edge included? A reason: the text is no polygon (place_polygon.c).
Reason place_in_polygon(Pair point, Str polygon, bool *inside);

#endif
