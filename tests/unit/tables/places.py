#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes places.tsv, the oracle of test_stdlib_place.c.

    pip install geographiclib shapely; npm install gcoord; python3 places.py > places.tsv

way      lon lat lon lat metres         geographiclib: Geodesic.WGS84.Inverse(lat, lon, lat, lon)["s12"]
opposite lon lat lon lat metres         the same for places nearly opposite each other, where the library may be undecided
datum    from to lon lat lon lat        gcoord: gcoord.transform([lon, lat], from, to)
polygon  lon lat inside text            shapely: Polygon.covers; 2 of a million degrees apart from the edge or on it
"""
import json
import math
import random
import subprocess

import shapely
from geographiclib.geodesic import Geodesic

random.seed(20240302)


def degrees(low, high):
    return round(random.uniform(low, high), 7)


def way(kind, a, b):
    print(kind, *a, *b, "%.6f" % Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])["s12"], sep="\t")


def ways():
    for _ in range(100):
        a = degrees(-180, 180), degrees(-90, 90)
        way("way", a, (degrees(-180, 180), degrees(-60, 60)) if abs(a[1]) < 1 else (degrees(-90, 90), round(abs(a[1]) / 2, 7)))
    for reach in (1e-6, 1e-4, 0.01, 1):
        for _ in range(50):
            a = degrees(-180, 180), degrees(-88, 88)
            b = (round((a[0] + random.uniform(-reach, reach) + 180) % 360 - 180, 7), round(a[1] + random.uniform(-reach, reach), 7))
            way("way", a, b)
    for a, b in (((0, 0), (90, 0)), ((0, 0), (0, 90)), ((0, -90), (0, 90)), ((179.9999999, 0), (-179.9999999, 0)), ((0, 90), (180, 90)),
                 ((-180, 45), (180, 45)), ((120, 30), (120, 30)), ((0, 89.9999999), (180, 89.9999999)), ((0, 0), (179, 0))):
        way("way", a, b)
    for _ in range(40):
        a = degrees(-179, 0), degrees(-89, 89)
        way("opposite", a, (round(a[0] + 180 + random.uniform(-0.5, 0.5), 7), round(-a[1] + random.uniform(-0.5, 0.5), 7)))
    way("opposite", (0, 0), (180, 0))
    way("opposite", (0, 30), (180, -30))


def datums():
    names = {"WGS-84": "WGS84", "GCJ-02": "GCJ02", "BD-09": "BD09"}
    calls = []
    for source, target in (("WGS-84", "GCJ-02"), ("GCJ-02", "BD-09"), ("WGS-84", "BD-09")):
        calls += [(source, target, degrees(73, 135), degrees(4, 53)) for _ in range(100)]
    calls += [("WGS-84", "GCJ-02", lon, lat) for lon, lat in ((0, 0), (-120.5, 40), (140, 35), (72, 30), (72.004, 0.8293))]
    script = ("const g = require('gcoord'); const c = JSON.parse(require('fs').readFileSync(0));"
              "console.log(JSON.stringify(c.map(([f, t, x, y]) => g.transform([x, y], g[f], g[t]))))")
    asked = json.dumps([(names[f], names[t], x, y) for f, t, x, y in calls])
    found = json.loads(subprocess.run(["node", "-e", script], input=asked, capture_output=True, check=True, text=True).stdout)
    for (source, target, lon, lat), (x, y) in zip(calls, found):
        print("datum", source, target, lon, lat, "%.9f" % x, "%.9f" % y, sep="\t")


def star(corners):
    """A ring around (120, 30) that does not cross itself."""
    angles = sorted(random.sample(range(0, 360, 5), corners))
    return [(round(120 + r * math.cos(math.radians(a)), 3), round(30 + r * math.sin(math.radians(a)), 3))
            for a, r in ((a, random.uniform(0.2, 1)) for a in angles)]


def polygons():
    for i in range(150):
        ring = star(random.randrange(3, 24))
        hole = [(120 + (x - 120) / 8, 30 + (y - 30) / 8) for x, y in star(8)] if i % 3 == 0 else None
        hole = [(round(x, 3), round(y, 3)) for x, y in hole] if hole else None
        shape = shapely.Polygon(ring, [hole] if hole else None)
        if not shape.is_valid:
            continue
        if i % 2:
            text = "POLYGON(%s)" % ", ".join("(%s)" % ", ".join("%s %s" % p for p in [*r, r[0]]) for r in (ring, hole) if r)
        else:
            text = "|".join(";".join("%s,%s" % p for p in r) for r in (ring, hole) if r)
        point = random.choice(ring) if i % 10 == 0 else (degrees(119, 121), degrees(29, 31))
        print("polygon", *point, "%d" % shape.covers(shapely.Point(point)), text, sep="\t")


ways()
datums()
polygons()
