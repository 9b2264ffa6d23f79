"""Writes CODEOWNERS and the reviewers of the ruleset from paths.csv, and says what a change still needs.

    python3 codeowners.py owners > .github/CODEOWNERS
    python3 codeowners.py reviewers                            for `required_reviewers` of the ruleset
    python3 codeowners.py who api/invoices.py docs/readme.txt
    python3 codeowners.py check CODEOWNERS                     faults; exit status 1 if there is one
"""
import argparse
import csv
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROUP = "@harbourline/"
EACH = {"any": 0, "each": 1, "two": 2}


def read(path=HERE / "paths.csv"):
    with open(path, encoding="utf-8", newline="") as file:
        return [{**row, "owners": row["owners"].split()} for row in csv.DictReader(file)]


# ANCHOR: write
def owners_file(rows):
    """Whom the forge asks. The last line that matches a path counts; one of its owners must approve."""
    yield "# Written by codeowners.py from paths.csv: change that file."
    width = max(len(row["path"]) for row in rows)
    for row in rows:
        yield f"{row['path']:{width}}  {' '.join(GROUP + owner for owner in row['owners'])}"


def reviewers(rows):
    """How many of each group, which CODEOWNERS can't say: a part of the rule `pull_request` of the ruleset."""
    return [{"file_patterns": [row["path"]], "minimum_approvals": EACH[row["approvals"]],
             "reviewer": {"type": "Team", "id": owner}}
            for row in rows if EACH[row["approvals"]] for owner in row["owners"]]
# ANCHOR_END: write


# ANCHOR: who
def row_of(rows, path):
    return [row for row in rows if matches(row["path"], path)][-1]


def matches(pattern, path):
    """`*` is everything, `/a/` all below a folder at the root, `/a/b.c` that file; `check` allows nothing else."""
    return pattern == "*" or (path.startswith(pattern[1:]) if pattern.endswith("/") else path == pattern[1:])


def missing(rows, paths, author, approved, groups):
    """What a change still needs. `groups` has the people of each owner; nobody approves their own change."""
    approved = set(approved) - {author}
    for row in {row_of(rows, path)["path"]: row_of(rows, path) for path in paths}.values():
        if not any(approved & groups[owner] for owner in row["owners"]):
            yield f"{row['path']}: one of {' or '.join(row['owners'])}"
        elif EACH[row["approvals"]]:
            for owner in row["owners"]:
                if len(approved & groups[owner]) < EACH[row["approvals"]]:
                    yield f"{row['path']}: {EACH[row['approvals']]} of {owner}"
# ANCHOR_END: who


# ANCHOR: check
def check(text, rows, known):
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines != [line.split() for line in owners_file(rows) if not line.startswith("#")]:
        yield "CODEOWNERS differs from paths.csv: write it again"
    if not lines or lines[0][0] != "*":
        yield "the first line is *, so that no path is without an owner"
    for place, (pattern, *named) in enumerate(lines):
        if not named:
            yield f"{pattern}: without an owner anybody may approve"
        for owner in named:
            if owner not in {GROUP + one for one in known}:
                yield f"{pattern}: {owner} isn't a group of ours; people come and go"
        if pattern != "*" and (not pattern.startswith("/") or set(pattern) & set("*?[! ")):
            yield f"{pattern}: a path from the root, without wildcards"
        for other, *_ in lines[1:place] + lines[place + 1:]:
            if pattern != "*" and (other == pattern or other.endswith("/") and pattern.startswith(other)):
                yield f"{pattern}: lies in {other}, and only one of the two would count"
# ANCHOR_END: check


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("owners")
    commands.add_parser("reviewers")
    commands.add_parser("who").add_argument("paths", nargs="+")
    commands.add_parser("check").add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    rows, faults = read(), []
    if options.command == "owners":
        print(*owners_file(rows), sep="\n")
    elif options.command == "reviewers":
        print(json.dumps(reviewers(rows), indent=2))
    elif options.command == "who":
        for path in options.paths:
            row = row_of(rows, path)
            print(f"{path}: {row['approvals']} of {' and '.join(row['owners'])}. {row['why']}")
    else:
        faults = list(check(options.file.read_text(encoding="utf-8"), rows, {one for row in rows for one in row["owners"]}))
        print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
