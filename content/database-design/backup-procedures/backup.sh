#!/bin/sh
# Backs up PostgreSQL: base copies, write-ahead log, dumps. Everything is encrypted before it leaves the host.
#
#   backup.sh base               a base copy, verified against its manifest
#   backup.sh dump               a logical dump
#   backup.sh wal PATH NAME      one segment; PostgreSQL calls this as archive_command
#
# Environment: BACKUP_RECIPIENTS  file with the public keys (age); the private ones are not on this host
#              BACKUP_STORE       where to, see store.sh beside this
#              BACKUP_METRICS     folder of the metrics exporter (optional)
#              PGHOST, PGUSER, PGDATABASE as for any client of PostgreSQL
set -eu

: "${BACKUP_RECIPIENTS:?}" "${BACKUP_STORE:?}"
umask 077
store=$(cd "$(dirname "$0")" && pwd)/store.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/backup-XXXXXX")
trap 'rm -rf "$work"' EXIT

# Names end in the time, so that they sort; a second one in the same second is refused by the store.
stamp() {
    date -u +%Y%m%dT%H%M%SZ
}

# Encrypts a file, and stores it only once that has succeeded: in a pipe a failure would leave half a file behind.
keep() {
    age --encrypt --recipients-file "$BACKUP_RECIPIENTS" --output "$work/encrypted" "$1"
    "$store" "$2" <"$work/encrypted"
}

# Says when the last good backup ended. Written last: a failure leaves the old time, and the alert fires.
success() {
    [ -n "${BACKUP_METRICS:-}" ] || return 0
    metric=backup_last_success_timestamp_seconds
    printf '# TYPE %s gauge\n%s{dataset="%s"} %s\n' "$metric" "$metric" "$1" "$(date +%s)" \
        >"$BACKUP_METRICS/$1.prom.new"
    chmod 644 "$BACKUP_METRICS/$1.prom.new"
    mv "$BACKUP_METRICS/$1.prom.new" "$BACKUP_METRICS/$1.prom"
}

# ANCHOR: base
base() {
    name=base-$(stamp).tar.gz.age
    pg_basebackup --pgdata "$work/data" --checkpoint fast --wal-method stream --manifest-checksums SHA256 --no-sync
    # Reads every file again and compares it with the manifest that the server wrote.
    pg_verifybackup --quiet "$work/data"
    tar -C "$work/data" -czf "$work/base" .
    keep "$work/base" "$name"
    success database-base
    echo "$name $(wc -c <"$work/encrypted") bytes"
}
# ANCHOR_END: base

dump() {
    name=dump-$(stamp).age
    pg_dump --format custom --file "$work/dump"
    pg_restore --list "$work/dump" >"$work/list"
    keep "$work/dump" "$name"
    success database-dump
    echo "$name $(wc -c <"$work/encrypted") bytes, $(grep -c 'TABLE DATA' "$work/list") tables"
}

# ANCHOR: wal
# PostgreSQL tries again until this succeeds. It can call it a second time for a segment that was stored when the
# host failed. The digest is part of the name, so a name that is taken holds the same segment, which is fine.
wal() {
    name=wal/$2.$(sha256sum <"$1" | cut -c 1-64).age
    keep "$1" "$name" 2>"$work/error" || [ $? -eq 3 ] || {
        cat "$work/error" >&2
        exit 1
    }
    success database-wal
}
# ANCHOR_END: wal

case "${1:-}" in
    base | dump) "$1" ;;
    wal) wal "$2" "$3" ;;
    *)
        echo "usage: backup.sh base | dump | wal PATH NAME" >&2
        exit 2
        ;;
esac
