#!/usr/bin/env bash
# The test command: `bash tests/run.sh`, or `bash tests/run.sh --full` for what takes longer as well.
#
# Started by root (as in CI) it installs what is missing, builds, starts what only root can start, and runs the tests as the unprivileged
# user doorward-test, which it makes: root is refused nothing, so tests of permissions would show nothing. Started by anybody else it
# does the same without installing, and names what is missing. Its last line is `N passed, N failed`.
#
# Tests run in a copy of the checkout, with the binaries copied beside it, because cargo and checkout may lie where the unprivileged user
# cannot look. They get:
#   DOORWARD_BIN                                     the program; without it tests fall back to env!("CARGO_BIN_EXE_doorward")
#   DOORWARD_TEST_SMTP_PORT, DOORWARD_TEST_MAILDIR   a real mail server on localhost and where it delivers (tests/tools/postfix.sh; aiosmtpd without root)
#   DOORWARD_TEST_BOUNCES                            the Maildir into which that server puts what comes back; not set without Postfix
#   DOORWARD_TEST_SMTP_CA                            the authority of its certificate; not set where it has no STARTTLS
#   DOORWARD_TEST_FUSE                               a folder that stops answering when it is told to (tests/tools/fuse.sh); not set without FUSE
#   DOORWARD_TEST_CORPUS                             documents that others made (tests/corpus/fetch.py)
#   TMPDIR, HOME                                     scratch that is removed at the end
#   PYTHONPATH                                       aiosmtpd, dkimpy and moto, for `python3 tests/helpers/smtp_server.py` and `moto_server.py`
# Rust tests read their files relative to the working directory, the top of the copy, as under cargo.
# Logs are left in target/test-logs, screenshots in target/screenshots, tools in target/test-tools (or DOORWARD_TEST_TOOLS).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly TESTER=doorward-test
readonly CARGO_DENY=0.20.2 AIOSMTPD=1.4.6 MOTO=5.2.5 FLASK=3.1.3 FLASK_CORS=6.0.5 S3S_FS=0.14.1 DKIMPY=1.1.8 PYNACL=1.6.2 DNSPYTHON=2.9.2
readonly BUILD_SECONDS=1500 TOOL_SECONDS=600 TEST_SECONDS=780 LONG_TEST_SECONDS=3600 FUZZ_SECONDS=60

full=no
for option in "$@"; do
    case $option in
        --full) full=yes ;;
        *) echo "usage: bash tests/run.sh [--full]" >&2; exit 2 ;;
    esac
done

top=$PWD
target=${CARGO_TARGET_DIR:-$top/target}
tools=${DOORWARD_TEST_TOOLS:-$target/test-tools}
logs=$target/test-logs
export CARGO_TERM_COLOR=never PATH="$tools/bin:$HOME/.cargo/bin:$PATH:/usr/sbin"
# What makes a second build quick makes the first one slow.
[ -e "$target/debug/incremental" ] || export CARGO_INCREMENTAL=0
rm -rf "$logs" && mkdir -p "$logs" "$tools" "$target/screenshots"
place=$(mktemp -d -t doorward-test.XXXXXX) && chmod 755 "$place"
passed=0 failed=0 last=0

is_root() { [ "$(id -u)" = 0 ]; }
have() { command -v "$1" >/dev/null 2>&1; }
within() { timeout -k 10 "$@"; }

finish() {
    [ -z "${fetching:-}" ] || kill "$fetching" 2>/dev/null || true
    [ ! -e "$place/smtp.pid" ] || kill "$(cat "$place/smtp.pid")" 2>/dev/null || true
    bash "$top/tests/tools/postfix.sh" stop "$place/mail" || true
    bash "$top/tests/tools/fuse.sh" stop "$place/fuse" || true
    cp "$place"/screenshots/*.png "$target/screenshots/" 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Runs a function in a shell of its own, its output in a log; adds up the tests it reports. A step that fails without naming a failed test
# counts as one. Called as a plain command only: bash ignores `set -e` below `||`, `&&` and `if`.
step() {
    local name=$1 start=$SECONDS ok bad
    shift
    printf '%-28s' "$name"
    set +e
    (set -e; "$@") >"$logs/$name.log" 2>&1
    last=$?
    set -e
    read -r ok bad < <(sed -n 's/^test result: [A-Za-z]*\. \([0-9]*\) passed; \([0-9]*\) failed.*/\1 \2/p' "$logs/$name.log" |
        awk '{ ok += $1; bad += $2 } END { print ok + 0, bad + 0 }')
    [ "$last" = 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + ok)) failed=$((failed + bad))
    printf '%5d s   ' $((SECONDS - start))
    case $last-$ok in
        0-0) echo ok ;;
        0-*) echo "ok, $ok passed" ;;
        *) echo "FAILED ($last)" && tail -n 80 "$logs/$name.log" | sed 's/^/    /' ;;
    esac
}

