#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/traps.md and the tags of the tests say the same: every number from 1 to 149 has one row, each
# file that a row names carries the tag "trap N:" (a C file the named test, too), no tag lacks a row.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"
page=$sources/docs/traps.md
last=149

awk -F '|' '/^\| [0-9]/ { gsub(/ /, "", $2); print $2 }' "$page" | sort -n >numbers
awk -v last=$last 'BEGIN { for (i = 1; i <= last; i++) print i }' >wanted
cmp -s numbers wanted || {
    fail "the numbers of docs/traps.md are not 1 to $last, once each"
    diff wanted numbers | sed 's/^/    /'
}

# Number, file and test of each code span in the last column.
awk -F '|' '/^\| [0-9]/ {
    gsub(/ /, "", $2)
    cell = $5
    while (match(cell, /`[^`]+\.(svt|c|sh)(: [a-z0-9_]+)?`/)) {
        span = substr(cell, RSTART + 1, RLENGTH - 2)
        cell = substr(cell, RSTART + RLENGTH)
        path = span
        name = ""
        if (split(span, part, ": ") == 2) {
            path = part[1]
            name = part[2]
        }
        print $2, (path ~ /\.svt$/ ? "tests/conformance/" : "tests/") path, name
    }
}' "$page" | sort >named

while read -r number path name; do
    if [ ! -f "$sources/$path" ]; then
        fail "trap $number: no file $path"
    else
        grep -q "trap $number:" "$sources/$path" || fail "$path has no tag \"trap $number:\""
        [ -z "$name" ] || grep -q "\<$name\>" "$sources/$path" || fail "$path has no test $name"
    fi
done <named

(cd "$sources" && grep -rEno --include='*.svt' --include='*.c' --include='*.sh' \
    'trap [0-9]+:' tests) |
    sed -E 's/^([^:]+):[0-9]+:trap ([0-9]+):$/\2 \1/' | sort -u >tags
awk '{ print $1, $2 }' named | sort -u >rows
comm -23 tags rows >unnamed
[ ! -s unnamed ] || {
    fail "tags that docs/traps.md does not name"
    sed 's/^/    /' unnamed
}
[ -s tags ] || fail "no tags found"
done_testing
