"""Applies SQL migrations to PostgreSQL through psql, one at a time, each one whole or not at all.

    python3 migrate.py check                 reads the files only; exit status 1 if one breaks a rule
    python3 migrate.py status                what is applied and what is pending
    python3 migrate.py up [VERSION]          applies pending ones, up to VERSION
    python3 migrate.py down VERSION          undoes the newest ones until VERSION is undone

Files are migrations/NNNN_name.up.sql and .down.sql. The connection comes from PGSERVICE, PGHOST and the like.
A file whose first line is `-- no transaction` runs statement by statement, for what PostgreSQL can't do otherwise.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "migrations"
NAME = re.compile(r"(\d{4})_((?:expand|backfill|index|contract|data)_[a-z0-9_]+)\.(up|down)\.sql")
LOCK_TIMEOUT = "2s"
LOCK_TIMEOUT_IN_STEPS = "60s"  # What may stand there keeps nobody from reading or writing while it waits.
STATEMENT_TIMEOUT = "30s"
TRIES = 5
PAUSE_S = 10
LOCK = 20201  # The advisory lock that keeps a second runner out.


class Fault(Exception):
    """What the person at the keyboard must know; printed without a traceback."""


@dataclass(frozen=True)
class Migration:
    version: str
    name: str
    up: str
    down: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.up.encode()).hexdigest()


def read(folder: Path) -> list[Migration]:
    """All migrations in their order. Versions may not be missing or stand twice."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.sql")):
        match = NAME.fullmatch(path.name)
        if not match:
            raise Fault(f"{path.name}: name it NNNN_kind_what.up.sql, kind one of expand, backfill, index, contract, data")
        version, name, direction = match.groups()
        parts = found.setdefault(version, {"name": name})
        if parts["name"] != name:
            raise Fault(f"{path.name}: version {version} is taken by {parts['name']}")
        parts[direction] = path.read_text(encoding="utf-8")
    for version, parts in found.items():
        if len(parts) != 3:
            raise Fault(f"{version}_{parts['name']}: both .up.sql and .down.sql are needed")
    first = int(min(found, default="1"))
    if [int(version) for version in found] != list(range(first, first + len(found))):
        raise Fault("a version is missing between the first and the last")
    return [Migration(version, **parts) for version, parts in found.items()]


# ANCHOR: rules
RULES = [
    # (what is looked for, unless this is in the statement, in which kinds, what to do instead)
    (r"\bcreate (unique )?index\b", r"\bconcurrently\b", "expand backfill index data contract",
     "build it with `create index concurrently` in a file without a transaction"),
    (r"\badd column\b.*\bnot null\b", r"\bdefault\b", "expand backfill index data contract",
     "add the column empty, fill it, then set not null"),
    (r"\badd constraint\b.*\b(check|foreign key)\b", r"\bnot valid\b", "expand backfill index data contract",
     "add it `not valid`, and validate it in a later file"),
    (r"\badd constraint\b.*\b(unique|primary key)\b", r"\busing index\b", "expand backfill index data contract",
     "build the index concurrently, then add the constraint `using index`"),
    (r"\balter column \w+ (set data )?type\b", None, "expand backfill index data contract",
     "add a column of the new type and move over"),
    (r"\brename (column|to)\b", None, "expand backfill index data contract",
     "a rename breaks the running release: add the new name, move over, drop the old one"),
    (r"\bdrop (column|table|constraint)\b", None, "expand backfill index data",
     "only a contract migration takes something away"),
    (r"^(update|delete from)\b(?!.*\bwhere\b)", None, "expand backfill index data contract",
     "write it in batches, with a condition"),
    (r"^\s*(begin|commit|rollback)\s*$", None, "expand backfill index data contract",
     "the runner opens and ends the transaction"),
    (r"\bcascade\b", None, "expand backfill index data contract", "name what is dropped"),
]


# What may stand in a file without a transaction. Such a file can stop half-way, so it must be fit to run again.
STEPS = re.compile(r"(create (unique )?index concurrently|drop index concurrently|create or replace procedure"
                   r"|drop procedure|call|alter table \w+ validate constraint)\b")


