"""The launch of a region: what is to be done, and whether it was.

    python3 launch.py list REGION            the steps and the duties of a region, first the earliest
    python3 launch.py check REGION RECORD    what still stands against opening it

RECORD has the columns step, done_on, by, evidence, checked_by; a duty of regions.csv is the step `duty:ca-privacy`. Exit
status: 0 nothing stands against it, 1 something does, 2 usage.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGIONS = HERE.parents[1] / "reference/regions.csv"


def read(path: Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def steps_of(region: str) -> list[dict]:
    """The steps of all regions and of this one, and its duties as steps that block, first the earliest."""
    steps = [row for row in read(HERE / "launch-checklist.csv") if row["region"] in ("all", region)]
    steps += [{"step": f"duty:{row['id']}", "region": region, "blocks": "yes", "owner": row["owner"], "weeks_before": "6",
               "what": f"{row['law']}: {row['duty']}", "evidence": "page or commit"}
              for row in read(REGIONS) if row["region"] == region]
    return sorted(steps, key=lambda row: -int(row["weeks_before"]))


# ANCHOR: check
def against(steps: list[dict], record: list[dict]) -> list[str]:
    """What stands against opening the region."""
    done, found = {}, []
    for row in record:
        if row["step"] in done:
            found.append(f"{row['step']}: stands twice")
        done[row["step"]] = row
    for name in done.keys() - {step["step"] for step in steps}:
        found.append(f"{name}: no such step")
    opened = done.get("go", {}).get("done_on")
    for step in steps:
        row = done.get(step["step"])
        if not row or not row["done_on"]:
            if step["blocks"] == "yes":
                found.append(f"{step['step']}: not done ({step['owner']})")
            continue
        if not row["evidence"]:
            found.append(f"{step['step']}: no evidence ({step['evidence']})")
        if not row["checked_by"] or row["checked_by"] == row["by"]:
            found.append(f"{step['step']}: checked by nobody else than {row['by']}")
        if opened and step["blocks"] == "yes" and date.fromisoformat(row["done_on"]) > date.fromisoformat(opened):
            found.append(f"{step['step']}: done after the region was opened")
    return found
# ANCHOR_END: check


def main(arguments: list[str]) -> int:
    regions = {row["region"] for row in read(REGIONS)}
    match arguments:
        case ["list", region] if region in regions:
            for step in steps_of(region):
                mark = "*" if step["blocks"] == "yes" else " "
                print(f"{step['weeks_before']:>3} weeks {mark} {step['step']} ({step['owner']}): {step['what']}")
            return 0
        case ["check", region, path] if region in regions:
            try:
                found = against(steps_of(region), read(Path(path)))
            except (OSError, KeyError, ValueError) as error:
                print(f"launch: the record can't be read: {error!r}", file=sys.stderr)
                return 2
            print(*found, sep="\n", end="\n" if found else "")
            return 1 if found else 0
    print(f"launch: list REGION, or check REGION RECORD; regions: {', '.join(sorted(regions))}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
