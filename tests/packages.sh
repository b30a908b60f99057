# SPDX-License-Identifier: Apache-2.0
#
# packages.sh: sourced by tests/run and examples/run. need PACKAGE… installs the Debian packages that
# are missing, and nothing when all are there.

# Is the package installed?
have() {
    dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

need() {
    local missing=() package sudo=()
    if ! command -v dpkg-query >/dev/null; then
        echo "this system has no dpkg; the packages needed are: $*" >&2
        return 0
    fi
    for package in "$@"; do
        have "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    echo "installing: ${missing[*]}" >&2
    local try
    for try in 1 2 3; do
        if "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends "${missing[@]}" >/dev/null; then
            rm -f build/*/build.ninja # configured without these: `build` configures again
            return 0
        fi
        echo "attempt $try failed; reading the package lists again" >&2
        "${sudo[@]}" apt-get update -qq || true
        sleep $((try * 2))
    done
    echo "cannot install: ${missing[*]}" >&2
    return 1
}

BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build re2c bison
    libutf8proc-dev libpcre2-dev libssl-dev libffi-dev libedit-dev llvm-19-dev)
TEST_PACKAGES=(python3 libcmocka-dev)
# The other compiler, for its warnings.
EXTRA_PACKAGES=(clang-19 clang-format-19)

# build PRESET [TARGET…]: configures once after packages came, then builds what changed, as much of it as compiles. Silent
# unless something fails.
build() {
    local preset=$1 log
    shift
    log=build/$preset.log
    mkdir -p build
    if [ ! -f "build/$preset/build.ninja" ] && ! cmake --preset "$preset" >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    if ! cmake --build --preset "$preset" ${1:+--target "$@"} -- -k 0 >"$log" 2>&1; then
        grep -vE '^\[[0-9]+/[0-9]+\]|^ninja: |^/[^ ]*/(gcc|cc|clang)[^ ]* ' "$log" | head -200 >&2
        return 1
    fi
}
