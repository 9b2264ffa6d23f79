#!/bin/sh
# Rehearses the loss of the database on clusters of its own, and measures what was promised.
#
#   drill.sh failover     the primary is lost: the standby is promoted
#   drill.sh restore      primary and standby are lost: base copy and archived log are all that is left
#
# Prints one line for the drill log: date, mode, seconds down, seconds of data lost, rows that came back.
# Exit status 1 if that is more than RTO_S or RPO_S allow, or if a row in the middle is missing.
#
# Environment: RTO_S, RPO_S    seconds allowed (default: the row `database` of services.csv)
#              HEARTBEAT_S     how long rows are written before the loss (default 30)
#              ARCHIVE_S       after how many seconds a segment is archived (default 60, as in production)
# Needs PostgreSQL's programs in PATH; doesn't run as root; touches nothing outside its temporary folder.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mode=${1:-}
case "$mode" in
    failover | restore) ;;
    *)
        echo "usage: drill.sh failover | restore" >&2
        exit 2
        ;;
esac

promised() {
    awk -F, -v column="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) wanted = i }
        $1 == "database" { print $wanted * 60 }' "$here/../../reference/services.csv"
}

rto=${RTO_S:-$(promised rto_min)}
rpo=${RPO_S:-$(promised rpo_min)}
work=$(mktemp -d "${TMPDIR:-/tmp}/drill-XXXXXX")
mkdir "$work/archive"
export PGHOST="$work" PGDATABASE=postgres
beat=

finish() {
    [ -z "$beat" ] || kill "$beat" 2>/dev/null || :
    for name in primary standby restored; do
        pg_ctl -D "$work/$name" -m immediate stop >/dev/null 2>&1 || :
    done
    rm -rf "$work"
}
trap finish EXIT

start() {
    pg_ctl -D "$work/$1" -w -l "$work/$1.log" -o "-p $2 -c listen_addresses='' -c unix_socket_directories='$work'" \
        start >/dev/null || {
        tail -n 5 "$work/$1.log" >&2
        exit 1
    }
}

ask() {
    PGPORT=$1 psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$2"
}

now() {
    date +%s.%N
}

# ANCHOR: prepare
prepare() {
    initdb -D "$work/primary" -A trust -E UTF8 --no-locale --no-sync >/dev/null
    cat >>"$work/primary/postgresql.conf" <<CONFIG
archive_mode = on
archive_timeout = ${ARCHIVE_S:-60}
archive_command = 'test ! -f $work/archive/%f && cp %p $work/archive/%f.new && mv $work/archive/%f.new $work/archive/%f'
CONFIG
    start primary 5432
    ask 5432 "create table heartbeat (n bigint generated always as identity primary key, at timestamptz default now())"
    pg_basebackup -p 5432 -D "$work/base" --checkpoint fast
    pg_verifybackup --quiet "$work/base"
    pg_basebackup -p 5432 -D "$work/standby" --checkpoint fast --write-recovery-conf
    start standby 5433
    until [ "$(ask 5432 "select count(*) from pg_stat_replication where state = 'streaming'")" = 1 ]; do sleep 0.1; done
}
# ANCHOR_END: prepare

# One row every tenth of a second, as long as the primary takes it.
heartbeat() {
    while ask 5432 "insert into heartbeat default values" 2>/dev/null; do sleep 0.1; done
}

# ANCHOR: lose
lose() {
    failed=$(now)
    pg_ctl -D "$work/primary" -m immediate stop >/dev/null
    rm -rf "$work/primary"
    if [ "$mode" = restore ]; then
        pg_ctl -D "$work/standby" -m immediate stop >/dev/null
        rm -rf "$work/standby"
    fi
}
# ANCHOR_END: lose

# ANCHOR: recover
recover() {
    if [ "$mode" = failover ]; then
        pg_ctl -D "$work/standby" -w promote >/dev/null
    else
        cp -R "$work/base" "$work/restored"
        echo "restore_command = 'cp $work/archive/%f %p'" >>"$work/restored/postgresql.auto.conf"
        echo "archive_mode = off" >>"$work/restored/postgresql.auto.conf"
        touch "$work/restored/recovery.signal"
        start restored 5433
    fi
    until [ "$(ask 5433 "select pg_is_in_recovery()")" = f ]; do sleep 0.1; done
}
# ANCHOR_END: recover

# ANCHOR: measure
# The last row before the loss tells what was lost; a new row tells that the database takes data again.
measure() {
    last=$(ask 5433 "select coalesce(extract(epoch from max(at)), 0) from heartbeat")
    rows=$(ask 5433 "select count(*) from heartbeat")
    holes=$(ask 5433 "select max(n) - count(*) from heartbeat")
    ask 5433 "insert into heartbeat default values"
    pg_dump -p 5433 >/dev/null # Reads every row: a damaged page shows here.
    awk -v day="$(date -u +%Y-%m-%d)" -v mode="$mode" -v down="$(now) $failed" -v lost="$failed $last" \
        -v rows="$rows" -v holes="${holes:-0}" -v rto="$rto" -v rpo="$rpo" 'BEGIN {
            split(down, d, " "); split(lost, l, " ")
            printf "%s,%s,%.1f,%.1f,%d\n", day, mode, d[1] - d[2], l[1] - l[2], rows
            if (d[1] - d[2] > rto) bad = bad " down longer than " rto " s;"
            if (l[1] - l[2] > rpo) bad = bad " lost more than " rpo " s;"
            if (holes != 0) bad = bad " rows missing in the middle: " holes ";"
            if (bad) { print "drill:" bad >"/dev/stderr"; exit 1 }
        }'
}
# ANCHOR_END: measure

prepare
heartbeat &
beat=$!
sleep "${HEARTBEAT_S:-30}"
lose
recover
measure
