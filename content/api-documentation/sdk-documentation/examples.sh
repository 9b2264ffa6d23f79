#!/bin/sh
# The same with curl. Needs API_URL, API_KEY and python3 (to read JSON).
set -eu

# ANCHOR: curl
# The key comes from a file descriptor: on the command line every user of the machine could read it.
api() {
    printf 'Authorization: Bearer %s\n' "$API_KEY" |
        curl --silent --show-error --max-time 35 -H @- "$@"
}

pick() { # The value of one member of the JSON on standard input.
    python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# Read.
api "$API_URL/v1/organisation" | pick name

# Page by page: ask again with next_cursor until it is null.
cursor=
pages=0
while [ "$cursor" != None ]; do
    page=$(api --get --data limit=50 ${cursor:+--data-urlencode "cursor=$cursor"} "$API_URL/v1/invoices")
    cursor=$(printf '%s' "$page" | pick next_cursor)
    pages=$((pages + 1))
done
echo "pages: $pages"

# Pay once: make the key first, keep it, and send it again with each repetition.
invoice=$(printf '%s' "$page" | python3 -c 'import json, sys; print(json.load(sys.stdin)["data"][0]["id"])')
key=$(python3 -c 'import uuid; print(uuid.uuid4())')
api --request POST --retry 4 --retry-connrefused -H "Idempotency-Key: \"$key\"" \
    "$API_URL/v1/invoices/$invoice/pay" | pick status

# A refusal is a problem document; decide by `code`.
api "$API_URL/v1/invoices/00000000-0000-0000-0000-000000000000" | pick code
# ANCHOR_END: curl
