#!/bin/sh
# Restores a base copy and replays the log up to a moment, into a new directory; then checks what came back.
#
#   restore.sh FOLDER BASE TIME     FOLDER is new; BASE is a name in the store; TIME is like '2026-11-25 14:03:00+00',
#                                   or `end` for all of the log
#   restore.sh --test BASE TIME     the same into a temporary folder that is deleted at the end; prints one line for
#                                   the restore log
#   restore.sh --wal NAME PATH      fetches one segment; PostgreSQL calls this as restore_command
#
# Environment: BACKUP_IDENTITY    file with the private key, for the time of the restore only
#              BACKUP_STORE       where from, see store.sh beside this
#              BACKUP_CHECKS      SQL file whose single row tells what was restored (default: checks.sql beside this)
set -eu

: "${BACKUP_IDENTITY:?}" "${BACKUP_STORE:?}"
umask 077
here=$(cd "$(dirname "$0")" && pwd)

fetch() {
    "$here/store.sh" --get "$1" | age --decrypt --identity "$BACKUP_IDENTITY"
}

# ANCHOR: segment
segment() {
    # Above 125: PostgreSQL stops, instead of taking a failure for the end of the log.
    stored=$("$here/store.sh" --wal "$1") || exit 126
    [ -n "$stored" ] || exit 1 # Not there: the end of the log.
    fetch "$stored" >"$2.new" || exit 126
    digest=$(sha256sum <"$2.new" | cut -c 1-64)
    case "$stored" in
        *".$digest.age") mv "$2.new" "$2" ;;
        *)
            echo "restore: $stored is damaged" >&2
            exit 126
            ;;
    esac
}
# ANCHOR_END: segment

# ANCHOR: restore
restore() {
    folder=$1
    mkdir "$folder"
    fetch "$2" >"$folder.tar.gz"
    tar -C "$folder" -xzf "$folder.tar.gz"
    rm "$folder.tar.gz"
    pg_verifybackup --quiet "$folder"
    # Debian keeps the settings elsewhere. What the log needs at least is written in the control file.
    touch "$folder/postgresql.conf" "$folder/pg_ident.conf"
    {
        pg_controldata "$folder" | sed -n 's/_xacts setting/_transactions setting/; s/_xact setting/_transaction setting/
            s/^\(max_[a-z_]*\) setting: */\1 = /p'
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$folder'"
        echo "archive_mode = off"
        echo "restore_command = '$here/restore.sh --wal %f %p'"
        [ "$3" = end ] || echo "recovery_target_time = '$3'"
        [ "$3" = end ] || echo "recovery_target_action = 'promote'"
    } >>"$folder/postgresql.auto.conf"
    # Only the one who restores gets in, and from this host only.
    echo "local all all trust" >"$folder/pg_hba.conf"
    touch "$folder/recovery.signal"
    pg_ctl -D "$folder" -w -t 3600 -l "$folder/restore.log" start >/dev/null || {
        grep -E "restore:|age:|FATAL|ERROR" "$folder/restore.log" | tail -n 9 >&2
        exit 1
    }
    # `start` returns when reading is possible; wait until the log is replayed and the database is its own.
    until [ "$(ask "$folder" 'select pg_is_in_recovery()')" = f ]; do
        sleep 0.2
        # If the log ends before the moment, the server stops.
        pg_ctl -D "$folder" status >/dev/null || {
            grep -E "restore:|age:|FATAL|ERROR" "$folder/restore.log" | tail -n 9 >&2
            exit 1
        }
    done
}
# ANCHOR_END: restore

ask() {
    psql -X -A -t -h "$1" -d "${PGDATABASE:-portal}" -c "$2"
}

checked() {
    psql -X -A -t -v ON_ERROR_STOP=1 -h "$1" -d "${PGDATABASE:-portal}" -f "${BACKUP_CHECKS:-$here/checks.sql}"
    # Reads every row and every large value: a damaged page shows here.
    pg_dump -h "$1" -d "${PGDATABASE:-portal}" >/dev/null
}

case "${1:-}" in
    --wal) segment "$2" "$3" ;;
    --test)
        work=$(mktemp -d "${TMPDIR:-/tmp}/restore-XXXXXX")
        trap 'pg_ctl -D "$work/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$work"' EXIT
        begun=$(date +%s)
        restore "$work/data" "$2" "$3"
        found=$(checked "$work/data")
        printf '%s,%s,%s,%s,%s\n' "$(date -u +%Y-%m-%d)" "$2" "$3" "$(($(date +%s) - begun))" "$found"
        ;;
    "" | -*)
        echo "usage: restore.sh FOLDER BASE TIME | --test BASE TIME | --wal NAME PATH" >&2
        exit 2
        ;;
    *)
        restore "$1" "$2" "$3"
        checked "$1"
        ;;
esac
