// SPDX-License-Identifier: Apache-2.0
//
// place_polygon.c: is a point in a polygon that a text describes?
//
// Two ways of writing are read: `POLYGON((lon lat, lon lat, …), (hole …))` with MULTIPOLYGON (well-known text), and
// `lon,lat;lon,lat;…|…` of Chinese map services, with | between rings. All rings count by the even-odd rule, so holes
// and several parts need no distinction. Edges are straight in longitude and latitude. All is computed in whole
// counts of 10^-7 degrees, so a point on an edge is on it everywhere; it counts as inside. The text is read once and
// nothing is kept of it.

#include "stdlib/place_int.h"

typedef struct Reader {
    Str text;
    size_t at;
    bool well_known; // blanks stand within a point and commas between points
} Reader;

typedef struct Ring {
    Pair first, last;
    int64_t points;
} Ring;

typedef struct Search {
    Pair point;
    bool odd, on_edge;
} Search;

// ---------------------------------------------------------------- reading

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char peek(Reader *reader)
{
    while (reader->at < reader->text.len && is_blank(reader->text.ptr[reader->at]))
        reader->at++;
    return reader->at < reader->text.len ? reader->text.ptr[reader->at] : '\0';
}

static bool accept(Reader *reader, char c)
{
    if (peek(reader) != c || reader->at >= reader->text.len)
        return false;
    reader->at++;
    return true;
}

static bool accept_word(Reader *reader, const char *word)
{
    size_t length = strlen(word);
    (void)peek(reader);
    if (reader->text.len - reader->at < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = reader->text.ptr[reader->at + i];
        if ((c >= 'a' && c <= 'z' ? c - 32 : c) != word[i])
            return false;
    }
    reader->at += length;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Degrees as a count; places behind the seventh are cut off.
static bool read_degrees(Reader *reader, int64_t limit, int64_t *out)
{
    bool negative = accept(reader, '-');
    const char *bytes = reader->text.ptr;
    size_t end = reader->text.len, start = reader->at;
    int64_t count = 0;
    for (; reader->at < end && is_digit(bytes[reader->at]); reader->at++)
        if ((count = count * 10 + (bytes[reader->at] - '0')) > limit)
            return false;
    if (reader->at == start)
        return false;
    count *= DEGREES(1);
    if (reader->at < end && bytes[reader->at] == '.') {
        reader->at++;
        for (int64_t unit = DEGREES(1) / 10; reader->at < end && is_digit(bytes[reader->at]);
             reader->at++, unit /= 10)
            count += unit * (bytes[reader->at] - '0');
    }
    *out = negative ? -count : count;
    return count <= DEGREES(limit);
}

static bool read_point(Reader *reader, Pair *point)
{
    if (!read_degrees(reader, 180, &point->a))
        return false;
    bool apart = reader->well_known
                     ? reader->at < reader->text.len && is_blank(reader->text.ptr[reader->at])
                     : accept(reader, ',');
    return apart && read_degrees(reader, 90, &point->b);
}

// ---------------------------------------------------------------- edges

// The edge counts if a ray to the east crosses it.
static void cross(Search *search, Pair a, Pair b)
{
    Pair p = search->point;
    int128_t side = (int128_t)(b.a - a.a) * (p.b - a.b) - (int128_t)(b.b - a.b) * (p.a - a.a);
    if (side == 0 && p.a >= MIN_OF(a.a, b.a) && p.a <= MAX_OF(a.a, b.a) &&
        p.b >= MIN_OF(a.b, b.b) && p.b <= MAX_OF(a.b, b.b))
        search->on_edge = true;
    bool up = a.b <= p.b && b.b > p.b, down = b.b <= p.b && a.b > p.b;
    if ((up && side > 0) || (down && side < 0))
        search->odd = !search->odd;
}

// Edges longer than half the earth were drawn across the date line, where they go the other way round.
static bool add_point(Search *search, Ring *ring, Pair point)
{
    if (ring->points > 0) {
        if (ring->last.a - point.a > DEGREES(180) || point.a - ring->last.a > DEGREES(180))
            return false;
        cross(search, ring->last, point);
    } else {
        ring->first = point;
    }
    ring->last = point;
    ring->points++;
    return true;
}

// A ring closes by itself where its last point is not its first.
static Reason close_ring(Search *search, Ring *ring)
{
    bool closed = ring->first.a == ring->last.a && ring->first.b == ring->last.b;
    if (ring->points - closed < 3)
        return REASON_CONVERSION;
    return add_point(search, ring, ring->first) ? REASON_NONE : REASON_DOMAIN;
}

// ---------------------------------------------------------------- rings

static Reason read_ring(Reader *reader, Search *search)
{
    Ring ring = {0};
    char separator = reader->well_known ? ',' : ';';
    do {
        Pair point;
        if (!reader->well_known && ring.points > 0 && (peek(reader) == '|' || peek(reader) == '\0'))
            break; // a separator behind the last point
        if (!read_point(reader, &point))
            return REASON_CONVERSION;
        if (!add_point(search, &ring, point))
            return REASON_DOMAIN;
    } while (accept(reader, separator));
    return close_ring(search, &ring);
}

// ( ring ) , ( ring ) … within brackets.
static Reason read_part(Reader *reader, Search *search)
{
    if (!accept(reader, '('))
        return REASON_CONVERSION;
    do {
        if (!accept(reader, '('))
            return REASON_CONVERSION;
        Reason reason = read_ring(reader, search);
        if (reason != REASON_NONE)
            return reason;
        if (!accept(reader, ')'))
            return REASON_CONVERSION;
    } while (accept(reader, ','));
    return accept(reader, ')') ? REASON_NONE : REASON_CONVERSION;
}

static Reason read_parts(Reader *reader, Search *search)
{
    if (!accept(reader, '('))
        return REASON_CONVERSION;
    do {
        Reason reason = read_part(reader, search);
        if (reason != REASON_NONE)
            return reason;
    } while (accept(reader, ','));
    return accept(reader, ')') ? REASON_NONE : REASON_CONVERSION;
}

static Reason read_rings(Reader *reader, Search *search)
{
    Reason reason;
    do
        reason = read_ring(reader, search);
    while (reason == REASON_NONE && accept(reader, '|'));
    return reason;
}

Reason place_in_polygon(Pair point, Str polygon, bool *inside)
{
    Reader reader = {.text = polygon};
    Search search = {.point = point};
    Reason reason;
    reader.well_known = true;
    if (accept_word(&reader, "MULTIPOLYGON")) {
        reason = read_parts(&reader, &search);
    } else if (accept_word(&reader, "POLYGON")) {
        reason = read_part(&reader, &search);
    } else {
        reader.well_known = false;
        reason = read_rings(&reader, &search);
    }
    if (reason == REASON_NONE && (peek(&reader) != '\0' || reader.at < polygon.len))
        reason = REASON_CONVERSION;
    *inside = search.odd || search.on_edge;
    return reason;
}
