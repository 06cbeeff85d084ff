#!/usr/bin/env bash
# A Postfix of the tests' own, beside any that the machine has: `postfix.sh start DIR PORT USER` and `postfix.sh stop DIR`, as root.
# It listens on 127.0.0.1 only, offers STARTTLS with a certificate for localhost (authority: DIR/ca.pem), takes mail for everybody at
# example.org, example.com and example.net, and delivers all of it into the Maildir DIR/mail, which USER owns. It sends nothing anywhere.
# full@example.org has no room: it is refused for good (552). slow@example.org is refused for the moment (451).
# Names that begin with "grey" are greylisted: a sender and recipient that were not seen before are put off (450) for a second (greylist.py).
# Names that begin with "refused" are refused for good (550). Names that begin with "gone" are taken, and come back: reports go to the
# address of the sender, and those to bounces@example.org, with whatever follows a "+", into the Maildir DIR/bounces.
set -euo pipefail

start() {
    local dir=$1 port=$2 user=$3
    local uid gid
    uid=$(id -u "$user") gid=$(id -g "$user")
    mkdir -p "$dir/config" "$dir/queue" "$dir/data"
    chown postfix "$dir/data"
    for box in mail bounces; do
        install -d -o "$uid" -g "$gid" "$dir/$box" "$dir/$box/new" "$dir/$box/cur" "$dir/$box/tmp"
    done
    install -d -o nobody -g nogroup "$dir/greylist"
    install -m 755 "$(dirname "${BASH_SOURCE[0]}")/greylist.py" "$dir/greylist.py"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Doorward test mail authority" \
        -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout "$dir/mail.key" -out "$dir/mail.csr" 2>/dev/null
    openssl x509 -req -in "$dir/mail.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -days 2 -out "$dir/mail.pem" \
        -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1") 2>/dev/null
    chmod 644 "$dir/ca.pem"

    printf '%s\n' "full@example.org 552 5.2.2 Mailbox full" "slow@example.org 451 4.3.0 Try again later" >"$dir/config/refused"
    printf '%s\n' "/^grey/ greylisted" "/^refused/ 550 5.1.1 No such user here" >"$dir/config/strict"
    printf '%s\n' '/^bounces(\+.*)?@/ bounces/' '/./ mail/' >"$dir/config/boxes"
    # Taken under one address, gone under the other: nothing is known about that until the mail is in the queue.
    printf '%s\n' '/^(gone.*)@example\.net$/ ${1}@gone.invalid' >"$dir/config/moved"
    cat >"$dir/config/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file_prefixes = $dir
maillog_file = $dir/log
myhostname = localhost
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_transport = error:nobody is local here
default_transport = error:this server sends nothing anywhere
alias_maps =
virtual_mailbox_domains = example.org, example.com, example.net
virtual_mailbox_base = $dir
virtual_mailbox_maps = regexp:$dir/config/boxes
virtual_alias_maps = regexp:$dir/config/moved
smtpd_restriction_classes = greylisted
greylisted = check_policy_service unix:private/greylist
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
virtual_minimum_uid = 1
smtpd_tls_security_level = may
smtpd_tls_cert_file = $dir/mail.pem
smtpd_tls_key_file = $dir/mail.key
smtpd_recipient_restrictions = check_recipient_access texthash:$dir/config/refused, check_recipient_access regexp:$dir/config/strict, reject_unauth_destination
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
EOF
    cat >"$dir/config/master.cf" <<EOF
127.0.0.1:$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
greylist unix - n n - 0 spawn user=nobody argv=/usr/bin/python3 $dir/greylist.py $dir/greylist
EOF
    postfix -c "$dir/config" start >"$dir/start.log" 2>&1 || { cat "$dir/start.log" >&2; return 1; }
}

stop() {
    [ ! -d "$1/config" ] || postfix -c "$1/config" stop >/dev/null 2>&1 || true
}

"$@"
