#!/bin/sh
# Brings back rows of one client that are missing in the database, from a copy that was restored beside it.
#
#   restore_client.sh [--apply] CLIENT TABLE...     CLIENT is the id of an organisation; parents before parts
#
# Without --apply it says how many rows would come back, and changes nothing. What exists is never overwritten.
# Both sides are used as portal_app in the context of the client: row-level security keeps all others out.
#
# Environment: COPY_DB     where the copy is, as psql takes it ("host=restore-1 dbname=portal user=portal_app")
#              TARGET_DB   the database that lost rows
set -eu

: "${COPY_DB:?}" "${TARGET_DB:?}"
umask 077
end=rollback
if [ "${1:-}" = --apply ]; then
    end=commit
    shift
fi
[ $# -ge 2 ] || {
    echo "restore_client: give a client and at least one table" >&2
    exit 2
}
client=$1
shift
# Only what a client can delete. Books and the audit log can't be, so a gap there is an incident, not a restore.
for table; do
    case "$table" in
        projects | members | invitations | payment_methods | webhook_endpoints) ;;
        *)
            echo "restore_client: $table isn't restored for one client" >&2
            exit 2
            ;;
    esac
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
query() {
    psql "$1" -X -q -A -t -v ON_ERROR_STOP=1 -v client="$client" -v folder="$folder" -f -
}

for table; do
    query "$COPY_DB" >"$folder/$table" <<SQL
begin read only;
set local app.organisation_id = :'client';
select coalesce(jsonb_agg(to_jsonb(t)), '[]') from $table t;
commit;
SQL
done

{
    echo "begin;"
    echo "set local app.organisation_id = :'client';"
    for table; do
        cat <<SQL
\set rows \`cat $folder/$table\`
with back as (insert into $table select * from jsonb_populate_recordset(null::$table, :'rows')
    on conflict do nothing returning 1)
select '$table: ' || count(*) from back;
SQL
    done
    echo "$end;"
} | query "$TARGET_DB"
