"""Checks that a legal text has a section for each line of a law, and that the section says it.

    python3 coverage.py PAGE TABLE

PAGE is a Markdown file whose part `## Text` or `## Template` has the text with a heading of level 3 for each section.
TABLE has the columns law, article, asks, section, words: `words` must stand in the section, as it is written in the file.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path


def sections(page: str) -> dict[str, str]:
    """The sections of the text by their headings, without numbers: `4. Who we are` is `Who we are`."""
    text = re.split(r"^## (?:Text|Template)$", page, maxsplit=1, flags=re.M)[-1]
    text = re.split(r"^## ", text, maxsplit=1, flags=re.M)[0]
    parts = re.split(r"^### (?:\d+\. )?(.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def faults(page: str, table: list[dict], required: set[tuple[str, str]] = frozenset()) -> list[str]:
    """What is missing: articles that the table lacks, sections that the text lacks, words that the section lacks."""
    found = [f"{law} {article}: not in the table"
             for law, article in sorted(required - {(row["law"], row["article"]) for row in table})]
    text = sections(page)
    for row in table:
        place = f"{row['law']} {row['article']}"
        if row["section"] not in text:
            found.append(f"{place}: no section “{row['section']}”")
        elif row["words"] not in " ".join(text[row["section"]].split()):
            found.append(f"{place}: “{row['section']}” doesn't say “{row['words']}”")
    return found


def read(path: Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = faults(Path(arguments[0]).read_text(encoding="utf-8"), read(Path(arguments[1])))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
