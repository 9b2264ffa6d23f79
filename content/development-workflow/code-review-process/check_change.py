"""Holds the text of a pull request and the size of its change to the rules of the page.

    git diff --numstat origin/main...HEAD > numstat.txt
    python3 check_change.py pull-request.txt --numstat numstat.txt --providers providers.csv

One line for each fault; exit status 1 if there is one.
"""
import argparse
import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MOST_LINES = 400
# What nobody reads line by line; it is checked by what makes it.
MADE = (".lock", ".svg", ".snap", "harbourline/vocabulary.json")


# ANCHOR: text
def sections(text):
    """Heading to text, without comments."""
    parts = re.split(r"^## (.+)$", re.sub(r"<!--.*?-->", "", text, flags=re.S), flags=re.M)
    return {title.strip(): body.strip() for title, body in zip(parts[1::2], parts[2::2])}


def text_faults(text, template, assistants):
    given = sections(text)
    for title, left in sections(template).items():
        if title not in given:
            yield f"section {title} is gone"
        elif not given[title] or given[title] == left:
            yield f"section {title} is empty"
    for line in re.findall(r"^- \[ \] .+(?:\n(?!- ).+)*", text, re.M):
        if not re.search(r"\bn/a: \S", line):
            yield f"open, without “n/a: why”: {line[6:60]}"
    ticket = re.search(r"^Ticket:(.*)$", text, re.M)
    if not ticket or not re.fullmatch(r" (T-[1-9]\d*|none: .+)", ticket[1]):
        yield "the ticket is T- and a number, or “none: why”"
    yield from assistant_faults(given.get("Assistant", ""), assistants)


def assistant_faults(answer, assistants):
    name, _, what = answer.partition(":")
    if answer and answer != "none" and name not in assistants:
        yield f"{name} isn't an assistant of the register: it may not get our code"
    elif answer and answer != "none" and not what.strip():
        yield f"say what {name} wrote"
# ANCHOR_END: text


# ANCHOR: size
def size_faults(numstat, text):
    """Lines that somebody must read: added and taken away, without what programs write."""
    lines = 0
    for row in numstat.splitlines():
        added, gone, path = row.split("\t", 2)
        if added != "-" and not path.endswith(MADE):
            lines += int(added) + int(gone)
    if lines > MOST_LINES and not re.search(r"^Size: \S", text, re.M):
        yield f"{lines} lines to read, at most {MOST_LINES}: split it, or say why not in a line “Size: …”"
# ANCHOR_END: size


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--numstat", type=Path, required=True)
    parser.add_argument("--providers", type=Path, required=True)
    options = parser.parse_args(arguments)
    text = options.text.read_text(encoding="utf-8")
    with open(options.providers, encoding="utf-8", newline="") as file:
        assistants = {row["id"] for row in csv.DictReader(file) if row["id"].startswith("ai-")}
    template = (HERE / "pull-request-template.txt").read_text(encoding="utf-8")
    faults = [*text_faults(text, template, assistants), *size_faults(options.numstat.read_text(encoding="utf-8"), text)]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
