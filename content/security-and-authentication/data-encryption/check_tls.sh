#!/bin/sh
# Looks at a host from outside: protocol versions, cipher, certificate, HSTS. Exit status 1 if something is wrong.
#
#   check_tls.sh HOST [PORT] [CAFILE]
set -eu
host=$1
port=${2:-443}
ca=${3:-/etc/ssl/certs/ca-certificates.crt}
failed=0

handshake() {
    openssl s_client -connect "${CONNECT:-$host}:$port" -servername "$host" -verify_hostname "$host" -CAfile "$ca" \
        -verify_return_error "$@" </dev/null 2>/dev/null
}

say() {
    printf '%-28s %s\n' "$1" "$2"
    [ "$2" = ok ] || failed=1
}

for version in tls1 tls1_1; do
    # A security level of 0, or our own OpenSSL would refuse before the server can.
    if handshake "-$version" -cipher 'DEFAULT:@SECLEVEL=0' >/dev/null; then
        say "$version refused" no
    else
        say "$version refused" ok
    fi
done
for version in tls1_2 tls1_3; do
    if handshake "-$version" >/dev/null; then say "$version, name, chain" ok; else say "$version, name, chain" no; fi
done
if handshake -tls1_2 -cipher AES128-SHA:AES256-SHA256:AES128-GCM-SHA256 >/dev/null; then
    say "no forward secrecy refused" no
else
    say "no forward secrecy refused" ok
fi
if handshake | openssl x509 -noout -checkend $((14 * 86400)) >/dev/null 2>&1; then
    say "14 days left" ok
else
    say "14 days left" no
fi
age=$(printf 'HEAD / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$host" |
    openssl s_client -quiet -connect "${CONNECT:-$host}:$port" -servername "$host" 2>/dev/null |
    tr -d '\r' | sed -n 's/^[Ss]trict-[Tt]ransport-[Ss]ecurity: .*max-age=\([0-9]*\).*/\1/p')
if [ "${age:-0}" -ge 31536000 ]; then say "HSTS of a year or more" ok; else say "HSTS of a year or more" no; fi
exit "$failed"
