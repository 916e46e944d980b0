#!/bin/sh
# SPDX-License-Identifier: MIT
# From a fresh checkout on Debian 12 to a first result: installs what is missing, builds
# build/release, replays the quickstart trace. Quiet unless something fails.
set -eu
cd "$(dirname "$0")/.."

sh tools/packages.sh build-essential cmake ninja-build pkg-config zlib1g-dev libinih-dev \
    libjansson-dev

mkdir -p build
log=build/quickstart.log
echo "Building svasim into build/release ..."
if ! { cmake --preset release && cmake --build --preset release; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "The build failed; the log above is in $log" >&2
    exit 1
fi

svasim=build/release/bin/svasim
trace=traces/quickstart/quickstart.svt
echo "\$ $svasim replay $trace"
"$svasim" replay "$trace"

cat <<END

Where to go next:
  $svasim --help            all commands; each has an example in its own --help
  README.md                 what svasim is for, and the map of the documentation
  sh tools/test.sh          all tests
END
