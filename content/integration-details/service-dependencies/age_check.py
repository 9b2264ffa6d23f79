"""Says which dependencies come to the end of their support, and whether there is a plan in time. Python 3.11."""

import argparse
import csv
import datetime as dt
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLAN_DAYS = 365  # From here on a plan must stand in plans.csv.
SPARE_DAYS = 90  # A plan is done this long before the end.


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ANCHOR: judge
def judge(until, plan, today):
    """`ok`, `planned` or a fault, with the reason. `until` and the plan's `due` are the last good days."""
    try:
        left = (dt.date.fromisoformat(until) - today).days
    except ValueError:
        return "unknown", "no date of end: find it, or replace the dependency"
    if left < 0:
        return "ended", f"{-left} days ago: SEV3 and a fix before the next release"
    if left < PLAN_DAYS and plan is None:
        return "no-plan", f"{left} days left and no row in plans.csv"
    if plan is None:
        return "ok", f"{left} days left"
    due = dt.date.fromisoformat(plan["due"])
    if due < today:
        return "overdue", f"to {plan['to']} was due on {due}"
    if (dt.date.fromisoformat(until) - due).days < SPARE_DAYS:
        return "late-plan", f"to {plan['to']} by {due}, less than {SPARE_DAYS} days before the end"
    return "planned", f"{left} days left; to {plan['to']} by {due}"
# ANCHOR_END: judge


def check(toolchain, plans, today):
    """(dependency, version, verdict, reason) for each row, the first to end first."""
    planned = {plan["dependency"]: plan for plan in plans}
    if unknown := planned.keys() - {row["tool"] for row in toolchain}:
        raise ValueError(f"plans.csv names what isn't used: {', '.join(sorted(unknown))}")
    ordered = sorted(toolchain, key=lambda row: (row["supported_until"], row["tool"]))
    return [(row["tool"], row["tested"], *judge(row["supported_until"], planned.get(row["tool"]), today)) for row in ordered]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--today", type=dt.date.fromisoformat, default=dt.date.today())
    arguments.add_argument("--toolchain", type=Path, default=HERE.parents[1] / "reference" / "toolchain.csv")
    arguments.add_argument("--plans", type=Path, default=HERE / "plans.csv")
    given = arguments.parse_args()
    found = check(rows(given.toolchain), rows(given.plans), given.today)
    for tool, version, verdict, reason in found:
        if verdict != "ok":
            print(f"{verdict:9} {tool} {version}: {reason}")
    faults = [verdict for _, _, verdict, _ in found if verdict not in ("ok", "planned")]
    print(f"{len(found)} dependencies, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
