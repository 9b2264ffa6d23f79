"""The clocks of support: when an answer and a solution are due, and how many were in time.

    python3 desk.py due P2 team 2026-10-23T15:00+00:00     # case opened on the Friday before a public holiday
    python3 desk.py report cases.csv                       # shares answered and solved in time, by plan
    python3 desk.py holidays 2027

Minutes in working hours count from Monday to Friday between the hours of organisation.yaml, without Irish public
holidays. A case waits for the client while its status is `waiting`: that pauses the aim, never the first answer.
"""

import argparse
import csv
import re
import sys
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "reference"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def organisation(key):
    text = (REFERENCE / "organisation.yaml").read_text(encoding="utf-8")
    return re.search(rf'^ *{key}: "?([^"\n]+)"?$', text, re.M)[1]


ZONE = ZoneInfo(organisation("timezone"))
OPENS, CLOSES = time.fromisoformat(organisation("opens")), time.fromisoformat(organisation("closes"))
TARGETS = {(row["priority"], row["plan"]): row for row in rows(REFERENCE / "support.csv")}


# ANCHOR: holidays
def easter(year):
    """Easter Sunday of the Gregorian calendar."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def first_monday(year, month):
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def holidays(year):
    """Ireland's ten public holidays. One that falls on a weekend closes no other day here."""
    brigid = date(year, 2, 1) if date(year, 2, 1).weekday() == 4 else first_monday(year, 2)
    october = first_monday(year, 11) - timedelta(days=7)  # The last Monday of October.
    return {date(year, 1, 1), brigid, date(year, 3, 17), easter(year) + timedelta(days=1), first_monday(year, 5),
            first_monday(year, 6), first_monday(year, 8), october, date(year, 12, 25), date(year, 12, 26)}
# ANCHOR_END: holidays


def is_open(day):
    return day.weekday() < 5 and day not in holidays(day.year)


# ANCHOR: due
def due(opened, minutes, hours):
    """The moment when so many minutes have passed, at all hours or in working hours."""
    if hours == "all":
        return opened.astimezone(timezone.utc) + timedelta(minutes=minutes)  # In UTC: a night may have 23 or 25 hours.
    at = opened.astimezone(ZONE)
    left = timedelta(minutes=minutes)
    while True:
        start, end = (datetime.combine(at.date(), bound, ZONE) for bound in (OPENS, CLOSES))
        if is_open(at.date()) and at < end:
            at = max(at, start)
            if left <= end - at:
                return at + left
            left -= end - at
        at = datetime.combine(at.date() + timedelta(days=1), OPENS, ZONE)


def clocks(priority, plan, opened, waited=0):
    """When the answer and the solution are due; None where there is no aim. `waited`: minutes of that kind spent waiting."""
    target = TARGETS[priority, plan]
    answer = due(opened, int(target["response_min"]), target["hours"])
    solution = None if target["target_min"] == "none" else due(opened, int(target["target_min"]) + waited, target["hours"])
    return answer, solution
# ANCHOR_END: due


# ANCHOR: report
def report(cases):
    """For each plan: cases, answered in time, with an aim, solved in time."""
    found = {}
    for case in cases:
        opened, answered, closed = (datetime.fromisoformat(case[key]) for key in ("opened", "answered", "closed"))
        answer, solution = clocks(case["priority"], case["plan"], opened, int(case["waited_min"]))
        counts = found.setdefault(case["plan"], [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += answered <= answer
        counts[2] += solution is not None
        counts[3] += solution is not None and closed <= solution
    return found
# ANCHOR_END: report


def satisfaction(cases):
    """Share of good among those who answered, and how many did."""
    verdicts = [case["verdict"] for case in cases if case["verdict"]]
    return (verdicts.count("good") * 100 // len(verdicts) if verdicts else None), len(verdicts)


def words(minutes):
    if minutes == "none":
        return "no aim"
    return f"{int(minutes) // 60} hours" if int(minutes) >= 60 else f"{minutes} minutes"


def main(arguments):
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("due")
    one.add_argument("priority")
    one.add_argument("plan")
    one.add_argument("opened", type=datetime.fromisoformat, help="with its offset")
    one.add_argument("--waited", type=int, default=0)
    commands.add_parser("report").add_argument("file", type=Path)
    commands.add_parser("holidays").add_argument("year", type=int)
    given = parser.parse_args(arguments)
    if given.command == "due":
        if given.opened.tzinfo is None or (given.priority, given.plan) not in TARGETS:
            sys.exit("a known priority and plan, and a time with its offset, such as 2026-10-23T15:00+00:00")
        answer, solution = clocks(given.priority, given.plan, given.opened, given.waited)
        print(f"answer by   {answer.astimezone(ZONE):%a %d %b %Y %H:%M %Z}")
        print(f"solution by {solution.astimezone(ZONE):%a %d %b %Y %H:%M %Z}" if solution else "no aim for a solution")
    elif given.command == "report":
        cases = rows(given.file)
        for plan, (count, answered, aimed, solved) in report(cases).items():
            print(f"{plan:<9}{count:>3} cases  answered in time {answered}/{count}  solved in time {solved}/{aimed}")
        share, count = satisfaction(cases)
        print(f"{share} % good of {count} verdicts")
    else:
        print("\n".join(f"{day:%a %d %b %Y}" for day in sorted(holidays(given.year))))


if __name__ == "__main__":
    main(sys.argv[1:])
