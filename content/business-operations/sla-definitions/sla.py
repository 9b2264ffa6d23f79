"""Availability of a month and the credits that follow from it.

    python3 sla.py month 2026-10 outages.csv        # each service, and the credit of each plan
    python3 sla.py allowed                          # minutes that each plan may be down
    python3 sla.py credit team 99.87 --price 14900  # one client: its plan, its month, what it paid for the month (cents)
"""

import argparse
import csv
import sys
from calendar import monthrange
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "reference"
sys.path.insert(0, str(HERE.parent / "pricing-calculator"))

import calculator

SERVICES = ("api", "portal")
MAINTENANCE_MINUTES = 120  # Excluded a month for each service, at most.
ERROR_SHARE = Fraction(5, 100)
FEWEST_REQUESTS = 20


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ANCHOR: minute
def is_down(probes, requests, errors):
    """Whether a minute counts as down.

    `probes`: one result for each place, True for an answer in time, None for no result.
    """
    results = [probe for probe in probes if probe is not None]
    if results.count(False) >= 2:
        return True
    if requests >= FEWEST_REQUESTS:
        return Fraction(errors, requests) >= ERROR_SHARE
    # Neither traffic nor a probe that came through: nobody can say that it was up.
    return not any(results)
# ANCHOR_END: minute


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


# ANCHOR: month
def minutes(start, end):
    """Numbers of the minutes that an interval touches; a begun one counts as a whole."""
    first, last = start.timestamp() // 60, -(-end.timestamp() // 60)
    if last <= first:
        raise ValueError(f"ends before it starts: {start} {end}")
    return set(range(int(first), int(last)))


def month_of(text):
    """All minutes of a calendar month in UTC, such as 2026-10."""
    year, month = map(int, text.split("-"))
    start = datetime(year, month, 1, tzinfo=timezone.utc)
    return minutes(start, start + timedelta(days=monthrange(year, month)[1]))


def availability(month, outages, service):
    """Per cent of the counted minutes in which the service was up, exactly; and the minutes down and excluded."""
    whole = month_of(month)
    found = {"down": set(), "maintenance": set()}
    for row in outages:
        if row["service"] == service:
            found[row["kind"]] |= minutes(moment(row["start"]), moment(row["end"])) & whole
    excluded = set(sorted(found["maintenance"])[:MAINTENANCE_MINUTES])
    down = (found["down"] | found["maintenance"]) - excluded  # Maintenance beyond its limit is an outage.
    counted = len(whole) - len(excluded)
    return Fraction(counted - len(down), counted) * 100, len(down), len(excluded)
# ANCHOR_END: month


# ANCHOR: credit
def credit_share(plan, percent):
    """Per cent of the month's price. Compared with the exact figure: 99.8999 is below 99.9."""
    steps = [(Fraction(row["below"]), int(row["credit"])) for row in rows(HERE / "credits.csv") if row["plan"] == plan]
    if not steps:
        raise ValueError(f"no such plan: {plan}")
    return max((credit for below, credit in steps if percent < below), default=0)


def credit(plan, percent, price_minor):
    """In cents before tax: a share of what the client paid for that month of the plan, after discounts, without overage."""
    return calculator.percent(price_minor, credit_share(plan, percent))
# ANCHOR_END: credit


def shown(percent):
    """Three digits, cut off and not rounded: what isn't reached isn't shown as reached."""
    return f"{int(percent * 1000) / 1000:.3f}"


def plans():
    return {row["id"]: row for row in rows(REFERENCE / "plans.csv")}


def report(month, path):
    outages, figures = rows(path), []
    for service in SERVICES:
        percent, down, excluded = availability(month, outages, service)
        figures.append(percent)
        print(f"{service:<8}{shown(percent):>8} %  down {down:>4} min  excluded {excluded:>4} min")
    for plan, row in plans().items():
        share = credit_share(plan, min(figures))
        print(f"{plan:<9}promised {row['sla']} %  credit {share:>2} %  "
              f"{calculator.euros(credit(plan, min(figures), int(row['price_minor']))):>7} EUR at list price")


def allowed():
    print(f"{'plan':<9}{'promised':>8}{'28 days':>10}{'30 days':>10}{'31 days':>10}")
    for plan, row in plans().items():
        cells = [(100 - Fraction(row["sla"])) / 100 * days * 1440 for days in (28, 30, 31)]
        print(f"{plan:<9}{row['sla']:>8}" + "".join(f"{int(cell):>6} min" for cell in cells))


def main(arguments):
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("month")
    one.add_argument("month")
    one.add_argument("file", type=Path)
    commands.add_parser("allowed")
    client = commands.add_parser("credit")
    client.add_argument("plan")
    client.add_argument("percent", type=Fraction)
    client.add_argument("--price", type=int, required=True, help="cents of the month after discounts")
    given = parser.parse_args(arguments)
    if given.command == "month":
        report(given.month, given.file)
    elif given.command == "allowed":
        allowed()
    else:
        print(f"credit {calculator.euros(credit(given.plan, given.percent, given.price))} EUR before tax")


if __name__ == "__main__":
    main(sys.argv[1:])
