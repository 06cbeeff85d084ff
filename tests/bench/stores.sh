#!/usr/bin/env bash
# Throughput through Doorward beside curl on the same store: `bash tests/bench/stores.sh [ROUNDS [ROW...]]`. It prints a Markdown table, whose
# figures are the medians of the rounds (5 unless told otherwise). DOORWARD_BIN names the program, best a release build.
#
# Each round downloads 256 MiB by curl from the store, and right after it the same document by curl through a link of Doorward, so that both
# meet the same machine; the content of the first round is compared by SHA-256. Rows:
#   http webdav s3       the store in the clear: nginx, Apache with mod_dav, moto. Wanted is a ratio of at least 0.8.
#   https webdavs s3s    the same over TLS, as such stores are reached over a network: TLS for curl, and TLS twice for Doorward. Wanted is 0.8.
#   gigabit              the store of `http` behind a line of one gigabit a second, as nginx paces it. Wanted is 0.8.
#   tls proxy            what else can be had between this curl and this nginx, for comparison: nginx giving the same file over TLS itself, with
#                        nothing in between; and nginx over TLS in front of the store of `http`, as a proxy that neither hashes nor records.
# Doorward always speaks TLS to curl and takes the SHA-256 of all that it gives. How much processor time a GiB costs the store, what is in
# between and curl itself is told, too. Two bounds follow from it: what these processors could give if all of them worked all of the time, and
# what curl takes over TLS however fast the other side is, since it has one thread.
# Needs curl, openssl, nginx, apache2 and moto_server; nothing is left behind.
set -euo pipefail

readonly MIB=256 WANTED=0.8 GIGABIT=125000000 PATIENCE=300 BETWEEN_LOOKS=0.1

