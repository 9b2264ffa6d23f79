#!/bin/sh
# Checks one delivery by hand, to find out whose fault a refused signature is. Needs python3.
#
#     WEBHOOK_SECRET=whsec_… sh check_signature.sh BODY_FILE 't=…,v1=…'
#
# Prints "signature ok" or "signature wrong". It doesn't look at the age of the timestamp.
set -eu

body=$1 header=$2
time=$(printf '%s\n' "$header" | tr ',' '\n' | sed -n 's/^ *t=//p')
# The key stays in the environment: every user of the machine can read the arguments of a process.
wanted=$({ printf '%s.' "$time"; cat "$body"; } |
    python3 -c 'import hashlib, hmac, os, sys
print(hmac.new(os.environb[b"WEBHOOK_SECRET"], sys.stdin.buffer.read(), hashlib.sha256).hexdigest())')
if printf '%s\n' "$header" | tr ',' '\n' | grep -qx " *v1=$wanted"; then
    echo "signature ok"
else
    echo "signature wrong"
    exit 1
fi
