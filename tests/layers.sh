#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# layers.sh: fails on any #include that layers.rules does not allow. Prints each one with its place
# and ends with "N passed, N failed", where N counts includes.
set -euo pipefail
cd "$(dirname "$0")/.."

files() {
    find runtime stdlib lang compiler examples tests -type f \
        \( -name '*.c' -o -name '*.h' -o -name '*.def' -o -name '*.re' -o -name '*.y' \) 2>/dev/null |
        LC_ALL=C sort
}

files | LC_ALL=C awk '
function folder_of(path) { sub(/\/[^\/]*$/, "", path); return path }

# Does the header stand in this list of headers and folders (a trailing / means that folder alone)?
function listed(header, list,    names, count, i) {
    count = split(list, names, " ")
    for (i = 1; i <= count; i++) {
        if (names[i] == header) return 1
        if (names[i] ~ /\/$/ && folder_of(header) "/" == names[i]) return 1
    }
    return 0
}

# Like listed, for the folders of other libraries, where a prefix is enough.
function begins(text, list,    names, count, i) {
    count = split(list, names, " ")
    for (i = 1; i <= count; i++)
        if (names[i] == text || (names[i] ~ /\/$/ && index(text, names[i]) == 1)) return 1
    return 0
}

function rule_of(path,    folder) {
    for (folder = folder_of(path); folder != ""; folder = (folder ~ /\//) ? folder_of(folder) : "")
        if (folder in rules) return folder
    return ""
}

function complain(why) {
    printf "%s:%d: %s %s\n", path, line, header, why
    failed++
}

function check_own(    folder, rule) {
    folder = folder_of(path)
    if (header ~ /_int\.h$/ && folder_of(header) != folder && path !~ /^tests\/unit\// &&
        index(folder "/", folder_of(header) "/") != 1) {
        complain("is private to its folder")
        return
    }
    rule = rule_of(path)
    if (rule == "") complain("is included from a folder without a rule")
    else if (!listed(header, rules[rule])) complain("may not be included from " rule)
    else passed++
}

function check_library(    name) {
    for (name in libraries)
        if (header == name || (name ~ /\/$/ && index(header, name) == 1)) {
            if (begins(path, libraries[name])) passed++
            else complain("belongs in " libraries[name])
            return
        }
    passed++
}

BEGIN {
    while ((getline text < "tests/layers.rules") > 0) {
        if (text ~ /^#/ || text ~ /^ *$/) continue
        count = split(text, words, " ")
        first = 2; key = words[1]
        if (words[1] == "library") { first = 3; key = words[2] }
        value = ""
        for (i = first; i <= count; i++) value = value " " words[i]
        if (words[1] == "library") libraries[key] = value
        else rules[key] = value
    }
    passed = failed = 0
}

{
    path = $0
    line = 0
    while ((getline text < path) > 0) {
        line++
        if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) continue
        quoted = text ~ /include[ \t]*"/
        header = text
        sub(/^[^"<]*["<]/, "", header)
        sub(/[">].*$/, "", header)
        if (quoted) check_own()
        else check_library()
    }
    close(path)
}

END {
    printf "layers: %d passed, %d failed\n", passed, failed
    exit failed > 0
}'
