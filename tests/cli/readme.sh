#!/bin/sh
# SPDX-License-Identifier: MIT
# Does the README show what the program prints? Runs every console block of README.md whose first
# line is a command of svasim or cat, and compares its output line by line.
# Usage: readme.sh SVASIM SOURCE_DIR [--update]; --update rewrites the blocks instead.
set -eu
svasim=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
source=$(cd "$2" && pwd)
update=${3:-}

# The commands see the tree by relative paths and may write files without touching it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/here"
ln -s "$svasim" "$work/bin/svasim"
ln -s "$source/traces" "$source/docs" "$source/tools" "$work/here"
PATH=$work/bin:$PATH
export PATH
cd "$work/here"

# run COMMAND: its output, as a terminal shows it.
run() {
    sh -c "$1" 2>&1 </dev/null || :
}

inside=no
blocks=0
while IFS= read -r line || [ -n "$line" ]; do
    case $inside:$line in
    first:'$ svasim '* | first:'$ cat '*)
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
done <"$source/README.md" >"$work/README.md"

if [ "$blocks" -eq 0 ]; then
    echo "README.md has no console block of svasim"
    exit 1
fi
if [ "$update" = --update ]; then
    cat "$work/README.md" >"$source/README.md"
elif ! diff -u "$source/README.md" "$work/README.md"; then
    echo "README.md shows other output than the program prints;"
    echo "if the new one is right: sh tests/cli/readme.sh SVASIM SOURCE_DIR --update"
    exit 1
fi
echo "$blocks blocks"
