// SPDX-License-Identifier: Apache-2.0
//
// place_way.c: ways on the ellipsoid WGS-84 by the inverse formula of Vincenty (Survey Review 23, 1975).
//
// The difference of longitudes on an auxiliary sphere is found by repetition. Near opposite points it does not settle;
// then there is no answer, rather than a bad one. Where it settles, the way is right to half a millimetre.

#include "stdlib/place_int.h"

#include <math.h>

#define AXIS 6378137.0
#define FLATTENING (1 / 298.257223563)
#define SETTLED 1e-13
#define STEPS_MAX 200

// What one repetition computes.
typedef struct Arc {
    double sin_sigma, cos_sigma, sigma;
    double cos_square_alpha, cos_middle; // cos²α; cos(2σm)
    double next;                         // λ
} Arc;

typedef struct Ends {
    double sin_a, cos_a, sin_b, cos_b; // of the reduced latitudes
    double longitude;                  // their difference
} Ends;

static Arc arc_of(const Ends *ends, double lambda)
{
    double x = ends->cos_b * sin(lambda);
    double y = ends->cos_a * ends->sin_b - ends->sin_a * ends->cos_b * cos(lambda);
    Arc arc = {.sin_sigma = sqrt(x * x + y * y)};
    arc.cos_sigma = ends->sin_a * ends->sin_b + ends->cos_a * ends->cos_b * cos(lambda);
    arc.sigma = atan2(arc.sin_sigma, arc.cos_sigma);
    double sin_alpha =
        arc.sin_sigma == 0 ? 0 : ends->cos_a * ends->cos_b * sin(lambda) / arc.sin_sigma;
    arc.cos_square_alpha = 1 - sin_alpha * sin_alpha;
    arc.cos_middle = arc.cos_square_alpha == 0 // along the equator
                         ? 0
                         : arc.cos_sigma - 2 * ends->sin_a * ends->sin_b / arc.cos_square_alpha;
    double c =
        FLATTENING / 16 * arc.cos_square_alpha * (4 + FLATTENING * (4 - 3 * arc.cos_square_alpha));
    double m = arc.cos_middle;
    arc.next = ends->longitude +
               (1 - c) * FLATTENING * sin_alpha *
                   (arc.sigma + c * arc.sin_sigma * (m + c * arc.cos_sigma * (-1 + 2 * m * m)));
    return arc;
}

static double length_of(const Arc *arc)
{
    double minor = AXIS * (1 - FLATTENING);
    double u = arc->cos_square_alpha * (AXIS * AXIS - minor * minor) / (minor * minor);
    double a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)));
    double b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)));
    double m = arc->cos_middle, s = arc->sin_sigma;
    double correction = b * s *
                        (m + b / 4 *
                                 (arc->cos_sigma * (-1 + 2 * m * m) -
                                  b / 6 * m * (-3 + 4 * s * s) * (-3 + 4 * m * m)));
    return minor * a * (arc->sigma - correction);
}

bool place_geodesic(Pair a, Pair b, double *metres)
{
    if (b.b < a.b || (b.b == a.b && b.a < a.a)) { // the same bytes both ways
        Pair swapped = a;
        a = b;
        b = swapped;
    }
    int64_t around = b.a - a.a; // the short way
    if (around > DEGREES(180))
        around -= DEGREES(360);
    if (around < -DEGREES(180))
        around += DEGREES(360);
    double low = atan((1 - FLATTENING) * tan(place_radians(a.b)));
    double high = atan((1 - FLATTENING) * tan(place_radians(b.b)));
    Ends ends = {sin(low), cos(low), sin(high), cos(high), place_radians(around)};
    double lambda = ends.longitude;
    for (int i = 0; i < STEPS_MAX; i++) {
        Arc arc = arc_of(&ends, lambda);
        if (fabs(arc.next) > PI)
            return false;
        if (fabs(arc.next - lambda) < SETTLED) {
            *metres = length_of(&arc);
            return true;
        }
        lambda = arc.next;
    }
    return false;
}
