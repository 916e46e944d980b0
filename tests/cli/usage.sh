#!/bin/sh
# SPDX-License-Identifier: MIT
# Help, version, and exit code 2 for every kind of wrong usage.
svasim=$1
sources=$2
. "$sources/tests/cli/lib.sh"

expect_code 2 "$svasim"
has err "a command is missing"
expect_code 2 "$svasim" fly
has err "fly: no such command"
expect_code 0 "$svasim" --version
has out "svasim "
expect_code 0 "$svasim" --help
# The list there is the one that counts.
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' out)
[ "$(echo "$commands" | wc -l)" -ge 10 ] || fail "few commands: $commands"
for command in $commands; do
    expect_code 0 "$svasim" $command --help
    has out "Usage: svasim $command"
    has out "Example"
    [ -s err ] && fail "$command --help writes to standard error"
    awk 'length > 100 { exit 1 }' out || fail "$command --help is wider than 100 columns"
    expect_code 2 "$svasim" $command
    expect_code 2 "$svasim" $command --no-such-option
    has err "--no-such-option: no such option"
    has err "svasim $command --help"
    expect_code 0 "$svasim" $command --help
    [ -f "$sources/docs/man/svasim-$command.1" ] || fail "no manual page for $command"
    has "$sources/docs/man/svasim.1" ".BR svasim\\-$command (1)"
done

trace </dev/null >empty.svt
expect_code 2 "$svasim" replay --set empty.svt
has err '"empty.svt" is not key=value'
expect_code 2 "$svasim" replay --set no.such.key=1 empty.svt
has err "no.such.key"
expect_code 2 "$svasim" replay --set walk.walkers=none empty.svt
has err "walk.walkers"
expect_code 2 "$svasim" replay empty.svt --stats
has err "--stats: a value is missing"
expect_code 2 "$svasim" check --jobs 0 empty.svt
has err "--jobs"
expect_code 2 "$svasim" check --set walk.walkers=none empty.svt
expect_code 2 "$svasim" check -
expect_code 2 "$svasim" check --filter nowhere empty.svt
has err "nowhere"
expect_code 2 "$svasim" convert empty.svt
expect_code 2 "$svasim" convert empty.svt out.unknown
has err "out.unknown"
expect_code 2 "$svasim" convert empty.svt ./empty.svt
has err "same file"
expect_code 2 "$svasim" dump --sid 99 empty.svt
has err "--sid"
expect_code 2 "$svasim" dump --depth all empty.svt
expect_code 2 "$svasim" dump --pasid 0x100000 empty.svt
expect_code 2 "$svasim" gen nothing -o x.svt
expect_code 2 "$svasim" gen window
expect_code 2 "$svasim" gen window --page 3M -o x.svt
expect_code 2 "$svasim" gen window --window 1T -o x.svt
expect_code 2 "$svasim" gen tenants --zipf 5 -o x.svt
expect_code 2 "$svasim" gen copies --size 100 -o x.svt
expect_code 2 "$svasim" import vcd x -o x.svt
expect_code 2 "$svasim" info --layouts nothing

# What is missing on the disk is a system error, not bad input.
expect_code 4 "$svasim" replay missing.svt
has err "missing.svt"
expect_code 4 "$svasim" replay -c missing.ini empty.svt
expect_code 4 "$svasim" info missing.svt
expect_code 4 "$svasim" convert empty.svt no/such/directory/out.svt
expect_code 4 "$svasim" replay --stats no/such/directory/s.json empty.svt
expect_code 4 "$svasim" replay --events no/such/directory/e.jsonl empty.svt
if [ -w /dev/full ]; then
    "$svasim" info --keys >/dev/full 2>err
    [ $? -eq 4 ] || fail "a full device is not reported"
fi
done_testing
