#!/usr/bin/env python3
"""Makes a handbook with a long history and measures `lacuna history` on it.

    python3 benches/history.py target/release/lacuna [COMMITS [DAYS [FOLDER]]]

Sixty gaps, listed and written bit by bit over the years: each commit edits a page, asks for or gives a
review, changes the list, the waivers or something beside the handbook; every tenth comes by a merge.
Cold is without `.lacuna/`, warm with it. Five rounds of each by turns, medians in seconds.
"""

import datetime
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

FIRST_DAY = datetime.date(2021, 1, 4)
SECTIONS = ["At a glance", "Why it matters", "Guidance", "Procedure", "Example", "Acceptance criteria",
            "References"]
TIERS = ["Critical", "Important", "Minor"]
AREAS, GAPS = 4, 5
SETTINGS = "".join(f'[people.{name}]\nname = "{name}"\n' for name in ("ann", "bea", "cat"))


class Handbook:
    """The files of the handbook as they change."""

    def __init__(self, chance):
        self.chance = chance
        words = "backup restore account key page team server cause change review deploy value request".split()
        self.words = words + [f"{a}{b}" for a in words for b in ("s", "ing", "er")]
        self.gaps = [(tier, area, gap) for tier in range(len(TIERS)) for area in range(AREAS)
                     for gap in range(GAPS)]
        self.listed = 20
        self.wording = [0] * len(self.gaps)
        self.pages = {}
        self.reviews = {}
        self.waived = {}
        self.other = 0

    def sentence(self):
        return " ".join(self.chance.choices(self.words, k=12)).capitalize() + "."

    def folder(self, number):
        tier, area, _ = self.gaps[number]
        return f"content/area-{tier}-{area}"

    def page(self, number):
        return f"{self.folder(number)}/gap-{self.gaps[number][2]}.md"

    def checklist(self):
        order = sorted(range(len(self.gaps)), key=lambda number: self.gaps[number])
        listed = set(self.chance_order()[:self.listed])
        lines, above = ["# What is missing"], (None, None)
        for number in (number for number in order if number in listed):
            tier, area, gap = self.gaps[number]
            if above[0] != tier:
                lines += ["", f"## {TIERS[tier]}"]
            if above != (tier, area):
                lines += ["", f"### Area {tier} {area} {{#area-{tier}-{area}}}", ""]
            above = (tier, area)
            lines.append(f"- **Gap {tier} {area} {gap}** {{#gap-{gap}}}: Nobody has written this, "
                         f"version {self.wording[number]}.")
        return "\n".join(lines) + "\n"

    def chance_order(self):
        order = list(range(len(self.gaps)))
        random.Random(7).shuffle(order)
        return order

    def some_listed(self):
        return self.chance.choice(self.chance_order()[:self.listed])

    def edit_page(self):
        number = self.some_listed()
        text = self.pages.setdefault(number, [])
        if len(text) < len(SECTIONS) and (not text or self.chance.random() < 0.3):
            text.append([" ".join(self.sentence() for _ in range(4)) for _ in range(2)])
        else:
            self.chance.choice(text)[self.chance.randrange(2)] = " ".join(self.sentence() for _ in range(4))
        body = "".join(f"\n## {name}\n\n" + "\n\n".join(paragraphs) + "\n"
                       for name, paragraphs in zip(SECTIONS, text))
        code = "\n```python\nfor key in keys:\n    print(key)\n```\n" if len(text) > 4 else ""
        return {self.page(number): f"---\ntags: [handbook]\n---\n{body}{code}"}

    def review(self, day):
        number = self.chance.choice(sorted(self.pages) or [0])
        verdict = self.chance.choice(["requested", "approved", "changes-requested"])
        digest = "v1-" + "".join(self.chance.choices("0123456789abcdef", k=32))
        self.reviews.setdefault(number, []).append(
            f"- {{ by: ann, on: {day}, verdict: {verdict}, method: read, author: bea, digest: {digest} }}\n")
        return {self.page(number).replace(".md", ".reviews.yaml"): "".join(self.reviews[number])}

    def change_list(self):
        if self.listed < len(self.gaps) and self.chance.random() < 0.4:
            self.listed += 1
        else:
            self.wording[self.some_listed()] += 1
        return {"content/checklist.md": self.checklist()}

    def waive(self, day):
        number = self.some_listed()
        self.waived[number] = day + datetime.timedelta(days=180)
        rows = [f"- {{ gap: {self.page(number)[len('content/'):-len('.md')]}, kind: accepted-risk, reason: no time, "
                f"requested_by: cat, approved_by: ann, approved_on: {until - datetime.timedelta(days=180)}, "
                f"expires: {until} }}\n" for number, until in sorted(self.waived.items())]
        return {"content/waivers.yaml": "".join(rows)}

    def change(self, day):
        dice = self.chance.random()
        if dice < 0.78:
            return self.edit_page()
        if dice < 0.87:
            return self.review(day)
        if dice < 0.92:
            return self.change_list()
        if dice < 0.95:
            return self.waive(day)
        self.other += 1
        return {"src/program.py": f"VERSION = {self.other}\n"}


