"""What partners are due for a quarter: a share of what their clients paid for plans. Amounts are cents of EUR.

    python3 share.py 2026-Q3

Reads partners.csv, tiers.csv, deals.csv and receipts.csv beside it. A receipt is an invoice that was paid, or, below
zero, a credit note or a refund; `plan_net_minor` is the plan after discounts, without overage, projects and tax.
"""

import csv
import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent

REGISTERED_DAYS = 90  # How long a registered deal is kept for the partner.
LEAST_MINOR = 5000  # Less than this is carried into the next quarter.


def rows(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Part:
    """One line of a statement."""

    client: str
    base_minor: int
    percent: int
    share_minor: int


def quarter(text):
    """The first day of a quarter, and that of the next one."""
    found = re.fullmatch(r"(\d{4})-Q([1-4])", text)
    if not found:
        raise ValueError(f"a quarter is written 2026-Q3, not {text}")
    year, number = int(found[1]), int(found[2])
    return date(year, 3 * number - 2, 1), date(year + number // 4, (3 * number) % 12 + 1, 1)


def add_months(day, months):
    """The same day so many months later; the month's last one where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


# ANCHOR: share
def counts(deal):
    """Whether a deal was accepted and ordered while it was registered."""
    registered, ordered = (date.fromisoformat(deal[key]) for key in ("registered_on", "ordered_on"))
    return deal["accepted"] == "yes" and registered <= ordered <= registered + timedelta(days=REGISTERED_DAYS)


def statement(partner, tier, deals, receipts, start, end):
    """The parts of a partner for the receipts from `start` to before `end`."""
    parts = []
    for deal in deals:
        if deal["partner"] != partner["id"] or not counts(deal):
            continue
        own = [row for row in receipts if row["client"] == deal["client"]]
        paid = [date.fromisoformat(row["on"]) for row in own if int(row["plan_net_minor"]) > 0]
        if not paid:
            continue
        last = min(end, add_months(min(paid), int(tier["share_months"])))
        base = sum(int(row["plan_net_minor"]) for row in own if start <= date.fromisoformat(row["on"]) < last)
        if base:
            share = half_up(Fraction(base * int(tier["share_percent"]), 100))
            parts.append(Part(deal["client"], base, int(tier["share_percent"]), share))
    return parts


def payable(parts, carried_minor=0):
    """What is paid now, and what is carried on; less than the least amount and debts are carried."""
    total = carried_minor + sum(part.share_minor for part in parts)
    return (total, 0) if total >= LEAST_MINOR else (0, total)


def half_up(amount):
    """To whole cents, once a client and quarter; half a cent goes up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
# ANCHOR_END: share


def main(arguments):
    start, end = quarter(arguments[0])
    tiers = {row["id"]: row for row in rows("tiers.csv")}
    for partner in rows("partners.csv"):
        tier = tiers[partner["tier"]]
        parts = statement(partner, tier, rows("deals.csv"), rows("receipts.csv"), start, end)
        if partner["status"] != "active" or not parts:
            continue
        print(partner["name"])
        for part in parts:
            print(f"  {part.client:<14} {part.base_minor / 100:>9.2f} x {part.percent} % {part.share_minor / 100:>9.2f}")
        paid, carried = payable(parts, int(partner["carried_minor"]))
        print(f"  {'carried from before':<31} {int(partner['carried_minor']) / 100:>8.2f}")
        print(f"  {'to pay' if paid else 'carried on':<31} {(paid or carried) / 100:>8.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
