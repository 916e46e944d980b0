#!/bin/sh
# SPDX-License-Identifier: MIT
# Does the documentation show what programs print? Runs every console block of the documents below
# whose first line is a command of svasim, cat or an example of several files, and compares its
# output line by line.
# Usage: readme.sh SVASIM SOURCE_DIR [--update]; --update rewrites the blocks instead.
set -eu
svasim=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
source=$(cd "$2" && pwd)
update=${3:-}
documents='README.md docs/driver.md'

# The commands see the tree by relative paths and may write files without touching it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/here"
ln -s "$svasim" "$work/bin/svasim"
ln -s "$(dirname "$svasim")/../tests/example_driver" "$work/bin/example_driver"
ln -s "$source/traces" "$source/docs" "$source/tools" "$work/here"
PATH=$work/bin:$PATH
export PATH
cd "$work/here"

# run COMMAND: its output, as a terminal shows it.
run() {
    sh -c "$1" 2>&1 </dev/null || :
}

# show: a document on standard input, with the blocks as they are now; counts them in `blocks`.
show() {
    inside=no
    while IFS= read -r line || [ -n "$line" ]; do
        case $inside:$line in
        first:'$ svasim '* | first:'$ cat '* | first:'$ example_'*)
            blocks=$((blocks + 1))
            inside=yes
            ;;
        first:*)
            inside=no
            ;;
        esac
        case $inside:$line in
        no:'```console')
            inside=first
            printf '%s\n' "$line"
            ;;
        yes:'```')
            inside=no
            printf '%s\n' "$line"
            ;;
        yes:'$ '*)
            printf '%s\n' "$line"
            run "${line#\$ }"
            ;;
        yes:*) ;; # output of the last time
        *)
            printf '%s\n' "$line"
            ;;
        esac
    done
}

failed=0
for document in $documents; do
    blocks=0
    mkdir -p "$work/$(dirname "$document")"
    show <"$source/$document" >"$work/$document"
    if [ "$blocks" -eq 0 ]; then
        echo "$document has no console block of svasim"
        exit 1
    fi
    if [ "$update" = --update ]; then
        cat "$work/$document" >"$source/$document"
    elif ! diff -u "$source/$document" "$work/$document"; then
        echo "$document shows other output than the program prints;"
        echo "if the new one is right: sh tests/cli/readme.sh SVASIM SOURCE_DIR --update"
        failed=1
    fi
    echo "$document: $blocks blocks"
done
exit "$failed"