def stream(commits, days):
    """The history as `git fast-import` reads it."""
    book = Handbook(random.Random(1))
    parts, mark = [], 0
    for number in range(commits):
        day = FIRST_DAY + datetime.timedelta(days=number * days // commits)
        files = {"book.toml": SETTINGS, "content/index.md": "# Home\n", "content/checklist.md": book.checklist()} \
            if number == 0 else book.change(day)
        seconds = int(time.mktime(day.timetuple())) + 36000 + number % 1000
        who = book.chance.choice(["Ann <ann@x>", "Bea <bea@x>", "Cat <cat@x>"])
        is_merge = number % 10 == 9
        branch = "refs/heads/side" if is_merge else "refs/heads/main"
        mark += 1
        parts.append(f"commit {branch}\nmark :{mark}\ncommitter {who} {seconds} +0000\ndata 6\nchange\n")
        parts.append(f"from :{mark - 1}\n" if mark > 1 else "")
        for name, text in files.items():
            parts.append(f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n")
        if is_merge:
            mark += 1
            parts.append(f"commit refs/heads/main\nmark :{mark}\ncommitter {who} {seconds} +0000\ndata 5\nmerge\n"
                         f"from :{mark - 2}\nmerge :{mark - 1}\n")
            for name, text in files.items():
                parts.append(f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n")
    return "".join(parts).encode()


def make(folder, commits, days):
    git = ["git", "-C", str(folder)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run([*git, "fast-import", "--quiet"], input=stream(commits, days), check=True)
    subprocess.run([*git, "reset", "-q", "--hard"], check=True)


def timed(program, folder):
    began = time.monotonic()
    output = subprocess.run([program, "--root", folder, "history", "--format", "csv"], check=True,
                            stdout=subprocess.PIPE)
    return time.monotonic() - began, output.stdout


def main():
    program = sys.argv[1]
    commits, days = (int(value) for value in [*sys.argv[2:4], *["5000", "1250"][len(sys.argv[2:4]):]])
    folder = pathlib.Path(sys.argv[4] if len(sys.argv) > 4 else tempfile.mkdtemp())
    if not (folder / ".git").exists():
        make(folder, commits, days)
    cold, warm = [], []
    for _ in range(5):
        shutil.rmtree(folder / ".lacuna", ignore_errors=True)
        seconds, first = timed(program, folder)
        cold.append(seconds)
        seconds, second = timed(program, folder)
        warm.append(seconds)
        assert first == second
    print(f"{commits} commits on {first.count(10) - 1} days: cold {statistics.median(cold):.2f} s, "
          f"warm {statistics.median(warm):.3f} s")
    if len(sys.argv) <= 4:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
