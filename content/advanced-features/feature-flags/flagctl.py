"""Keeps the flag file in order: checks it, says what changed, and turns flags off and on.

    python3 flagctl.py check flags.json [--today 2026-11-22]
    python3 flagctl.py changes old.json new.json
    python3 flagctl.py kill flags.json ops.webhook-delivery
    python3 flagctl.py restore flags.json ops.webhook-delivery
"""
import argparse
import csv
import datetime
import json
import os
import sys
from pathlib import Path

KINDS_FILE = Path(__file__).resolve().with_name("kinds.csv")
WARN_DAYS = 14


# ANCHOR: check
def problems(flags, kinds, today):
    """Yields (level, flag key, what is wrong) for what a schema can't say."""
    for key, flag in sorted(flags.items()):
        created, expires = (datetime.date.fromisoformat(flag[name]) for name in ("created", "expires"))
        limit = int(kinds[flag["kind"]]["max_days"])
        if expires < today:
            yield "error", key, f"expired on {expires}; {flag['owner']} removes it or renews it"
        elif (expires - today).days <= WARN_DAYS:
            yield "warning", key, f"expires on {expires}; {flag['owner']} plans its removal"
        if not 0 < (expires - created).days <= limit:
            yield "error", key, f"lives {(expires - created).days} days; {flag['kind']} may live 1 to {limit}"
        if not key.startswith(flag["kind"] + "."):
            yield "error", key, f"its name doesn't begin with its kind, {flag['kind']}"
        for variant in used_variants(flag):
            if variant not in flag["variants"]:
                yield "error", key, f"no variant is called {variant}"
        shares = [rule["percentage"] for rule in flag["rules"] if "percentage" in rule and "when" not in rule]
        if shares != sorted(set(shares)):
            yield "error", key, "percentages must rise from rule to rule, or a later rule never matches"
# ANCHOR_END: check


def used_variants(flag):
    rules = [rule["variant"] for rule in flag["rules"]]
    return sorted({flag["default_variant"], flag["off_variant"], *rules})


# ANCHOR: changes
def changes(old, new):
    """Yields one record for audit_log per flag that was added, changed or removed."""
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before != after:
            action = "flag.removed" if after is None else "flag.changed" if before else "flag.added"
            yield {"action": action, "target": key, "before": before, "after": after}
# ANCHOR_END: changes


def set_state(path, key, state):
    content = read(path)
    if key not in content["flags"]:
        raise SystemExit(f"error: no flag is called {key}")
    content["flags"][key]["state"] = state
    write(path, content)


def read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write(path, content):
    """Replaces the file in one step, so that nobody reads half of it."""
    temporary = Path(f"{path}.new")
    temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def read_kinds(path=KINDS_FILE):
    with open(path, encoding="utf-8", newline="") as file:
        return {row["kind"]: row for row in csv.DictReader(file)}


def check(path, today):
    found = list(problems(read(path)["flags"], read_kinds(), today))
    for level, key, text in found:
        print(f"{level}: {key}: {text}")
    errors = sum(level == "error" for level, _, _ in found)
    print(f"{len(read(path)['flags'])} flags, {errors} errors, {len(found) - errors} warnings")
    return 1 if errors else 0


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Keeps the flag file in order.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("check")
    command.add_argument("file")
    command.add_argument("--today", type=datetime.date.fromisoformat, default=None)
    command = commands.add_parser("changes")
    command.add_argument("old")
    command.add_argument("new")
    for name in ("kill", "restore"):
        command = commands.add_parser(name)
        command.add_argument("file")
        command.add_argument("flag")
    given = parser.parse_args(arguments)
    if given.command == "check":
        return check(given.file, given.today or datetime.datetime.now(datetime.timezone.utc).date())
    if given.command == "changes":
        for record in changes(read(given.old)["flags"], read(given.new)["flags"]):
            print(json.dumps(record, ensure_ascii=False))
        return 0
    state = "DISABLED" if given.command == "kill" else "ENABLED"
    set_state(given.file, given.flag, state)
    print(f"{given.flag} is now {state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
