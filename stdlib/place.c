// SPDX-License-Identifier: Apache-2.0
//
// place.c: points on the earth.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(point_of, .name = "point", .name_zh = "位置", .signature = "point(lon: N, lat: N): point",
        .doc = "The place with this longitude and latitude in degrees.",
        .doc_zh = "由经度和纬度（度）组成的位置。",
        .example = "point(120, 30) = point(120.0, 30.0)", .issues = FN_ISSUES(REASON_DOMAIN),
        .cost = 4)

FN_WORD(distance, .name = "distance", .name_zh = "距离",
        .signature = "distance(a: point, b: point): length",
        .doc = "The way over the ground between two places (haversine, radius 6,371,008.8 m).",
        .doc_zh = "两地之间的地面距离（半正矢公式，半径 6371008.8 米）。",
        .example = "distance(point(120, 30), point(120, 30)) = 0米", .cost = 100)

const FnCard *const place_cards[] = {FN_CARD(point_of), FN_CARD(distance), NULL};