# A step without which the rest makes no sense.
must() {
    step "$@"
    [ "$last" = 0 ] || end
}

end() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
    exit
}

# ---- what is needed

# Commands with the Debian packages that bring them.
needs() {
    cat <<'LIST'
cc gcc libc6-dev
git git
curl curl
openssl openssl
strace strace
pdftotext poppler-utils
node nodejs
npm npm
chromium chromium fonts-dejavu-core
prlimit util-linux
bwrap bubblewrap
bindfs bindfs fuse3
clamd clamav-daemon
fc-list fontconfig
/usr/sbin/nginx nginx-light
/usr/sbin/apache2 apache2-bin
/usr/sbin/sshd openssh-server openssh-sftp-server
sftp openssh-client
rclone rclone
unzip unzip
soffice libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui fonts-dejavu-core
LIST
    if is_root; then printf '%s\n' "runuser util-linux" "useradd passwd" "postfix postfix"; fi
}

missing() {
    needs | while read -r command packages; do have "$command" || echo "$command $packages"; done
    # The system's Python, which everybody on the machine can run.
    /usr/bin/python3 -c "import ensurepip, venv" 2>/dev/null || echo "python3 python3 python3-venv"
}

install_missing() {
    local packages
    packages=$(missing | cut -d' ' -f2-)
    if [ -n "$packages" ] && is_root && have apt-get; then
        export DEBIAN_FRONTEND=noninteractive
        echo "postfix postfix/main_mailer_type select Local only" | debconf-set-selections || true
        within "$TOOL_SECONDS" apt-get -o DPkg::Lock::Timeout=300 -qq update
        # shellcheck disable=SC2086 # one word a package
        within "$TOOL_SECONDS" apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends $packages
    fi
    missing | sed 's/^\([^ ]*\) \(.*\)/missing: \1 (Debian: \2)/'
    have cargo || echo "missing: cargo (https://rustup.rs)"
    [ -z "$(missing)" ] && have cargo
    for component in rustfmt clippy; do
        cargo "${component/rustfmt/fmt}" --version || rustup component add "$component"
    done
    if is_root; then id "$TESTER" || useradd --system --no-create-home --shell /usr/sbin/nologin "$TESTER"; fi
}

install_tools() {
    if [ -e "tests/browser/package.json" ] && ! cmp -s tests/browser/package-lock.json "$tools/node/package-lock.json"; then
        mkdir -p "$tools/node"
        cp tests/browser/package.json "$tools/node/"
        (cd "$tools/node" && cp "$top/tests/browser/package-lock.json" . && within "$TOOL_SECONDS" npm ci --no-audit --no-fund) ||
            { rm -f "$tools/node/package-lock.json"; return 1; }
    fi
    if ! [ -e "$tools/python/aiosmtpd/__init__.py" ] || ! [ -e "$tools/python/dkimpy-$DKIMPY.dist-info" ] || ! [ -e "$tools/python/moto-$MOTO.dist-info" ]; then
        /usr/bin/python3 -m venv "$tools/venv"
        within "$TOOL_SECONDS" "$tools/venv/bin/pip" install --quiet --upgrade --target "$tools/python" \
            "aiosmtpd==$AIOSMTPD" "moto[s3]==$MOTO" "flask==$FLASK" "flask-cors==$FLASK_CORS" "dkimpy==$DKIMPY" "pynacl==$PYNACL" "dnspython==$DNSPYTHON"
    fi
    # Newer ones need a newer compiler.
    if [ "$full" = yes ] && ! have s3s-fs; then
        CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_TARGET_DIR="$tools/build" within "$BUILD_SECONDS" \
            cargo install --locked s3s-fs --version "$S3S_FS" --features binary --root "$tools"
    fi
    have cargo-deny || CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$tools/build" within "$TOOL_SECONDS" \
        cargo install --locked --debug --no-default-features cargo-deny --version "$CARGO_DENY" --root "$tools"
    rm -rf "$tools/build"
    rm -rf "$place/corpus"
    within "$TOOL_SECONDS" /usr/bin/python3 tests/corpus/fetch.py "$tools/corpus" "$place/corpus"
    chmod -R a+rX "$place/corpus"
}

