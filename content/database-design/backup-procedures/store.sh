#!/bin/sh
# Where backups lie: a folder, or a bucket of an object storage that speaks S3. Used as BACKUP_PUT and BACKUP_GET.
#
#   store.sh NAME           stores standard input under a name; exit status 3 if it is taken
#   store.sh --get NAME     writes what is stored
#   store.sh --wal NAME     the full name of a segment of the log
#   store.sh --list PREFIX  all names that begin so, sorted
#
# Environment: BACKUP_STORE   a folder, or the bucket's address
#              BACKUP_CURL    for a bucket: a file of options for curl with region and key, readable by its user only:
#                                 aws-sigv4 = "aws:amz:eu-central:s3"
#                                 user = "KEY:SECRET"
# The key of the database host may store and not read, list, overwrite or delete.
set -eu

: "${BACKUP_STORE:?}"

request() {
    curl --silent --show-error --fail --max-time 3600 ${BACKUP_CURL:+--config "$BACKUP_CURL"} "$@"
}

names() {
    case "$BACKUP_STORE" in
        http*)
            request "$BACKUP_STORE?list-type=2&prefix=$1" | sed 's:</Key>:\n:g' | sed -n 's:.*<Key>::p' | LC_ALL=C sort
            ;;
        *)
            (cd "$BACKUP_STORE" && find . -type f -path "./$1*" ! -name '.new-*') | cut -c 3- | LC_ALL=C sort
            ;;
    esac
}

put() {
    case "$BACKUP_STORE" in
        http*)
            body=$(mktemp)
            trap 'rm -f "$body"' EXIT
            cat >"$body"
            # Refused by the storage (412) if the name is taken.
            status=$(request --header 'If-None-Match: *' --upload-file "$body" --output /dev/null \
                --write-out '%{http_code}' "$BACKUP_STORE/$1") || {
                [ "$status" != 412 ] || exit 3
                exit 1
            }
            ;;
        *)
            mkdir -p "$BACKUP_STORE/$(dirname "$1")"
            body=$(mktemp "$BACKUP_STORE/.new-XXXXXX")
            trap 'rm -f "$body"' EXIT
            cat >"$body"
            sync "$body"
            ln "$body" "$BACKUP_STORE/$1" || { # Fails if the name is taken.
                [ ! -e "$BACKUP_STORE/$1" ] || exit 3
                exit 1
            }
            ;;
    esac
}

case "${1:-}" in
    --get)
        case "$BACKUP_STORE" in
            http*) request "$BACKUP_STORE/$2" ;;
            *) cat "$BACKUP_STORE/$2" ;;
        esac
        ;;
    --wal) names "wal/$2." | tail -n 1 ;;
    --list) names "$2" ;;
    "" | -*)
        echo "usage: store.sh NAME | --get NAME | --wal NAME | --list PREFIX" >&2
        exit 2
        ;;
    *) put "$1" ;;
esac
