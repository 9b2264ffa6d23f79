"""Holds the words of pages to the rules of the page: what a program can see of style.

    python3 check_style.py ../../*/*/index.md
    python3 check_style.py samples/good.txt

One line for each fault; exit status 1 if there is one. Code, addresses and quotations in backticks are left alone.
"""
import argparse
import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_SENTENCE = 40
# Words that keep their capital inside a heading. Those with a digit or a second capital do so by themselves.
NAMES = set("Debian Python Git Docker Google Friday Monday Tuesday January Dublin Ireland Europe Canada Brazil Australia"
            " Deploy Fridays Annex Chromium Grafana Prometheus Belgium Poland France Parliament Node".split())
DATE = re.compile(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b(?:January|February|March|April|May|June|July|August|September|October"
                  r"|November|December) \d{1,2}, \d{4}\b")


def words(path=HERE / "words.csv"):
    with open(path, encoding="utf-8", newline="") as file:
        return [(re.compile(rf"(?<![\w-]){re.escape(row['word'])}(?![\w-])", re.I), row) for row in csv.DictReader(file)]


# ANCHOR: text
def lines_of(text):
    """(number, line) of what people read: without front matter, code, comments, addresses and directives."""
    text = re.sub(r"\A---\n.*?\n---\n", lambda found: "\n" * found[0].count("\n"), text, flags=re.S)
    text = re.sub(r"^( *)(`{3,})[^\n]*\n.*?^\1\2 *$", lambda found: "\n" * found[0].count("\n"), text, flags=re.S | re.M)
    text = re.sub(r"<!--.*?-->", lambda found: "\n" * found[0].count("\n"), text, flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        line = re.sub(r"`[^`]*`", "`x`", line)
        line = re.sub(r"\{\{#\w+[^}]*\}\}", "7", line)
        yield number, re.sub(r"\]\([^)]*\)", "]", line)
# ANCHOR_END: text


# ANCHOR: rules
def page_faults(text, banned):
    for number, line in lines_of(text):
        heading = re.match(r"(#{1,6}) (.+)", line)
        if heading:
            yield from ((number, fault) for fault in heading_faults(len(heading[1]), heading[2]))
            continue
        if re.match(r"\s*\|", line):
            line = line.strip().strip("|")
        for pattern, row in banned:
            if pattern.search(line):
                yield number, f"S1 {row['word']}: write {row['write']}. {row['why']}"
        if re.search(r"\[(here|this|link|click here|this page|more)\]", line, re.I):
            yield number, "S4 the words of a link say where it leads"
        if DATE.search(line):
            yield number, f"S5 {DATE.search(line)[0]}: write a date as 2026-11-25"
        if re.search(r"\w!(\s|$)", line):
            yield number, "S6 no exclamation mark"
        for sentence in re.split(r"[.:;?|](?:\s|$)|\*\*", line):
            count = len(re.findall(r"[\w'’-]+", sentence))
            if count > LONGEST_SENTENCE:
                yield number, f"S3 {count} words without a stop, at most {LONGEST_SENTENCE}: {' '.join(sentence.split()[:5])}…"


def heading_faults(level, title):
    """Titles of pages are the names of gaps and keep their capitals."""
    if title.rstrip("`*").endswith((".", ":", "!")):
        yield f"S2 no stop at the end of a heading: {title}"
    for word in re.findall(r"(?<![\w.-])[A-Z][a-z]+\b", re.sub(r"^(\d+\. )?\W*\w+|\"[^\"]*\"", "", title)) if level > 1 else ():
        if word not in NAMES:
            yield f"S2 only the first word of a heading has a capital: {word} in “{title}”"
# ANCHOR_END: rules


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path, nargs="+")
    banned, count = words(), 0
    for page in parser.parse_args(arguments).pages:
        for number, fault in page_faults(page.read_text(encoding="utf-8"), banned):
            print(f"{page}:{number}: {fault}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
