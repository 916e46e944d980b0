#!/bin/sh
# SPDX-License-Identifier: MIT
# The rules of CONTRIBUTING.md that a machine can check, one check each, all of them run.
# Usage: tidy.sh [BUILD_DIR] (default build/dev; its archives are looked at if they exist).
# Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
here=tests/tidy
build=${1:-build/dev}
LC_ALL=C.UTF-8
export LC_ALL

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Files of the project: tracked ones and new ones; without git, all that is not built.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard
else
    find . \( -path ./build -o -path ./.git \) -prune -o -type f -print | sed 's|^\./||'
fi | sort -u | while read -r file; do
    [ -f "$file" ] && echo "$file"
done >"$work/files"

# select PATTERN: the files whose path matches an extended regular expression.
select_files() {
    grep -E "$1" "$work/files"
}
sources='\.(c|h)$'
code='(\.(c|h|def|sh|cmake)|CMakeLists\.txt|^\.ci/run)$'

passed=0
failed=0
# verdict NAME: the check failed if it wrote anything to findings.
verdict() {
    if [ -s "$work/findings" ]; then
        failed=$((failed + 1))
        echo "tidy: $1: FAILED"
        head -n 40 "$work/findings" | sed 's/^/    /'
    else
        passed=$((passed + 1))
        echo "tidy: $1: ok"
    fi
}

# --- who may include whom ---
select_files "^(libsvasim|tools|docs/examples)/.*\.(c|h|def)$" | tr '\n' '\0' |
    xargs -0 -r awk -f $here/layers.awk >"$work/findings" 2>&1
verdict "layers"

# --- text of the files ---
select_files "$code" | while read -r file; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done >"$work/findings"
verdict "licence line"

select_files "$sources" | tr '\n' '\0' | xargs -0 -r grep -nHE '^.{101,}' >"$work/findings"
verdict "lines of at most 100 columns"

# docs/generated/not_modelled.md takes only markers that begin a line of a comment.
select_files "^libsvasim/.*$sources" | tr '\n' '\0' |
    xargs -0 -r grep -nHE '[^ /*].*(Not modelled|Model choice):' >"$work/findings"
verdict "markers begin their line"

select_files "$code" | tr '\n' '\0' | xargs -0 -r awk '
    FNR == 601 { print FILENAME ": more than 600 lines" }' >"$work/findings"
verdict "files of at most 600 lines"

{
    select_files "$sources" | tr '\n' '\0' |
        xargs -0 -r grep -nHE '\b(strcpy|strcat|v?sprintf|gets|alloca|s?rand)\('
    select_files '^libsvasim/.*\.(c|h)$' | tr '\n' '\0' |
        xargs -0 -r grep -nHE '\b(time|clock|gettimeofday|clock_gettime|getenv)\('
} >"$work/findings"
verdict "banned calls"

grep -v "^$here/" "$work/files" | tr '\n' '\0' |
    xargs -0 -r grep -nHIE '\b(TODO|FIXME|XXX)\b' >"$work/findings"
verdict "no marks of unfinished work"

grep -v '^tests/' "$work/files" | tr '\n' '\0' |
    xargs -0 -r grep -nHIE '(^|[^A-Za-z0-9_.])/(work|tmp|root|home)/|https?://(deb|registry|ftp)\.' \
        >"$work/findings"
verdict "no paths or package hosts of one machine"

select_files '^tests/conformance/[^/]+/.*\.svt$' | cut -d/ -f3 | sort -u | while read -r topic; do
    grep -q "\`$topic\`" tests/conformance/README.md || echo "tests/conformance/README.md lacks $topic"
done >"$work/findings"
verdict "topics of the scenarios"

# --- formatting ---
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    select_files "$sources" | tr '\n' '\0' |
        xargs -0 -r clang-format --dry-run -Werror 2>&1 |
        sed -n 's/:[0-9]*:[0-9]*: error:.*/: not formatted/p' | sort -u >"$work/findings"
    verdict "clang-format"
else
    echo "tidy: clang-format: skipped, version 14 is not installed"
fi

# --- symbols: an archive shares one namespace with its host, and keeps no state of its own ---
for archive in "$build/libsvasim.a" "$build/libsvasim_trace.a"; do
    if [ ! -f "$archive" ]; then
        echo "tidy: symbols: skipped, there is no $archive"
        continue
    fi
    nm -g --defined-only "$archive" | awk 'NF == 3 && $3 !~ /^(svasim|sv)_/ { print $3 }' \
        >"$work/findings"
    verdict "exported names of ${archive##*/}"
    nm -f sysv --defined-only "$archive" | awk -F '|' '
        { name = $1; section = $7; gsub(/ /, "", name); gsub(/ /, "", section) }
        section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)$/ { print name " in " section }' \
        >"$work/findings"
    verdict "no variables in ${archive##*/}"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
