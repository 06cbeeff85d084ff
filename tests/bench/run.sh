#!/usr/bin/env bash
# Doorward side by side with nginx, Caddy and dufs, and what no peer has: `bash tests/bench/run.sh [ROW...]`; `--list` names the rows.
#
# It installs what it needs (as root on Debian; otherwise it names what is missing), builds Doorward and the bench's own programs for release,
# starts everything on loopback over TLS, and lets each server do the same work in turn, round by round. In Doorward the whole way of a request
# is switched on: a session opened by a link and a mailed code, the rules, and a receipt on the disk before the first byte. The one table that
# it prints is also written, with a plot and all figures, into target/bench (`--out DIR` for another place).
# `--rounds N` and `--seconds N` make it longer; DOORWARD_BIN names a program that is built already. How each server is set up stands in peers/.
set -euo pipefail

# Known to work; newer ones of Debian's are taken as they come.
readonly DUFS=0.47.0 BUILD_SECONDS=3600 TOOL_SECONDS=1800
# Ten thousand connections, on both sides, and some.
readonly DESCRIPTORS=16384

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top"
target=${CARGO_TARGET_DIR:-$top/target}
tools=${DOORWARD_TEST_TOOLS:-$target/test-tools}
export CARGO_TERM_COLOR=never PATH="$tools/bin:$HOME/.cargo/bin:$PATH:/usr/sbin"

have() { command -v "$1" >/dev/null 2>&1; }

case " $* " in *" --list "* | *" --help "* | *" -h "*) exec python3 tests/bench/side_by_side "$@" ;; esac

# Commands with the Debian packages that bring them.
needs() {
    printf '%s\n' "curl curl" "openssl openssl" "python3 python3" "nginx nginx-light" "caddy caddy" "wrk wrk" "h2load nghttp2-client" "cc gcc libc6-dev"
}
missing() {
    needs | while read -r command packages; do have "$command" || echo "$packages"; done
}

install_missing() {
    local packages
    packages=$(missing | tr '\n' ' ')
    if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && have apt-get; then
        export DEBIAN_FRONTEND=noninteractive
        timeout "$TOOL_SECONDS" apt-get -o DPkg::Lock::Timeout=300 -qq update
        # shellcheck disable=SC2086 # one word a package
        timeout "$TOOL_SECONDS" apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends $packages
    fi
    # What still is not there is a row not measured; without these there is none.
    for command in curl openssl python3 wrk cargo; do
        have "$command" || { echo "missing: $command" >&2; return 1; }
    done
    have dufs || CARGO_TARGET_DIR="$tools/build" timeout "$TOOL_SECONDS" cargo install --locked dufs --version "$DUFS" --root "$tools" ||
        echo "dufs could not be installed; it is left out" >&2
    rm -rf "$tools/build"
}

# Sets DOORWARD_BIN, and BENCH_ with the name of each of the bench's programs.
build() {
    local built name file
    if [ -z "${DOORWARD_BIN:-}" ]; then
        timeout "$BUILD_SECONDS" cargo build --locked --release
        DOORWARD_BIN=$target/release/doorward
    fi
    export DOORWARD_BIN
    built=$(timeout "$BUILD_SECONDS" cargo bench --locked --package doorward-bench --no-run --message-format=json-render-diagnostics |
        sed -n 's/.*"kind":\["bench"\].*"name":"\([^"]*\)".*"executable":"\([^"]*\)".*/\1 \2/p')
    while read -r name file; do export "BENCH_${name^^}=$file"; done <<<"$built"
}

install_missing 1>&2
build 1>&2
# The servers raise what they may have by themselves; clients and shells do not.
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge "$DESCRIPTORS" ] || ulimit -n "$DESCRIPTORS" ||
    echo "no more than $(ulimit -n) descriptors: the row idle needs $DESCRIPTORS" >&2
exec python3 tests/bench/side_by_side --out "$target/bench" "$@"
