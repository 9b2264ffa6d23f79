"""Checks the editorial calendar and says what is due.

    python3 content_calendar.py --today 2026-11-25

Reads calendar.csv, pillars.csv, audiences.csv and kinds.csv beside it.
"""

import argparse
import csv
import sys
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent

STEPS = ("planned", "briefed", "drafted", "checked", "published", "withdrawn")
# How many days before its day a text must have reached the step.
AHEAD = {"briefed": 28, "drafted": 14, "checked": 5}
GAP_DAYS = 45  # Longer than this between two texts, and readers stop coming back.
APART = 10  # Per cent that a pillar's share of the last 12 months may be from its target.


def rows(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def months_later(day, months):
    """The same day so many months later; the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# ANCHOR: due
def due(texts, kinds, today):
    """What has to be done now, the most overdue first: `(days overdue, id, what)`."""
    found = []
    for text in texts:
        day, step = date.fromisoformat(text["on"]), STEPS.index(text["status"])
        if text["status"] == "published":
            months = kinds[text["kind"]]["refresh_months"]
            if months != "none":
                last = date.fromisoformat(text["checked_on"] or text["on"])
                found.append(((today - months_later(last, int(months))).days, text["id"], "read again"))
        elif text["status"] != "withdrawn":
            late = [((today - day).days + days, text["id"], f"not {name} yet")
                    for name, days in AHEAD.items() if step < STEPS.index(name)]
            found += late or [((today - day).days, text["id"], "not published yet")]
    return sorted((item for item in found if item[0] >= 0), reverse=True)
# ANCHOR_END: due


# ANCHOR: faults
def faults(texts, pillars, audiences, kinds, today):
    """What is wrong with the calendar as a whole."""
    found = []
    for text in texts:
        pillar = pillars.get(text["pillar"])
        for name, known in (("kind", kinds), ("pillar", pillars), ("audience", audiences)):
            if text[name] not in known:
                found.append(f"{text['id']}: no such {name}: {text[name]}")
        if pillar and text["audience"] in audiences and text["audience"] not in pillar["audiences"].split():
            found.append(f"{text['id']}: {text['pillar']} isn't for {text['audience']}")
        if text["status"] == "published" and date.fromisoformat(text["on"]) > today:
            found.append(f"{text['id']}: published, but its day is to come")
    for name, count in Counter(text["id"] for text in texts).items():
        if count > 1:
            found.append(f"{name}: stands {count} times")
    days = sorted(date.fromisoformat(text["on"]) for text in texts if text["status"] != "withdrawn")
    for one, two in zip(days, days[1:]):
        if (two - one).days > GAP_DAYS:
            found.append(f"{one} to {two}: {(two - one).days} days without a text")
    year = [text for text in texts if text["status"] == "published"
            and today - timedelta(days=365) < date.fromisoformat(text["on"]) <= today]
    for name, pillar in pillars.items():
        share = round(100 * sum(text["pillar"] == name for text in year) / len(year)) if year else 0
        if len(year) >= 8 and abs(share - int(pillar["share"])) > APART:
            found.append(f"{name}: {share} % of the year's texts, wanted {pillar['share']} %")
    return found
# ANCHOR_END: faults


def main(arguments):
    parser = argparse.ArgumentParser(description="Checks the editorial calendar and says what is due.")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    today = parser.parse_args(arguments).today
    tables = [{row[key]: row for row in rows(name)} for name, key in
              (("pillars.csv", "id"), ("audiences.csv", "id"), ("kinds.csv", "kind"))]
    texts = rows("calendar.csv")
    found = faults(texts, *tables, today)
    for days, name, what in due(texts, tables[2], today):
        print(f"{name:<24} {what}, {days} days overdue" if days else f"{name:<24} {what}, due today")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
