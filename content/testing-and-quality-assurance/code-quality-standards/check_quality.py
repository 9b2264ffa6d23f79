"""What no linter checks: exceptions that have run out, licences, functions that are too long.

    python3 check_quality.py --exceptions exceptions.csv --dependencies dependencies-sample.csv --code src

One line for each fault; exit status 1 if there is one. Needs the lists beside this file.
"""
import argparse
import ast
import csv
import re
import sys
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_EXCEPTION = timedelta(days=180)
LONGEST_FUNCTION = 60


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ANCHOR: exceptions
def exception_faults(rows, today):
    """An exception has a path, a rule, a reason, an owner, and an end that is near and not past."""
    for row in rows:
        until = date.fromisoformat(row["until"])
        if not all(row.values()):
            yield f"exception without {', '.join(key for key, value in row.items() if not value)}: {row['path']}"
        if until < today:
            yield f"exception ran out on {until}: {row['path']} ({row['owner']})"
        elif until - today > LONGEST_EXCEPTION:
            yield f"exception longer than {LONGEST_EXCEPTION.days} days: {row['path']}"
# ANCHOR_END: exceptions


# ANCHOR: licences
def licence_faults(dependencies, verdicts, approvals):
    """`A OR B` is fine if one of them is; `A AND B` only if both are."""
    approved = {(row["name"], row["licence"]) for row in approvals}
    for row in dependencies:
        fine = any(all(allowed(part.strip(), row, verdicts, approved) for part in choice.split(" AND "))
                   for choice in re.sub(r"[()]", "", row["licence"]).split(" OR "))
        if not fine:
            yield f"licence not allowed: {row['name']} {row['version']}: {row['licence'] or 'unknown'} ({row['use']})"


def allowed(licence, row, verdicts, approved):
    verdict = verdicts.get(licence, "never")
    return (verdict == "allowed" or (verdict == "tools only" and row["use"] == "tool")
            or (verdict == "ask legal" and (row["name"], row["licence"]) in approved))
# ANCHOR_END: licences


# ANCHOR: length
def length_faults(path):
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {LONGEST_FUNCTION}"
# ANCHOR_END: length


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exceptions", type=Path)
    parser.add_argument("--dependencies", type=Path)
    parser.add_argument("--code", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    options = parser.parse_args(arguments)
    faults = []
    if options.exceptions:
        faults += exception_faults(table(options.exceptions), options.today)
    if options.dependencies:
        verdicts = {row["licence"]: row["verdict"] for row in table(HERE / "licences.csv")}
        faults += licence_faults(table(options.dependencies), verdicts, table(HERE / "approvals.csv"))
    for path in sorted(options.code.rglob("*.py")) if options.code else ():
        faults += length_faults(path)
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