tools_in_background() {
    (set -e; install_tools; touch "$place/tools-are-there") >"$logs/fetched.log" 2>&1 &
    fetching=$!
}

tools_are_there() {
    # Not `wait`: a step runs in a shell of its own.
    while kill -0 "$fetching" 2>/dev/null; do sleep 1; done
    cat "$logs/fetched.log"
    [ -e "$place/tools-are-there" ]
}

# ---- build and read

build() {
    within "$BUILD_SECONDS" cargo test --locked --no-run --message-format=json-render-diagnostics >"$logs/build.json"
    # Of each test binary its kind, name and file; of the program its file.
    sed -n 's/.*"kind":\["\([a-z-]*\)".*"name":"\([^"]*\)".*"profile":{[^}]*"test":true}.*"executable":"\([^"]*\)".*/\1-\2 \3/p' "$logs/build.json" >"$place/tests"
    sed -n 's/.*"kind":\["bin"\].*"profile":{[^}]*"test":false}.*"executable":"\([^"]*\)".*/\1/p' "$logs/build.json" >"$place/program"
    [ -s "$place/tests" ] && [ -s "$place/program" ]
}

lint_format() {
    cargo fmt --all --check -- --color never
    cargo fmt --check --manifest-path fuzz/Cargo.toml -- --color never
}
lint_clippy() { within "$BUILD_SECONDS" cargo clippy --locked --all-targets -- -D warnings; }
lint_crates() { within 120 cargo deny --config .deny.toml check bans licenses sources; }

# ---- run, as somebody without rights

lay_out() {
    mkdir -p "$place"/{bin,checkout,home,tmp,scratch,screenshots}
    if [ -e .git ]; then
        git -c safe.directory='*' ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tr '\n' '\0' >"$place/files"
        tar --null --files-from="$place/files" -cf - | tar -xf - -C "$place/checkout"
    else
        tar --exclude=./target --exclude=./fuzz/target -cf - . | tar -xf - -C "$place/checkout"
    fi
    cp "$(cat "$place/program")" "$place/bin/doorward"
    while read -r name file; do cp "$file" "$place/bin/$name"; done <"$place/tests"
    cp -r "$tools/node" "$tools/python" "$place/"
    [ "$full" = no ] || cp "$(command -v s3s-fs)" "$place/bin/"
    chmod -R a+rX "$place"/{bin,checkout,node,python}
    if is_root; then chown -R "$TESTER:" "$place"/{checkout,home,tmp,scratch,screenshots}; fi
    # What the tests start must be there for whoever runs them, too.
    for command in bwrap chromium node openssl pdftotext prlimit python3 soffice strace; do
        as_tester sh -c "$command --version || $command -v || command -v $command"
    done
    # Conversions of Office documents need user namespaces, which some systems keep from users.
    as_tester bwrap --unshare-all --cap-drop ALL --ro-bind / / --proc /proc --dev /dev true
}

free_port() {
    local port
    for port in $(seq 52525 52600); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    return 1
}

smtp_with_postfix() { bash tests/tools/postfix.sh start "$place/mail" "$smtp_port" "$TESTER"; }

smtp_with_aiosmtpd() {
    mkdir -p "$place/mail"
    PYTHONPATH="$place/python" /usr/bin/python3 -m aiosmtpd -n -l "127.0.0.1:$smtp_port" -c aiosmtpd.handlers.Mailbox "$place/mail/mail" >"$logs/aiosmtpd.log" 2>&1 &
    echo $! >"$place/smtp.pid"
}

# Some machines have no FUSE; what is shown with it is then shown with silent servers only.
fuse_folder() { bash tests/tools/fuse.sh start "$place/fuse" "$TESTER" || { cat "$place/fuse/log"; echo "there is no FUSE: not tried"; rm -rf "$place/fuse"; }; }

