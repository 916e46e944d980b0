#!/bin/sh
# SPDX-License-Identifier: MIT
# Does each public header compile alone, as strict C11 and as C++11?
# Usage: headers.sh SOURCE_DIR BUILD_DIR C_COMPILER
set -eu
source=$1
build=$2
cc=$3
strict="-fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
failed=0

for header in "$source"/include/svasim/*.h "$build"/include/svasim/*.h; do
    name=svasim/${header##*/}
    # Twice: the include guard is part of what is tested.
    text="#include \"$name\"
#include \"$name\"
extern int not_an_empty_file;"
    # shellcheck disable=SC2086 # a list of options
    if ! printf '%s\n' "$text" | "$cc" -x c -std=c11 $strict -Wstrict-prototypes \
        -I"$source/include" -I"$build/include" -; then
        echo "not C11: $name"
        failed=1
    fi
    command -v c++ >/dev/null 2>&1 || continue
    # shellcheck disable=SC2086
    if ! printf '%s\n' "$text" | c++ -x c++ -std=c++11 $strict \
        -I"$source/include" -I"$build/include" -; then
        echo "not C++11: $name"
        failed=1
    fi
done
exit $failed
