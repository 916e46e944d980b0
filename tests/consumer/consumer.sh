#!/bin/sh
# SPDX-License-Identifier: MIT
# Can a host link svasim in each documented way: find_package, pkg-config, add_subdirectory?
# Usage: consumer.sh SOURCE_DIR BUILD_DIR C_COMPILER GENERATOR; the build must be complete.
set -eu
source=$1
build=$2
cc=$3
generator=$4

scratch=$build/tests/consumer-scratch
rm -rf "$scratch"
mkdir -p "$scratch"

echo "== install"
cmake --install "$build" --prefix "$scratch/first" >"$scratch/install.log"
# An installed tree must work wherever it is moved to.
mv "$scratch/first" "$scratch/prefix"
"$scratch/prefix/bin/svasim" --help >/dev/null

echo "== find_package"
cmake -G "$generator" -S "$source/tests/consumer" -B "$scratch/find_package" \
    -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$scratch/prefix"
cmake --build "$scratch/find_package"
"$scratch/find_package/consumer_core"
"$scratch/find_package/consumer_trace"

echo "== pkg-config"
pc=$(find "$scratch/prefix" -name svasim.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(pkg-config --variable=libdir svasim)
export LD_LIBRARY_PATH
# shellcheck disable=SC2046 # pkg-config prints separate words
"$cc" -std=c11 "$source/tests/consumer/core.c" -o "$scratch/core" \
    $(pkg-config --cflags --libs svasim)
"$scratch/core"
# shellcheck disable=SC2046
"$cc" -std=c11 "$source/tests/consumer/trace.c" -o "$scratch/trace" \
    $(pkg-config --cflags --libs svasim-trace)
"$scratch/trace"
# The longest example, with nothing but what is installed.
# shellcheck disable=SC2046
"$cc" -std=c11 "$source"/docs/examples/driver/*.c -o "$scratch/driver" \
    $(pkg-config --cflags --libs svasim)
"$scratch/driver"
unset PKG_CONFIG_PATH LD_LIBRARY_PATH

echo "== add_subdirectory"
cmake -G "$generator" -S "$source/tests/consumer" -B "$scratch/subdirectory" \
    -DCMAKE_C_COMPILER="$cc" -DSVASIM_SOURCE="$source"
cmake --build "$scratch/subdirectory"
"$scratch/subdirectory/consumer_core"
