# SPDX-License-Identifier: MIT
# lib.sh - what the scripts of this directory share. Source it after svasim=$1 and sources=$2.
set -u
LC_ALL=C
export LC_ALL
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# expect_code CODE COMMAND...: run it; its output is in the files out and err.
expect_code() {
    wanted=$1
    shift
    "$@" >out 2>err
    got=$?
    if [ "$got" -ne "$wanted" ]; then
        fail "exit code $got, expected $wanted: $*"
        sed 's/^/    /' out err | head -n 20
    fi
}

# A text trace from the records on standard input.
trace() {
    echo "svasim-trace 1"
    cat
}

# has FILE TEXT: the file has a line with this text.
has() {
    grep -qF -e "$2" "$1" || {
        fail "no \"$2\" in $1"
        sed 's/^/    /' "$1" | head -n 20
    }
}

lacks() {
    if grep -qF -e "$2" "$1"; then
        fail "\"$2\" in $1"
    fi
}

same() {
    cmp -s "$1" "$2" || {
        fail "$1 and $2 differ"
        diff "$1" "$2" 2>&1 | head -n 10
    }
}

done_testing() {
    [ "$failures" -eq 0 ] && echo "all checks passed"
    exit $((failures != 0))
}