def check(migration: Migration) -> list[str]:
    """What a reviewer would refuse, for the way up. Bodies of functions are not looked into."""
    kind, problems = migration.name.split("_")[0], []
    text = re.sub(r"\$\$.*?\$\$", "$$", re.sub(r"--[^\n]*", "", migration.up), flags=re.S)
    for flat in filter(None, (" ".join(statement.lower().split()) for statement in text.split(";"))):
        if in_steps(migration.up) and not STEPS.match(flat):
            problems.append(f"{migration.version}_{migration.name}: this needs a transaction: {flat[:60]}")
        for pattern, unless, kinds, advice in RULES:
            if re.search(pattern, flat) and kind in kinds.split() and not (unless and re.search(unless, flat)):
                problems.append(f"{migration.version}_{migration.name}: {advice}: {flat[:60]}")
    if "concurrently" in text.lower() and not in_steps(migration.up):
        problems.append(f"{migration.version}_{migration.name}: begin the file with `-- no transaction`")
    return problems
# ANCHOR_END: rules


def in_steps(sql: str) -> bool:
    return sql.startswith("-- no transaction\n")


# ANCHOR: run
def run(sql: str, record: str) -> None:
    """Runs one file and its record. Gives up a lock that isn't had in 2 s, so that nobody queues behind us."""
    if in_steps(sql):
        # A session lock: this file has no transaction that could hold it.
        limits = f"set lock_timeout = '{LOCK_TIMEOUT_IN_STEPS}';\nselect pg_advisory_lock({LOCK});\n"
    else:
        limits = (f"set lock_timeout = '{LOCK_TIMEOUT}';\nset statement_timeout = '{STATEMENT_TIMEOUT}';\n"
                  f"select pg_advisory_xact_lock({LOCK});\n")
    psql(f"{limits}{sql}\n{record}", whole=not in_steps(sql))


def with_patience(sql: str, record: str) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            return run(sql, record)
        except Fault as fault:
            if "lock timeout" not in str(fault) or attempt == TRIES:
                raise
            print(f"  waits for a lock, attempt {attempt} of {TRIES}", flush=True)
            time.sleep(PAUSE_S)
# ANCHOR_END: run


def psql(sql: str, whole: bool) -> str:
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *(["-1"] if whole else []), "-f", "-"]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Fault(done.stderr.strip())
    return done.stdout.strip()


def applied() -> dict[str, str]:
    output = psql("select version, checksum from schema_migrations order by version", whole=True)
    return dict(line.split("|") for line in output.splitlines())


def unchanged(migrations: list[Migration], done: dict[str, str]) -> None:
    for migration in migrations:
        if done.get(migration.version, migration.checksum) != migration.checksum:
            raise Fault(f"{migration.version}_{migration.name}: was changed after it was applied; write a new one")


# ANCHOR: steps
def up(migrations: list[Migration], until: str = "9999") -> None:
    done = applied()
    unchanged(migrations, done)
    for migration in migrations:
        if migration.version in done or migration.version > until:
            continue
        record = (f"insert into schema_migrations (version, name, checksum) values"
                  f" ('{migration.version}', '{migration.name}', '{migration.checksum}');")
        with_patience(migration.up, record)
        print(f"applied {migration.version}_{migration.name}")


def down(migrations: list[Migration], version: str) -> None:
    done = applied()
    for migration in reversed(migrations):
        if migration.version in done and migration.version >= version:
            with_patience(migration.down, f"delete from schema_migrations where version = '{migration.version}';")
            print(f"undone {migration.version}_{migration.name}")
# ANCHOR_END: steps


def status(migrations: list[Migration]) -> None:
    done = applied()
    unchanged(migrations, done)
    for migration in migrations:
        print(f"{migration.version}_{migration.name} {'applied' if migration.version in done else 'pending'}")


def main(arguments: list[str]) -> int:
    try:
        migrations = read(FOLDER)
        match arguments:
            case ["check"]:
                problems = [problem for migration in migrations for problem in check(migration)]
                print("\n".join(problems) or f"{len(migrations)} migrations, no problems")
                return 1 if problems else 0
            case ["status"]:
                status(migrations)
            case ["up"] | ["up", _]:
                up(migrations, *arguments[1:])
            case ["down", version]:
                down(migrations, version)
            case _:
                print(__doc__)
                return 2
    except Fault as fault:
        print(f"migrate: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