as_tester() {
    local -a who=() ca=() long=() fuse=() bounces=()
    ! [ -e "$place/mail/bounces" ] || bounces=("DOORWARD_TEST_BOUNCES=$place/mail/bounces")
    local seconds=$TEST_SECONDS
    ! [ -e "$place/fuse/control/state" ] || fuse=("DOORWARD_TEST_FUSE=$place/fuse")
    ! is_root || who=(runuser -u "$TESTER" --)
    [ "$full" = no ] || { long=("DOORWARD_FULL=1"); seconds=$LONG_TEST_SECONDS; }
    [ ! -e "$place/mail/ca.pem" ] || ca=("DOORWARD_TEST_SMTP_CA=$place/mail/ca.pem")
    cd "$place/checkout"
    within "$seconds" "${who[@]}" env -i PATH="$place/bin:$PATH" HOME="$place/home" TMPDIR="$place/tmp" LANG=C.UTF-8 RUST_BACKTRACE=0 \
        PYTHONPATH="$place/python" DOORWARD_BIN="$place/bin/doorward" DOORWARD_TEST_CORPUS="$place/corpus" "${long[@]}" \
        DOORWARD_TEST_SMTP_PORT="$smtp_port" DOORWARD_TEST_MAILDIR="$place/mail/mail" "${ca[@]}" "${fuse[@]}" "${bounces[@]}" \
        DOORWARD_NODE_TOOLS="$place/node" DOORWARD_BROWSER_SCRATCH="$place/scratch" DOORWARD_SCREENSHOTS="$place/screenshots" \
        DOORWARD_GALLERY="$place/scratch/gallery" "$@"
}

# ---- what takes longer

full_advisories() {
    if within 300 cargo deny --config .deny.toml check advisories; then return; fi
    ! grep -q "failed to fetch advisory database" "$logs/full-advisories.log" || { echo "the advisory database cannot be reached: not checked"; return 0; }
    return 1
}
full_documentation() { RUSTDOCFLAGS="-D warnings" within "$BUILD_SECONDS" cargo doc --locked --no-deps --document-private-items; }
full_benches() { within "$BUILD_SECONDS" cargo clippy --locked --package doorward-bench --package doorward-micro --all-targets -- -D warnings; }
full_release() { within "$BUILD_SECONDS" cargo build --locked --release; }
full_fuzz() {
    have cargo-fuzz && cargo +nightly --version || { echo "cargo-fuzz or the nightly toolchain is not there: not fuzzed"; return 0; }
    for name in $(cargo +nightly fuzz list); do
        # A corpus of its own, so that the kept one stays as it is.
        mkdir -p "$place/fuzz/$name"
        within "$((BUILD_SECONDS + FUZZ_SECONDS))" cargo +nightly fuzz run "$name" "$place/fuzz/$name" "fuzz/corpus/$name" -- "-max_total_time=$FUZZ_SECONDS"
    done
}

# ---- all of it

must needs install_missing
# What is fetched comes while the processors build.
tools_in_background
must build build
step tools tools_are_there
step format lint_format
step clippy lint_clippy
step crates lint_crates

smtp_port=$(free_port)
must layout lay_out
if is_root; then
    step smtp smtp_with_postfix
else
    step smtp smtp_with_aiosmtpd
fi
step fuse fuse_folder
while read -r name _; do
    # Its figures say something only where its tests do not share the machine with each other.
    case $name in
        *-campaign) alone="--test-threads=1 --nocapture" options=$alone ;;
        # Its tables are in its log.
        *-stores) alone="" options="--show-output" ;;
        *) alone="" options="" ;;
    esac
    # shellcheck disable=SC2086 # one word an option
    step "$name" as_tester "$place/bin/$name" $options </dev/null
    # Its tables are what it is for.
    [ -z "$alone" ] || [ "$last" != 0 ] || sed -e '/^$/d' -e '/^running /d' -e '/^test /d' -e 's/^/    /' "$logs/$name.log"
done <"$place/tests"
[ ! -e tests/browser/main.mjs ] || step browser as_tester node tests/browser/main.mjs

if [ "$full" = yes ]; then
    step full-advisories full_advisories
    step full-documentation full_documentation
    step full-benches full_benches
    step full-release full_release
    step full-fuzz full_fuzz
fi
end
