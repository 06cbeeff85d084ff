#!/usr/bin/env bash
# A folder that stops answering when it is told to: `fuse.sh start DIR USER` and `fuse.sh stop DIR`.
#
# DIR/mount shows DIR/source through bindfs, a FUSE file system. Whoever makes the file DIR/control/hang has it held by SIGSTOP, as a file
# server that hangs; removing the file lets it go on. DIR/control/state says which of the two holds: `hanging` or `answering`.
# `start` fails where there is no FUSE.
set -euo pipefail

readonly BETWEEN_LOOKS=0.1

dir=$2

start() {
    mkdir -p "$dir"/{source,mount,control}
    echo "kept behind FUSE" >"$dir/source/kept.txt"
    local -a options=()
    if [ "$(id -u)" = 0 ]; then
        options=(-o allow_other)
        chown -R "$1:" "$dir/source" "$dir/control"
    fi
    bindfs -f "${options[@]}" "$dir/source" "$dir/mount" >"$dir/log" 2>&1 &
    local bindfs=$!
    echo "$bindfs" >"$dir/bindfs.pid"
    for _ in $(seq 100); do
        ! mountpoint -q "$dir/mount" || break
        kill -0 "$bindfs" || return 1
        sleep "$BETWEEN_LOOKS"
    done
    mountpoint -q "$dir/mount"
    listen "$bindfs" >>"$dir/log" 2>&1 &
    echo $! >"$dir/listen.pid"
    disown -a
}

# Holds the file system and lets it go on, as the control folder says, until it ends.
listen() {
    local state=
    while kill -0 "$1"; do
        local wanted=answering signal=CONT
        [ ! -e "$dir/control/hang" ] || { wanted=hanging signal=STOP; }
        if [ "$wanted" != "$state" ]; then
            kill "-$signal" "$1"
            state=$wanted
            echo "$state" >"$dir/control/state"
        fi
        sleep "$BETWEEN_LOOKS"
    done
}

stop() {
    [ -e "$dir/bindfs.pid" ] || return 0
    kill "$(cat "$dir/listen.pid")" 2>/dev/null || true
    kill -CONT "$(cat "$dir/bindfs.pid")" 2>/dev/null || true
    fusermount3 -u -z "$dir/mount" || umount -l "$dir/mount" || true
    kill "$(cat "$dir/bindfs.pid")" 2>/dev/null || true
}

case $1 in
    start) start "$3" ;;
    stop) stop ;;
    *) echo "usage: fuse.sh start DIR USER | fuse.sh stop DIR" >&2; exit 2 ;;
esac
