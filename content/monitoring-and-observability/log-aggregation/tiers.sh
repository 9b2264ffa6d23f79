#!/bin/sh
# Moves the logs on ops-1 through their tiers, by the day in the file's name: tiers.sh [TODAY], nightly, as user logs.
# 14 days to search, then compressed in $LOG_ARCHIVE (object storage, mounted), gone after 90 days. A day that
# $LOG_HOLDS names (a line each, 2026-11-25) stays where it is until legal takes the line out.
set -eu

folder=${HBL_LOGS:-/var/log/hbl}
archive=${LOG_ARCHIVE:?the folder of the archive}
holds=${LOG_HOLDS:-/etc/hbl/log-holds}
today=${1:-$(date -u +%F)}
search_days=14
all_days=90

age() {
    echo $((($(date -u -d "$today" +%s) - $(date -u -d "$1" +%s)) / 86400))
}

day_of() {
    basename "$1" | sed -nE 's/.*-([0-9]{4}-[0-9]{2}-[0-9]{2})\.(json|log)(\.gz)?$/\1/p'
}

# Whether a file has reached an age. What has no day in its name isn't ours to move.
due() {
    day=$(day_of "$1")
    [ -f "$1" ] && [ -n "$day" ] && [ "$(age "$day")" -ge "$2" ]
}

held() {
    [ -f "$holds" ] && grep -qxF "$1" "$holds"
}

# Written under another name, compared, then renamed: the only copy is never half a file.
keep() {
    target=$archive/$(basename "$1").gz
    gzip -9 -c "$1" >"$target.new"
    if [ "$(gzip -dc "$target.new" | sha256sum)" != "$(sha256sum <"$1")" ]; then
        echo "tiers: $1 and its copy differ; nothing is deleted" >&2
        rm -f "$target.new"
        return 1
    fi
    mv "$target.new" "$target"
    rm -f "$1" "$1.index"
}

failed=0
for path in "$folder"/*.json "$folder"-system/*.log; do
    if due "$path" "$search_days"; then
        keep "$path" || failed=1
    fi
done
for path in "$archive"/*.gz; do
    if due "$path" "$all_days" && ! held "$(day_of "$path")"; then
        rm -f "$path"
    fi
done
exit "$failed"
