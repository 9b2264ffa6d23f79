#!/bin/sh
# Puts the head of the audit log where nobody who can write the database can change it. Runs each day on work-1.
#
#   anchor.sh STORE         STORE is the command that stores standard input under a name, such as ./store.sh
#
# The bucket has a retention lock; the host's key may store, and neither read nor delete. psql takes its connection
# from the environment (PGSERVICE=portal-security).
set -eu

: "${1:?the command that stores}"
head=$(psql -X -At -v ON_ERROR_STOP=1 -c "select jsonb_build_object('anchored_at',
    to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'seq', seq, 'occurred_at',
    to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'hash', encode(hash, 'hex'))
    from audit_log order by seq desc limit 1")
[ -n "$head" ] || { echo "anchor: the audit log is empty" >&2; exit 1; }
printf '%s\n' "$head" | "$1" "audit-anchor/$(date -u +%Y-%m-%d).json"
printf '%s\n' "$head"
