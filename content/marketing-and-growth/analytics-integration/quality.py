"""Looks at a week of statistics: is what was counted fit to decide by?

    python3 quality.py week.csv

`visits_all` and `orders_server` come from the server's log and the database, without cookies; the other columns come
from the export of the statistics.
"""

import csv
import sys
from fractions import Fraction

sys.dont_write_bytecode = True  # Everything in this folder is published.

AGREED = (0.30, 0.75)  # Share of visits that agree: outside of it the banner or the tag is broken.
NOT_SET = 0.05  # Share of events without a value.
ORDERS_LEAST = 20  # Fewer orders say nothing about the share that is counted.
APART = Fraction(20, 100)  # How far the counted share of orders may be from that of visits.


# ANCHOR: faults
def faults(rows):
    """What is wrong with each day, then with the whole; nothing when the week can be used."""
    found = []
    for row in rows:
        everyone, agreed = int(row["visits_all"]), int(row["visits_agreed"])
        share = agreed / everyone if everyone else 0
        if agreed > everyone:
            found.append(f"{row['day']}: more visits agreed than there were")
        elif everyone and not AGREED[0] <= share <= AGREED[1]:
            found.append(f"{row['day']}: {share:.0%} agreed, expected {AGREED[0]:.0%} to {AGREED[1]:.0%}")
        if int(row["unknown_events"]):
            found.append(f"{row['day']}: {row['unknown_events']} events that are not in the plan")
        if agreed and int(row["not_set"]) / agreed > NOT_SET:
            found.append(f"{row['day']}: {int(row['not_set']) / agreed:.0%} of values not set")
        if int(row["orders_counted"]) > int(row["orders_server"]):
            found.append(f"{row['day']}: more orders counted than received")
    total = {name: sum(int(row[name]) for row in rows) for name in rows[0] if name != "day"}
    if total["orders_server"] >= ORDERS_LEAST and total["visits_all"]:
        orders = Fraction(total["orders_counted"], total["orders_server"])
        visits = Fraction(total["visits_agreed"], total["visits_all"])
        if abs(orders - visits) > APART:
            found.append(f"week: {float(orders):.0%} of orders counted, but {float(visits):.0%} of visits")
    return found
# ANCHOR_END: faults


def main(arguments):
    with open(arguments[0], encoding="utf-8", newline="") as file:
        found = faults(list(csv.DictReader(file)))
    print("\n".join(found) or "fit to use")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
