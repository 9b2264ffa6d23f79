"""Finds and counts lines of the collected logs on ops-1. Standard library only.

    python3 logs.py index api-2026-11-25.json                      (a timer does it every minute)
    python3 logs.py find --reason CASE-4711 --trace 4bf92f3577b34da6a3ce929d0e0e4736
    python3 logs.py count --reason LEAK-12 --key ID --by data.client_address,data.route --days 30

An index is an SQLite file beside each day's file: ids, time, level, event and where the line stands. What it doesn't hold
is compared in the lines. Every search is itself logged, with who and why.
"""
import argparse
import collections
import contextlib
import datetime
import getpass
import json
import os
import sqlite3
import sys
import syslog
from pathlib import Path

FOLDER = Path(os.environ.get("HBL_LOGS", "/var/log/hbl"))
IDS = {"trace": "trace_id", "organisation": "organisation_id", "user": "user_id", "key": "key_id"}
LEVELS = ["debug", "info", "warning", "error", "critical"]


# ANCHOR: index
SCHEMA = """
create table if not exists lines (start integer primary key, time text, level integer, event text,
                                  trace_id blob, organisation_id blob, user_id blob, key_id blob);
create table if not exists upto (bytes integer);
create index if not exists lines_trace on lines (trace_id) where trace_id is not null;
create index if not exists lines_organisation on lines (organisation_id) where organisation_id is not null;
create index if not exists lines_key on lines (key_id) where key_id is not null;
"""


def index(path):
    """Adds the whole lines that have come since the last time; gives how many."""
    with contextlib.closing(sqlite3.connect(f"{path}.index")) as base, open(path, "rb") as file, base:
        base.executescript(SCHEMA)
        start = (base.execute("select max(bytes) from upto").fetchone()[0]) or 0
        file.seek(start)
        rows = []
        for line in file:
            if not line.endswith(b"\n"):
                break                     # Still being written.
            rows.append((start, *row(line)))
            start += len(line)
        base.executemany("insert into lines values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        base.execute("delete from upto")
        base.execute("insert into upto values (?)", (start,))
    return len(rows)


def row(line):
    fields = parsed(line)
    level = fields.get("level")
    return (fields.get("time"), LEVELS.index(level) if level in LEVELS else None, fields.get("event"),
            *(packed(fields.get(name)) for name in IDS.values()))


def parsed(line):
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def packed(text):
    """An id in half its room; hyphens don't count."""
    try:
        return bytes.fromhex(text.replace("-", "")) if text else None
    except (ValueError, AttributeError):
        return None
# ANCHOR_END: index


# ANCHOR: find
def find(path, ids=(), level=None, event=None, since=None, where=()):
    """The lines of a file that fit, in the order in which they arrived."""
    conditions, values = ["1"], []
    for name, text in ids:
        packed_id = packed(text)
        if packed_id is None:
            raise ValueError(f"{text} is no id")
        conditions.append(f"{IDS[name]} = ?")
        values.append(packed_id)
    for condition, value in (("level >= ?", LEVELS.index(level) if level else None), ("event = ?", event), ("time >= ?", since)):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    query = f"select start from lines where {' and '.join(conditions)} order by start"
    with contextlib.closing(sqlite3.connect(f"file:{path}.index?mode=ro", uri=True)) as base, open(path, "rb") as file:
        for (start,) in base.execute(query, values):
            file.seek(start)
            fields = parsed(file.readline())
            if all(str(field(fields, name)) == text for name, text in where):
                yield fields


def field(fields, name):
    """`data.route` → fields["data"]["route"]."""
    for part in name.split("."):
        fields = fields.get(part) if isinstance(fields, dict) else None
    return fields


def count(lines, by):
    return collections.Counter(tuple(str(field(line, name)) for name in by) for line in lines).most_common()
# ANCHOR_END: find


# ANCHOR: rules
DENIED = ("auth.scope_missing", "auth.role_missing")


def denied_often(lines, limit=20):
    """Callers that were denied more than `limit` times: of the last 10 minutes, for CallerDeniedOften."""
    found = count((line for line in lines if field(line, "data.code") in DENIED), ["organisation_id", "user_id", "key_id"])
    return [(caller, times) for caller, times in found if times > limit]
# ANCHOR_END: rules


def files(days, service=None, today=None):
    today = today or datetime.datetime.now(datetime.timezone.utc).date()
    for back in range(days - 1, -1, -1):
        yield from sorted(FOLDER.glob(f"{service or '*'}-{today - datetime.timedelta(days=back)}.json"))


def minutes_ago(number):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=number)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def note(options):
    """Who looked for what, and why: into the log of the system, which none of us can change."""
    asked = {name: text for name, text in vars(options).items() if text and name not in ("command", "reason")}
    syslog.openlog("log-search")
    syslog.syslog(syslog.LOG_NOTICE, json.dumps({"by": getpass.getuser(), "reason": options.reason, "asked": asked}))


def arguments(argv):
    parser = argparse.ArgumentParser(description="Finds and counts lines of the collected logs.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("index").add_argument("file", nargs="+")
    commands.add_parser("denied")
    for name in ("find", "count"):
        command = commands.add_parser(name)
        command.add_argument("--reason", required=True, help="a case, an incident or a ticket")
        for key in IDS:
            command.add_argument(f"--{key}")
        command.add_argument("--level", choices=LEVELS, help="this one and worse")
        command.add_argument("--event")
        command.add_argument("--since", help="2026-11-25T09:30")
        command.add_argument("--where", action="append", default=[], metavar="FIELD=VALUE")
        command.add_argument("--service")
        command.add_argument("--days", type=int, default=1)
        if name == "count":
            command.add_argument("--by", required=True, help="fields, separated by commas")
    return parser.parse_args(argv)


def main(argv=None, out=sys.stdout):
    options = arguments(argv)
    if options.command == "index":
        for path in options.file:
            print(f"{path}: {index(path)} lines", file=out)
        return
    if options.command == "denied":
        since = minutes_ago(10)
        callers = denied_often(line for path in files(2) for line in find(path, since=since))
        print(f'# TYPE log_rule_matches gauge\nlog_rule_matches{{rule="denied"}} {len(callers)}', file=out)
        return
    note(options)
    ids = [(name, getattr(options, name)) for name in IDS if getattr(options, name)]
    where = [part.split("=", 1) for part in options.where]
    lines = (line for path in files(options.days, options.service)
             for line in find(path, ids, options.level, options.event, options.since, where))
    if options.trace:
        lines = sorted(lines, key=lambda line: line.get("time") or "")  # Through all services, as it happened.
    if options.command == "count":
        for key, times in count(lines, options.by.split(",")):
            print(times, *key, sep="\t", file=out)
    else:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), file=out)


if __name__ == "__main__":
    main()
