// SPDX-License-Identifier: Apache-2.0
//
// regex.h: regular expressions. The only user of PCRE2.
//
// Patterns are the regular part of PCRE2 syntax in UTF-8 with Unicode properties. What needs
// backtracking by its nature is refused: backreferences, look-around, atomic and possessive groups,
// conditions, recursion, verbs, callouts, \K \G \C \R \X; also \Q \E \c \o, which would only make
// reading a pattern harder. Work per match is bounded.
//
// A Regex is immutable after compilation and may be shared; each thread needs its own RegexMatch.
#ifndef SUP_RUNTIME_BASE_REGEX_H
#define SUP_RUNTIME_BASE_REGEX_H

#include "runtime/base/base.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

typedef struct Regex Regex;
typedef struct RegexMatch RegexMatch;

typedef enum RegexMode {
    REGEX_SEARCH, // anywhere in the text
    REGEX_WHOLE   // the whole text
} RegexMode;

#define REGEX_PATTERN_MAX 4096 // bytes of a pattern

// Compiles pattern. On STATUS_OK the caller owns *out. STATUS_USAGE: the pattern is wrong or uses a
// refused construct; err says what and *bad_at (may be NULL) is the byte position in the pattern.
MUST_USE Status regex_compile(Str pattern, RegexMode mode, Regex **out, size_t *bad_at, Error *err);
void regex_destroy(Regex *regex); // NULL is allowed

// A place for the positions of a match of this regex. The caller owns it.
RegexMatch *regex_match_create(const Regex *regex);
void regex_match_destroy(RegexMatch *match); // NULL is allowed

// Does the text (valid UTF-8) match, at or after byte `from`? *found says so; then the positions are
// in match. Leftmost; alternatives in written order. STATUS_LIMIT: the work limit was reached.
MUST_USE Status regex_find(const Regex *regex, RegexMatch *match, Str text, size_t from,
                           bool *found, Error *err);

// Only whether it matches. A text of up to 1024 bytes never reaches the work limit, because then a
// matcher without backtracking takes over; a longer one may.
MUST_USE Status regex_test(const Regex *regex, RegexMatch *match, Str text, bool *found,
                           Error *err);

// Number of capture groups, group 0 (the whole match) not counted.
int regex_group_count(const Regex *regex);
// The name of group 1 … count, "" if it has none; lives as long as the regex.
Str regex_group_name(const Regex *regex, int group);
// The number of the group with this name, or -1.
int regex_group_find(const Regex *regex, Str name);
// Can the group be left out of a match (`(a)?`, or inside an alternative)? The pattern is judged, not
// a text; "true" may be a false alarm, "false" never.
bool regex_group_optional(const Regex *regex, int group);

// Did the group (0 = the whole match) take part in the last match? Then *start and *end are byte
// positions in the text.
bool regex_match_span(const RegexMatch *match, int group, size_t *start, size_t *end);
// The same as a view of the text that was searched; "" if it took no part.
Str regex_match_group(const RegexMatch *match, Str text, int group);

#endif
