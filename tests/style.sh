#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# style.sh: the parts of spec/style.md that a script can see, file by file: the licence line, the
# lengths of files and functions, calls that end the process or print below the command line, and
# notes that something is missing. Ends with "style: N passed, N failed", where N counts files, after
# naming the three longest functions.
set -euo pipefail
cd "$(dirname "$0")/.."

find runtime stdlib lang compiler examples tests -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.def' -o -name '*.re' -o -name '*.y' \) |
    LC_ALL=C sort | LC_ALL=C awk '
function complain(line, why) {
    printf "%s:%d: %s\n", path, line, why
    faults++
}

# A function whose lines are mostly the cases of one switch may be long.
function function_ends(    length_of) {
    length_of = line - started - 1
    if (length_of > 70 && (cases < 10 || flat * 10 < length_of * 6))
        complain(started, "the function " name " has " length_of " lines; at most 70")
    remember(length_of, name " (" path ")")
    started = 0
}

function remember(length_of, what,    i) {
    for (i = 1; i <= 3; i++)
        if (length_of > longest[i]) {
            if (i < 3) { longest[3] = longest[2]; whose[3] = whose[2] }
            if (i < 2) { longest[2] = longest[1]; whose[2] = whose[1] }
            longest[i] = length_of; whose[i] = what
            return
        }
}

function check_line(text) {
    if (text ~ /\/\/.*(TODO|FIXME|XXX)|not implemented/) complain(line, "a note that something is missing")
    sub(/[ \t]*\/\/.*/, "", text)
    if (quiet && text ~ /(^|[^a-z_0-9])(exit|abort|printf|puts|perror|longjmp|setlocale)\(/)
        complain(line, "ends the process, jumps or prints below the command line")
    if (text ~ /^[a-zA-Z].*[a-zA-Z_0-9]\(/ && text !~ /;/) { # may begin a function
        name = text
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
    }
    if (path ~ /\.(re|y)$/) return
    if (text == "{") { started = line; flat = cases = 0 }
    else if (text == "}" && started) function_ends()
    else if (started && text ~ /^ +case .*:$/) { cases++; flat++ }
    else if (started && text ~ /^ +(default:|return.*;|break;|[^ ]+ = .*;|[a-z_]+\(.*\);)$/) flat++
}

{
    path = $0
    line = faults = started = 0
    # base.c is where assertions end; generators run during the build only.
    quiet = path !~ /^(tests|examples|compiler\/cli)\// && path !~ /\/gen\// && path != "runtime/base/base.c"
    while ((getline text < path) > 0) {
        line++
        if (line == 1 && text !~ /SPDX-License-Identifier: Apache-2.0/) complain(1, "no licence line")
        check_line(text)
    }
    close(path)
    if (path ~ /\.h$/ && line > 300) complain(line, "a header of more than 300 lines")
    if (path ~ /\.c$/ && path !~ /\/tables\// && line > 800) complain(line, "a file of more than 800 lines")
    if (faults) failed++
    else passed++
}

END {
    for (i = 1; i <= 3; i++) printf "longest: %d lines, %s\n", longest[i], whose[i]
    printf "style: %d passed, %d failed\n", passed, failed
    exit failed > 0
}'
