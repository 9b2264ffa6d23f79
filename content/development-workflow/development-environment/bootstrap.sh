#!/bin/sh
# From a fresh checkout to a running portal. As tools/bootstrap in the repository of the product.
#
#   tools/bootstrap            makes what is missing; may be run at any time
#   tools/bootstrap --dry-run  says what it would do, and changes nothing
#   tools/bootstrap check      looks at programs, versions, room and ports only
#   tools/bootstrap down       stops everything; data stays
#   tools/bootstrap reset      throws the database and its data away, and makes it anew
#
# All that it makes lies in .dev/ of the checkout. Exit status 1: the line before says what to do.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
dev=$root/.dev
port=${PORTAL_PORT:-8080}
internal=$((port + 10))
dry=
started=$(date +%s)

# Nothing that a shell has for production may lead anywhere: only this checkout's own database.
for name in PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE PGSERVICEFILE PGPASSFILE DATABASE_URL; do
    unset "$name"
done
for folder in /usr/lib/postgresql/*/bin; do
    [ -d "$folder" ] && PATH=$folder:$PATH
done
export PATH

say() { printf '%s\n' "$*"; }
stop() { say "bootstrap: $*" >&2; exit 1; }
# Runs a command, or says it.
run() { if [ -n "$dry" ]; then say "would run: $*"; else "$@"; fi; }
sql() { psql -X -q -v ON_ERROR_STOP=1 -h "$dev/run" -U postgres "$@"; }

# ANCHOR: check
# The version that a program says of itself must begin with the tested one.
version() { # program, tested, what it says
    case $3 in
        "$2" | "$2".*) ;;
        '') faults="$faults
$1 is missing: sudo apt-get install -y $4" ;;
        *) faults="$faults
$1 is $3, the product is tested on $2" ;;
    esac
}

number() { "$@" 2>/dev/null | grep -Eo '[0-9]+(\.[0-9]+)+' | head -n 1; }

check() {
    faults=
    [ "$(id -u)" -ne 0 ] || stop "not as root: PostgreSQL refuses, and nothing here needs it"
    version python3 "${PYTHON_TESTED:-3.11}" "$(number python3 --version)" 'python3 python3-venv'
    version postgresql "${POSTGRESQL_TESTED:-15}" "$(number postgres --version)" postgresql
    version git "${GIT_TESTED:-2}" "$(number git --version)" git
    version curl "${CURL_TESTED:-7}" "$(number curl --version)" curl
    version openssl "${OPENSSL_TESTED:-3}" "$(number openssl version)" openssl
    version shellcheck "${SHELLCHECK_TESTED:-0.9}" "$(number shellcheck --version)" shellcheck
    free=$(df -Pk "$root" | awk 'NR == 2 {print int($4 / 1024)}')
    [ "$free" -ge "${LEAST_MB:-5000}" ] || faults="$faults
$free MB free, ${LEAST_MB:-5000} needed: delete something"
    # A Unix socket's path has 107 bytes at most.
    [ ${#dev} -le 80 ] || faults="$faults
the path of the checkout is too long for the database: move it nearer to your home"
    if ! running portal && ! free_port "$port"; then
        faults="$faults
port $port is taken: stop what uses it, or PORTAL_PORT=8180 tools/bootstrap"
    fi
    [ -z "$faults" ] || stop "can't begin:$faults"
    say "check: programs, versions, room and port $port are fine"
}

free_port() {
    python3 -c 'import socket, sys
with socket.socket() as one:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", int(sys.argv[1])))' "$1" 2>/dev/null
}
# ANCHOR_END: check

running() { [ -s "$dev/$1.pid" ] && kill -0 "$(cat "$dev/$1.pid")" 2>/dev/null; }

tools() {
    digest=$(sha256sum "$root/requirements.lock" | cut -d ' ' -f 1)
    if [ "$(cat "$dev/tools" 2>/dev/null || :)" = "$digest" ]; then
        say "tools: as locked"
        return
    fi
    run "$root/tools/install" --locked || stop "tools/install failed: is the network there? Delete .tools and run it again"
    [ -n "$dry" ] || say "$digest" >"$dev/tools"
}

# ANCHOR: secrets
# Made here and good for nothing elsewhere. Providers are stand-ins on this machine.
secrets() {
    if [ -e "$dev/env" ]; then
        say "secrets: kept"
        return
    fi
    if [ -n "$dry" ]; then
        say "would write: .dev/env with secrets of its own, for you alone"
        return
    fi
    (
        umask 077
        {
            say "PORTAL_URL=http://localhost:$port"
            say "DATABASE=host=$dev/run dbname=portal"
            say "KEY_ENCRYPTION_KEY=$(openssl rand -hex 32)"
            say "PROVIDER_PAYMENTS=http://localhost:$((port + 1))"
            say "MAIL_FOLDER=$dev/mail"
            say "FILES_FOLDER=$dev/files"
        } >"$dev/env.new"
        mv "$dev/env.new" "$dev/env"
    )
    say "secrets: made"
}
# ANCHOR_END: secrets

# ANCHOR: database
database() {
    if [ -n "$dry" ]; then
        say "would run: initdb and pg_ctl start, on a socket in .dev/run and no port"
        say "would run: createdb portal; psql with db/schema.sql, db/seed.sql, db/roles.sql"
        return
    fi
    if [ ! -e "$dev/data/PG_VERSION" ]; then
        initdb -D "$dev/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$dev/log/initdb" 2>&1 ||
            stop "initdb failed: see .dev/log/initdb"
    fi
    pg_ctl -D "$dev/data" status >/dev/null 2>&1 ||
        pg_ctl -D "$dev/data" -w -t 60 -l "$dev/log/postgresql" \
            -o "-c listen_addresses= -c unix_socket_directories='$dev/run' -c fsync=off" start >/dev/null ||
        stop "PostgreSQL doesn't start: see .dev/log/postgresql"
    digest=$(cat "$root/db/schema.sql" "$root/db/seed.sql" "$root/db/roles.sql" | sha256sum | cut -d ' ' -f 1)
    case $(cat "$dev/loaded" 2>/dev/null || :) in
        "$digest") say "database: as it was" ;;
        '') load ;;
        *) say "database: the schema has changed since it was made. Run: tools/bootstrap reset" ;;
    esac
}

load() {
    if ! {
        sql -d postgres -c 'drop database if exists portal' -c 'create database portal' &&
            sql -d portal -1 -f "$root/db/schema.sql" -f "$root/db/seed.sql" &&
            sql -d portal -1 -f "$root/db/roles.sql"
    } >"$dev/log/load" 2>&1; then
        stop "the database can't be made: $(tail -n 1 "$dev/log/load")"
    fi
    say "$digest" >"$dev/loaded"
    say "database: made, with $(sql -d portal -At -c 'select count(*) from organisations') organisations of invented data"
}
# ANCHOR_END: database

hooks() {
    if [ -n "$dry" ]; then
        say "would write: the hook commit-msg; would run: pre-commit install"
        return
    fi
    folder=$(cd "$root" && git rev-parse --git-path hooks)
    case $folder in /*) ;; *) folder=$root/$folder ;; esac
    mkdir -p "$folder"
    cat >"$folder/commit-msg" <<HOOK
#!/bin/sh
exec python3 "$root/tools/check_message.py" "\$1"
HOOK
    chmod +x "$folder/commit-msg"
    [ ! -x "$root/.tools/bin/pre-commit" ] || "$root/.tools/bin/pre-commit" install >/dev/null
    say "hooks: messages and code are checked at each commit"
}

# ANCHOR: serve
serve() {
    if running portal; then
        say "portal: runs"
        return
    fi
    if [ -n "$dry" ]; then
        say "would run: tools/serve --port $port --internal-port $internal"
        return
    fi
    # In a session of its own, so that closing the terminal doesn't end it, and ours doesn't wait.
    setsid "$root/tools/serve" --port "$port" --internal-port "$internal" >"$dev/log/portal" 2>&1 </dev/null &
    say $! >"$dev/portal.pid"
    tries=0
    until curl -fsS -o /dev/null "http://127.0.0.1:$internal/readyz" 2>/dev/null; do
        tries=$((tries + 1))
        running portal || stop "the portal ended: $(tail -n 1 "$dev/log/portal")"
        [ "$tries" -lt "${READY_S:-60}" ] || stop "the portal isn't ready after ${READY_S:-60} s: see .dev/log/portal"
        sleep 1
    done
    say "portal: http://localhost:$port"
}
# ANCHOR_END: serve

down() {
    if running portal; then
        run kill "$(cat "$dev/portal.pid")"
    fi
    if [ -e "$dev/data/PG_VERSION" ] && pg_ctl -D "$dev/data" status >/dev/null 2>&1; then
        run pg_ctl -D "$dev/data" -w -m fast stop >/dev/null
    fi
    [ -n "$dry" ] || rm -f "$dev/portal.pid"
    say "down: stopped"
}

up() {
    check
    [ -n "$dry" ] || mkdir -p "$dev/run" "$dev/log" "$dev/mail" "$dev/files"
    [ -n "$dry" ] || chmod 700 "$dev" "$dev/run"
    tools
    secrets
    database
    hooks
    serve
    say "done in $(($(date +%s) - started)) s"
}

if [ "${1:-}" = --dry-run ]; then
    dry=yes
    shift
fi
case ${1:-up} in
    up) up ;;
    check) check ;;
    down) down ;;
    reset)
        down
        run rm -rf "$dev/data" "$dev/loaded"
        up
        ;;
    *) stop "unknown: $1. Known are check, down, reset, --dry-run" ;;
esac