rounds=${1:-5}
shift || true
rows=${*:-http webdav s3 https webdavs s3s gigabit tls proxy}
program=${DOORWARD_BIN:-target/release/doorward}
PATH=$PATH:/usr/sbin
place=$(mktemp -d -t doorward-bench.XXXXXX)
children=()
finish() {
    stop_all
    rm -rf "$place"
}
stop_all() {
    local child
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
    children=()
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Looks until a command does well.
until_done() {
    for _ in $(seq "$PATIENCE"); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep "$BETWEEN_LOOKS"
    done
    echo "waited in vain: $*" >&2
    return 1
}
answers() { curl --silent --insecure --output /dev/null "$1"; }

# Starts a server in the background; it must soon answer at its address. Sets `store`, its process.
serve() {
    local at=$1
    shift
    "$@" >"$place/server-${at##*:}.log" 2>&1 &
    store=$!
    children+=("$store")
    until_done answers "$at"
}

# ---- stores: each sets `direct`, the address for curl, `how` to ask there, and `section`, the store for Doorward. The argument is http or https.

# An nginx with the lines of a server; as root its workers would be somebody else, who cannot look in here.
nginx_with() {
    local at=$1 name=nginx-${1##*:} user=
    [ "$(id -u)" != 0 ] || user="user root;"
    printf 'daemon off; pid %s.pid; error_log stderr; %s events {} http { access_log off; sendfile on; client_body_temp_path %s.body; proxy_temp_path %s.proxy; server { %s } }' \
        "$name" "$user" "$name" "$name" "$2" >"$place/$name.conf"
    serve "$at" nginx -e stderr -p "$place" -c "$place/$name.conf"
}
nginx_tls="ssl_certificate server.pem; ssl_certificate_key server.key;"

start_web() {
    local scheme=$1 kind=$2
    direct=$base/large.bin
    section="kind = \"$kind\"\n[store.$kind]\nurl = \"$base\"$(authority "$scheme")"
}
authority() { [ "$1" = http ] || printf '\\nca_file = "ca.pem"'; }

start_nginx() {
    local port more=${2:-}
    port=$(free_port)
    base=$1://localhost:$port
    if [ "$1" = https ]; then nginx_with "$base" "listen $port ssl; $nginx_tls root files;"; else nginx_with "$base" "listen $port; root files; $more"; fi
    start_web "$1" http
}

start_apache() {
    local port module modules="mpm_event authz_core dav dav_fs"
    port=$(free_port)
    base=$1://localhost:$port
    if [ "$1" = https ]; then modules="$modules socache_shmcb ssl"; fi
    {
        if [ "$(id -u)" = 0 ]; then printf 'User nobody\nGroup nogroup\n'; fi
        for module in $modules; do echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"; done
        printf 'ServerRoot "%s"\nServerName localhost\nListen %s\nPidFile apache.pid\nErrorLog error.log\nDefaultRuntimeDir "%s"\n' "$place" "$port" "$place"
        printf 'Mutex "file:%s/locks"\nDocumentRoot "%s/files"\nDavLockDB "%s/locks/lock"\n' "$place" "$place" "$place"
        printf '<Directory "%s/files">\nDav On\nRequire all granted\n</Directory>\n' "$place"
        if [ "$1" = https ]; then printf 'SSLEngine on\nSSLCertificateFile server.pem\nSSLCertificateKeyFile server.key\n'; fi
    } >"$place/apache.conf"
    mkdir -p "$place/locks" && chmod 777 "$place/locks"
    if [ "$(id -u)" = 0 ]; then chmod 755 "$place" && chmod -R a+rX "$place/files"; fi
    serve "$base" apache2 -X -d "$place" -f "$place/apache.conf"
    start_web "$1" webdav
}

start_moto() {
    local port signed tls=()
    port=$(free_port)
    base=$1://localhost:$port
    if [ "$1" = https ]; then tls=(-s -c "$place/server.pem" -k "$place/server.key"); fi
    signed="Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00"
    serve "$base" moto_server -H 127.0.0.1 -p "$port" "${tls[@]}"
    how=(--header "$signed")
    ask "${how[@]}" --request PUT "$base/documents" >/dev/null
    ask "${how[@]}" --upload-file "$place/files/large.bin" "$base/documents/large.bin" >/dev/null
    direct=$base/documents/large.bin
    printf test >"$place/secret-key" && chmod 600 "$place/secret-key"
    section="kind = \"s3\"\n[store.s3]\nendpoint = \"$base\"\nbucket = \"documents\"\naccess_key = \"test\"\nsecret_key_file = \"secret-key\"$(authority "$1")"
}

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 -subj "/CN=Bench authority" -keyout "$place/ca.key" -out "$place/ca.pem"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "/CN=localhost" -keyout "$place/server.key" -out "$place/server.csr"
    openssl x509 -req -in "$place/server.csr" -CA "$place/ca.pem" -CAkey "$place/ca.key" -CAcreateserial -days 2 -out "$place/server.pem" \
        -extfile <(printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n')
}

# ---- Doorward

# The gateway in front of the store of `section`; sets `between`, its process.
start_doorward() {
    local port
    port=$(free_port)
    rm -rf "$place/data"
    {
        printf 'data = "data"\n[organisation]\nname = "Bench"\ncontact = "help@example.org"\n[[staff]]\nname = "Ann"\naddress = "ann@example.org"\n'
        printf '[server]\npublic_url = "https://localhost:%s"\nlisten = "127.0.0.1:%s"\n[tls]\ncertificate = "server.pem"\nkey = "server.key"\n' "$port" "$port"
        printf '[mail]\nfrom = { address = "documents@example.org" }\ntransport = "directory"\n[limits]\nexempt_networks = ["127.0.0.0/8"]\n'
        printf '[preview]\nenabled = false\n[[store]]\nname = "store"\n%b\n' "$section"
    } >"$place/doorward.toml"
    "$program" serve --config "$place/doorward.toml" >"$place/doorward.log" 2>&1 &
    between=$!
    children+=("$between")
    until_done grep -q "ready at" "$place/doorward.log"
}

ask() { curl --silent --fail --cacert "$place/ca.pem" "$@"; }
browse() { ask --cookie "$place/jar" --cookie-jar "$place/jar" "$@"; }
field() { sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" | head -n 1; }
code() { cat "$place"/data/outbox/*.eml 2>/dev/null | tr -d '\r' | grep -xE ' *[0-9]{6} *' | tail -n 1 | tr -d ' '; }

# Goes the whole way with a link; sets `address`, where the document is.
walk() {
    local link page form digest at
    link=$("$program" share create large.bin --to guest@example.org --json --config "$place/doorward.toml" | sed -n 's/.*"url": "\([^"]*\)".*/\1/p' | head -n 1)
    rm -f "$place/jar"
    page=$(browse "$link")
    form=$(field token <<<"$page") digest=$(field digest <<<"$page")
    at=$(browse --output /dev/null --write-out '%{redirect_url}' --data-urlencode "token=$form" --data-urlencode "digest=$digest" "$link")
    until_done code
    form=$(browse "$at" | field token)
    at=$(browse --output /dev/null --write-out '%{redirect_url}' --data-urlencode "token=$form" --data-urlencode "code=$(code)" "$at")
    address=${at}f/large.bin
}

# ---- measuring

# Seconds of processor time that processes and their children have had, with that of threads that have ended.
spent() {
    local process child
    for process in "$@"; do
        cat "/proc/$process/stat"
        for child in $(cat /proc/"$process"/task/*/children); do cat "/proc/$child/stat"; done
    done | sed 's/.*) //' | awk -v tick="$(getconf CLK_TCK)" '{ s += $12 + $13 } END { print s / tick }'
}

# One whole download by curl: "MiB/s, seconds of curl"; a short one ends the bench.
speed() {
    local got rate TIMEFORMAT='%U %S'
    { time "$@" --fail --output /dev/null --write-out '%{size_download} %{speed_download}' >"$place/got" 2>"$place/error"; } 2>"$place/time"
    read -r got rate <"$place/got"
    [ "$got" = $((MIB * 1024 * 1024)) ] || { echo "only $got bytes arrived" >&2; return 1; }
    awk -v rate="$rate" '{ print rate / 1048576, $1 + $2 }' "$place/time"
}

# The content is the one that the store was given.
same() {
    local sum
    sum=$("$@" | sha256sum)
    [ "${sum%% *}" = "$wanted" ] || { echo "other content came by: $*" >&2; return 1; }
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Measures what stands at `address` beside the store, and prints the row. Over HTTP/1.1, as the store is asked, and besides over HTTP/2.
measure() {
    local row=$1 target=$2 name=$3 a b c before middle after curl_time
    same ask "${how[@]}" "$direct"
    same browse "$address"
    : >"$place/figures"
    for _ in $(seq "$rounds"); do
        read -r a _ <<<"$(speed curl --silent --cacert "$place/ca.pem" --http1.1 "${how[@]}" "$direct")"
        before=$(spent "$store") middle=$(spent "$between")
        read -r b curl_time <<<"$(speed browse --http1.1 "$address")"
        after=$(spent "$store")
        middle=$(awk -v a="$middle" -v b="$(spent "$between")" 'BEGIN { print b - a }')
        read -r c _ <<<"$(speed browse --http2 "$address")"
        awk -v a="$a" -v b="$b" -v c="$c" -v s="$before" -v t="$after" -v m="$middle" -v u="$curl_time" -v n="$((1024 / MIB))" \
            'BEGIN { print b / a, a, b, c, (t - s) * n, m * n, u * n }' >>"$place/figures"
    done
    of() { awk -v n="$1" '{ print $n }' "$place/figures" | median; }
    awk -v row="$row" -v name="$name" -v target="$target" -v r="$(of 1)" -v a="$(of 2)" -v b="$(of 3)" -v c="$(of 4)" \
        -v s="$(of 5)" -v m="$(of 6)" -v u="$(of 7)" -v cores="$(nproc)" 'BEGIN {
            verdict = target == "" ? "for comparison" : r >= target ? "reached" : "missed"
            if (target == "") target = "-"
            most = 1024 * cores / (s + m + u)
            taken = 1024 / u
            printf "| %s | %s | %.0f | %.0f | %.2f | %s | %s | %.0f | %.2f + %.2f + %.2f | %.0f (%.2f) | %.0f (%.2f) |\n",
                row, name, a, b, r, target, verdict, c, s, m, u, most, most / a, taken, taken / a }'
}

run() {
    how=() store='' between=''
    case $1 in
        http | https) start_nginx "$1" ;;
        webdav) start_apache http ;;
        webdavs) start_apache https ;;
        s3) start_moto http ;;
        s3s) start_moto https ;;
        tls | proxy) start_nginx http ;;
        gigabit) start_nginx http "limit_rate $GIGABIT;" ;;
        *) echo "no row of that name: $1" >&2; return 2 ;;
    esac
    local behind=$store port from
    case $1 in
        tls | proxy)
            port=$(free_port) from="root files;"
            if [ "$1" = proxy ]; then
                from="location / { proxy_pass $base; proxy_http_version 1.1; proxy_max_temp_file_size 0; proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 128k; }"
            fi
            nginx_with "https://localhost:$port" "listen $port ssl http2; $nginx_tls $from"
            address=https://localhost:$port/large.bin between=$store store=$behind
            measure "$1" "" "$([ "$1" = tls ] && echo "nginx itself, over TLS" || echo "nginx as a proxy")"
            ;;
        *)
            start_doorward
            walk
            measure "$1" "$WANTED" Doorward
            ;;
    esac
    stop_all
}

# Bytes a second of one processor, as OpenSSL has them, in MiB.
pace() { openssl speed -seconds 1 -bytes 16384 -evp "$1" 2>/dev/null | tail -n 1 | awk '{ sub("k$", "", $NF); printf "%.0f", $NF / 1048.576 }'; }

mkdir "$place/files"
head -c $((MIB * 1024 * 1024)) /dev/urandom >"$place/files/large.bin"
wanted=$(sha256sum <"$place/files/large.bin")
wanted=${wanted%% *}
certificate 2>/dev/null
echo "$(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg) at the start; one of them does $(pace sha256) MiB/s of SHA-256 and $(pace aes-256-gcm) MiB/s of AES-256-GCM"
echo
echo "| row | in between | curl MiB/s | through it MiB/s | ratio | wanted | verdict | by HTTP/2 MiB/s | processor s/GiB: store + between + curl | most of $(nproc) processors | most of this curl |"
echo "|---|---|---|---|---|---|---|---|---|---|---|"
for row in $rows; do run "$row"; done
