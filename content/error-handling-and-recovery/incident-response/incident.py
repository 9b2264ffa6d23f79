"""Decides how bad an incident is, whom it reaches when, and which legal clocks run.

    python3 incident.py severity main-function risk --at 2026-11-25T22:10
    python3 incident.py clocks client-data us --aware 2026-11-25T22:30

Figures come from content/reference; the questions and the contacts lie beside this file. Times without an
offset are taken in the organisation's time zone.
"""
import argparse
import csv
import re
import sys
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "reference"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def organisation(key):
    text = (REFERENCE / "organisation.yaml").read_text(encoding="utf-8")
    return re.search(rf'^ *{key}: "?([^"\n]+)"?$', text, re.M)[1]


QUESTIONS = table(HERE / "questions.csv")
SEVERITIES = {row["id"]: row for row in table(REFERENCE / "severities.csv")}
CLOCKS = {row["id"]: row for row in table(REFERENCE / "clocks.csv")}
ZONE = ZoneInfo(organisation("timezone"))
OPENS, CLOSES = time.fromisoformat(organisation("opens")), time.fromisoformat(organisation("closes"))


# ANCHOR: severity
def severity(yes):
    """The worst severity among the questions answered with yes; SEV4 if there is none."""
    unknown = set(yes) - {row["id"] for row in QUESTIONS}
    if unknown:
        raise ValueError(f"no such question: {', '.join(sorted(unknown))}")
    return min((row["severity"] for row in QUESTIONS if row["id"] in yes), default="SEV4")


def escalation(level, at):
    """When each contact is paged: the next one after every `ack_min` without an answer."""
    start = at if SEVERITIES[level]["page"] == "at all hours" else next_opening(at)
    wait = timedelta(minutes=int(SEVERITIES[level]["ack_min"]))
    contacts = [row for row in table(HERE / "contacts.csv") if level in row["severities"].split()]
    return [(start + wait * step, row["who"]) for step, row in enumerate(contacts)]
# ANCHOR_END: severity


def next_opening(at):
    """`at` itself in working hours, else the next opening. Public holidays are not known here."""
    local = at.astimezone(ZONE)
    if local.weekday() < 5 and OPENS <= local.time() < CLOSES:
        return at
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, ZONE)


# ANCHOR: clocks
RUNS = {
    "client-data": {"processor-breach"},
    "own-data": {"controller-breach-eu"},
    "client-library": {"cra-warning", "cra-notification"},
    "nis2": {"nis2-warning", "nis2-notification"},
}
ALSO = {
    ("client-data", "us"): {"us-breach-processor"},
    ("own-data", "uk"): {"controller-breach-uk"},
    ("own-data", "us"): {"us-breach-owner"},
    ("own-data", "high-risk"): {"controller-breach-people"},
}
FACTS = set(RUNS) | {fact for _, fact in ALSO}


def clocks(facts, aware):
    """The clocks that run, soonest first. Hours run through nights, weekends and changes of the clock."""
    unknown = set(facts) - FACTS
    if unknown:
        raise ValueError(f"no such fact: {', '.join(sorted(unknown))}")
    running = set().union(*(RUNS.get(fact, set()) for fact in facts),
                          *(ids for (kind, fact), ids in ALSO.items() if {kind, fact} <= set(facts)))
    start = aware.astimezone(timezone.utc)
    due = [(start + timedelta(hours=int(CLOCKS[name]["hours"])), CLOCKS[name]) for name in running]
    return sorted(due, key=lambda item: (item[0], item[1]["id"]))
# ANCHOR_END: clocks


def moment(text):
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def shown(at):
    return at.astimezone(ZONE).strftime("%a %d %b %H:%M")


def print_severity(options, out):
    level = severity(options.yes)
    row = SEVERITIES[level]
    print(f"{level}: {row['page']}; acknowledge in {row['ack_min']} min", file=out)
    for at, who in escalation(level, options.at):
        print(f"  {shown(at)}  {who}, unless somebody answered before", file=out)
    if row["review_days"] != "none":
        print(f"  tell clients every {row['update_min']} min; review within {row['review_days']} working days", file=out)


def print_clocks(options, out):
    for at, row in clocks(options.facts, options.aware):
        print(f"{shown(at)}  {row['id']}: {row['recipient']} ({row['article']}; {row['owner']})", file=out)


def main(arguments=None, out=sys.stdout):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    ask = commands.add_parser("severity", help="from the questions answered with yes or 'we can't tell'")
    ask.add_argument("yes", nargs="*", metavar="QUESTION")
    ask.add_argument("--at", type=moment, default=datetime.now(ZONE))
    ask.set_defaults(run=print_severity)
    legal = commands.add_parser("clocks", help=f"facts: {', '.join(sorted(FACTS))}")
    legal.add_argument("facts", nargs="+", metavar="FACT")
    legal.add_argument("--aware", type=moment, required=True)
    legal.set_defaults(run=print_clocks)
    options = parser.parse_args(arguments)
    try:
        options.run(options, out)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
