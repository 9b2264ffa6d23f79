"""By when a person's request must be answered.

    python3 request_clock.py CLOCK ARRIVED

CLOCK is a row of clocks.csv of the kind `request`, ARRIVED the time with its offset: 2026-11-25T17:20:00+00:00.
Prints our own limit, the law's, and the law's after an extension. Weekends and holidays count; ask for nothing twice.
"""

from __future__ import annotations

import csv
import sys
from calendar import monthrange
from datetime import date, datetime, timedelta
from pathlib import Path

CLOCKS = Path(__file__).resolve().parents[2] / "reference/clocks.csv"


# ANCHOR: limits
def month_later(day: date, months: int) -> date:
    """The same day of a later month, or its last: a month from 31 January ends on 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def limits(clock: str, arrived: datetime, hours: int) -> dict[str, date]:
    """Days on which the answer must be out at the latest: ours, the law's, and with the one extension it allows."""
    if arrived.tzinfo is None:
        raise ValueError("the time of arrival needs its offset")
    ours, day = (arrived + timedelta(hours=hours)).date(), arrived.date()
    if clock == "rights-request":  # GDPR article 12(3): one month, two more where the request is complex.
        return {"ours": ours, "law": month_later(day, 1), "extended": month_later(day, 3)}
    if clock == "rights-request-california":  # Civil Code 1798.130(a)(2)(A): 45 days, 45 more once.
        return {"ours": ours, "law": day + timedelta(days=45), "extended": day + timedelta(days=90)}
    return {"ours": ours}
# ANCHOR_END: limits


def request_hours() -> dict[str, int]:
    with open(CLOCKS, encoding="utf-8", newline="") as file:
        return {row["id"]: int(row["hours"]) for row in csv.DictReader(file) if row["kind"] == "request"}


def main(arguments: list[str]) -> int:
    hours = request_hours()
    if len(arguments) != 2 or arguments[0] not in hours:
        print(f"request_clock: CLOCK is one of {', '.join(sorted(hours))}, and ARRIVED a time", file=sys.stderr)
        return 2
    try:
        found = limits(arguments[0], datetime.fromisoformat(arguments[1]), hours[arguments[0]])
    except ValueError as error:
        print(f"request_clock: {error}", file=sys.stderr)
        return 2
    for name, day in found.items():
        print(f"{name:<9} {day:%A %d %B %Y}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
