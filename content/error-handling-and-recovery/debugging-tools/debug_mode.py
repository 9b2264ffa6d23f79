"""Debug mode: the level `debug` for one organisation, for a stated reason, until a time that can't be far.

    python3 debug_mode.py on ORGANISATION --minutes 30 --case CASE-4711 --by engineer:aoife
    python3 debug_mode.py off ORGANISATION
    python3 debug_mode.py list

The file lies in memory (/run), so that it is gone after a restart. Every process reads it every 10 seconds.
"""
import argparse
import json
import os
import re
import sys
import tempfile
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

LONGEST = timedelta(minutes=60)
MOST = 3
DEFAULT_FILE = Path("/run/hbl/debug.json")


def now():
    return datetime.now(timezone.utc)


# ANCHOR: mode
def read(path, at):
    """What is on at a time. A file that can't be read, or an entry that is odd, means off: never the other way."""
    try:
        entries = json.loads(Path(path).read_text(encoding="utf-8"))
        return {name: entry for name, entry in entries.items() if is_current(entry, at)}
    except (OSError, ValueError, AttributeError):
        return {}


def is_current(entry, at):
    """An entry that claims to last longer than is allowed is as good as none, whoever wrote it."""
    try:
        begins, ends = (datetime.fromisoformat(entry[key]) for key in ("begins", "ends"))
        return begins <= at < ends and ends - begins <= LONGEST
    except (KeyError, TypeError, ValueError):
        return False


def is_on(path, organisation, at=None):
    return str(organisation) in read(path, at or now())


def switch_on(path, organisation, minutes, case, by, at=None):
    at = at or now()
    uuid.UUID(organisation)
    if not 1 <= minutes <= LONGEST // timedelta(minutes=1):
        raise ValueError(f"from 1 to {LONGEST // timedelta(minutes=1)} minutes")
    if not re.fullmatch(r"(CASE|INC)-[0-9-]+", case) or not re.fullmatch(r"engineer:[a-z.]+", by):
        raise ValueError("a case (CASE-4711) or incident (INC-2026-09), and an engineer (engineer:aoife)")
    entries = read(path, at)
    if organisation not in entries and len(entries) >= MOST:
        raise ValueError(f"{MOST} organisations are in debug mode already")
    entries[organisation] = {"begins": at.isoformat(), "ends": (at + timedelta(minutes=minutes)).isoformat(),
                             "case": case, "by": by}
    write(path, entries)
    return entries[organisation]
# ANCHOR_END: mode


def switch_off(path, organisation, at=None):
    entries = read(path, at or now())
    entries.pop(organisation, None)
    write(path, entries)


def write(path, entries):
    path = Path(path)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump(entries, file, indent=1)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", type=Path, default=DEFAULT_FILE)
    commands = parser.add_subparsers(dest="command", required=True)
    on = commands.add_parser("on")
    on.add_argument("organisation")
    on.add_argument("--minutes", type=int, default=30)
    on.add_argument("--case", required=True)
    on.add_argument("--by", required=True)
    commands.add_parser("off").add_argument("organisation")
    commands.add_parser("list")
    options = parser.parse_args(arguments)
    try:
        if options.command == "on":
            entry = switch_on(options.file, options.organisation, options.minutes, options.case, options.by)
            print(f"debug for {options.organisation} until {entry['ends']}")
        elif options.command == "off":
            switch_off(options.file, options.organisation)
        for organisation, entry in read(options.file, now()).items() if options.command == "list" else ():
            print(organisation, entry["ends"], entry["case"], entry["by"])
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
