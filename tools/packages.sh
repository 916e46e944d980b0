#!/bin/sh
# SPDX-License-Identifier: MIT
# Install those of the named Debian packages that are missing; touches no network if none is.
# Usage: packages.sh PACKAGE...
set -eu

if ! command -v dpkg >/dev/null 2>&1; then
    echo "Not a Debian system: please see to it that the like of these is installed: $*" >&2
    exit 0
fi

missing=
for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || :) in
    *" installed") ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=${SUDO:-sudo}
    if ! command -v "$as_root" >/dev/null 2>&1; then
        echo "These packages are missing:$missing" >&2
        echo "Install them as root (apt-get install$missing), or install sudo, and run again." >&2
        exit 1
    fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing$missing"
# shellcheck disable=SC2086 # lists of words
if ! { $as_root apt-get -q update &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "Could not install$missing" >&2
    exit 1
fi
