#!/usr/bin/env bash
# Throughput through Doorward beside curl on the same store: `bash tests/bench/stores.sh [ROUNDS [KIND...]]`, kinds http (nginx), webdav (Apache
# with mod_dav) and s3 (moto), all of them by default. DOORWARD_BIN names the program, best a release build. Each round downloads 256 MiB from
# the store by curl and then the same document through a link, so that both meet the same machine; the last line of each kind is the
# median of the rounds. Wanted is at least 0.8. Needs curl, openssl, nginx, apache2 and moto_server; nothing is left behind.
set -euo pipefail

readonly MIB=256 PATIENCE=300 BETWEEN_LOOKS=0.1

rounds=${1:-5}
shift || true
kinds=${*:-http webdav s3}
program=${DOORWARD_BIN:-target/release/doorward}
PATH=$PATH:/usr/sbin
place=$(mktemp -d -t doorward-bench.XXXXXX)
children=()
finish() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait || true
    rm -rf "$place"
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
answers() { curl --silent --output /dev/null "http://127.0.0.1:$1/"; }

# Starts a server in the background; its port must be answered on soon.
serve() {
    local port=$1
    shift
    "$@" >"$place/server-$port.log" 2>&1 &
    children+=($!)
    until_done answers "$port"
}

# Each sets `direct`, the address for curl, with `how` to ask there, and `section`, the store for Doorward.
start_http() {
    local port
    port=$(free_port)
    # As root its workers would be somebody else, who cannot look in here.
    printf 'daemon off; pid %s/nginx.pid; error_log stderr; %s events {} http { access_log off; sendfile on; server { listen 127.0.0.1:%s; root %s/files; } }' \
        "$place" "$([ "$(id -u)" != 0 ] || echo "user root;")" "$port" "$place" >"$place/nginx.conf"
    serve "$port" nginx -e stderr -p "$place" -c "$place/nginx.conf"
    direct=http://127.0.0.1:$port/large.bin
    section="kind = \"http\"\n[store.http]\nurl = \"http://127.0.0.1:$port\""
}

start_webdav() {
    local port module
    port=$(free_port)
    if [ "$(id -u)" = 0 ]; then chmod 755 "$place" && chmod -R a+rX "$place/files" && printf 'User nobody\nGroup nogroup\n' >"$place/apache.conf"; fi
    for module in mpm_event authz_core dav dav_fs; do
        echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so" >>"$place/apache.conf"
    done
    mkdir -p "$place/locks" && chmod 777 "$place/locks"
    cat >>"$place/apache.conf" <<CONF
ServerRoot "$place"
ServerName localhost
Listen 127.0.0.1:$port
PidFile apache.pid
ErrorLog error.log
DefaultRuntimeDir "$place"
Mutex "file:$place/locks"
DocumentRoot "$place/files"
DavLockDB "$place/locks/lock"
<Directory "$place/files">
Dav On
Require all granted
</Directory>
CONF
    serve "$port" apache2 -X -d "$place" -f "$place/apache.conf"
    direct=http://127.0.0.1:$port/large.bin
    section="kind = \"webdav\"\n[store.webdav]\nurl = \"http://127.0.0.1:$port\""
}

start_s3() {
    local port signed
    port=$(free_port)
    signed="Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00"
    serve "$port" moto_server -H 127.0.0.1 -p "$port"
    curl --silent --fail --output /dev/null --header "$signed" --request PUT "http://127.0.0.1:$port/documents"
    curl --silent --fail --output /dev/null --header "$signed" --upload-file "$place/files/large.bin" "http://127.0.0.1:$port/documents/large.bin"
    direct=http://127.0.0.1:$port/documents/large.bin
    how=(--header "$signed")
    printf test >"$place/secret-key" && chmod 600 "$place/secret-key"
    section="kind = \"s3\"\n[store.s3]\nendpoint = \"http://127.0.0.1:$port\"\nbucket = \"documents\"\naccess_key = \"test\"\nsecret_key_file = \"secret-key\""
}

certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 -subj "/CN=Bench authority" -keyout "$place/ca.key" -out "$place/ca.pem"
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "/CN=localhost" -keyout "$place/server.key" -out "$place/server.csr"
    openssl x509 -req -in "$place/server.csr" -CA "$place/ca.pem" -CAkey "$place/ca.key" -CAcreateserial -days 2 -out "$place/server.pem" \
        -extfile <(printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n')
}

# The gateway in front of the store of `section`; sets `port`.
start_doorward() {
    port=$(free_port)
    rm -rf "$place/data"
    {
        printf 'data = "data"\n[organisation]\nname = "Bench"\ncontact = "help@example.org"\n[[staff]]\nname = "Ann"\naddress = "ann@example.org"\n'
        printf '[server]\npublic_url = "https://localhost:%s"\nlisten = "127.0.0.1:%s"\n[tls]\ncertificate = "server.pem"\nkey = "server.key"\n' "$port" "$port"
        printf '[mail]\nfrom = { address = "documents@example.org" }\ntransport = "directory"\n[limits]\nexempt_networks = ["127.0.0.0/8"]\n'
        printf '[preview]\nenabled = false\n[[store]]\nname = "store"\n%b\n' "$section"
    } >"$place/doorward.toml"
    "$program" serve --config "$place/doorward.toml" >"$place/doorward.log" 2>&1 &
    children+=($!)
    until_done grep -q "ready at" "$place/doorward.log"
}

browse() { curl --silent --cacert "$place/ca.pem" --cookie "$place/jar" --cookie-jar "$place/jar" "$@"; }
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

# Bytes a second of one whole download, by curl; a short one ends the bench.
speed() {
    local got
    got=$("$@" --fail --output /dev/null --write-out '%{size_download} %{speed_download}')
    [ "${got% *}" = $((MIB * 1024 * 1024)) ] || { echo "only ${got% *} bytes arrived" >&2; return 1; }
    echo "${got#* }"
}

mkdir "$place/files"
head -c $((MIB * 1024 * 1024)) /dev/urandom >"$place/files/large.bin"
certificate 2>/dev/null
printf '%-8s %5s %12s %14s %6s\n' store round "curl MiB/s" "Doorward MiB/s" ratio
for kind in $kinds; do
    how=()
    "start_$kind"
    start_doorward
    walk
    for round in $(seq "$rounds"); do
        a=$(speed curl --silent "${how[@]}" "$direct")
        b=$(speed browse "$address")
        awk -v k="$kind" -v r="$round" -v a="$a" -v b="$b" \
            'BEGIN { m = 1048576; printf "%-8s %5d %12.0f %14.0f %6.2f\n", k, r, a / m, b / m, b / a }' | tee -a "$place/table"
        tail -n 1 "$place/table" | awk '{ print $5 }' >>"$place/all-$kind"
    done
    sort -n "$place/all-$kind" | awk -v k="$kind" '{ v[NR] = $1 } END { printf "%-8s median %31.2f\n", k, v[int((NR + 1) / 2)] }'
done
