"""Compares locked dependencies with advisories, and says what must be mended by when.

    python3 dependency_audit.py LOCK ADVISORIES EXCEPTIONS [--today YYYY-MM-DD]

LOCK is a requirements file with `name==version`; ADVISORIES a JSON list in OSV form; EXCEPTIONS a CSV file. Exit status
1 if something is overdue or can't be judged, 0 otherwise. Standard library only; nothing is fetched: the job does that.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
LONGEST_EXCEPTION = timedelta(days=90)


class Unclear(Exception):
    """Input that can't be judged. An audit that skips it would look clean."""


@dataclass(frozen=True)
class Finding:
    package: str
    version: str
    advisory: str
    score: float
    band: str
    fixed: str
    due: date
    state: str  # open, overdue or excepted


# ANCHOR: score
WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}, "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27}, "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0}, "I": {"H": 0.56, "L": 0.22, "N": 0}, "A": {"H": 0.56, "L": 0.22, "N": 0},
}


def score(vector: str) -> float:
    """The base score of a CVSS 3.1 vector, by section 7.1 of its specification."""
    if not vector.startswith(("CVSS:3.1/", "CVSS:3.0/")):
        raise Unclear(f"not a CVSS 3 vector: {vector}")
    parts = dict(part.split(":") for part in vector.split("/")[1:])
    try:
        weight = {name: values[parts[name]] for name, values in WEIGHTS.items()}
        changed = {"U": False, "C": True}[parts["S"]]
    except KeyError as missing:
        raise Unclear(f"the vector lacks {missing}: {vector}") from None
    if changed and parts["PR"] in "LH":
        weight["PR"] = {"L": 0.68, "H": 0.5}[parts["PR"]]
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    return roundup(min((1.08 if changed else 1) * (impact + exploitability), 10))


def roundup(number: float) -> float:
    """Up to one decimal, as appendix A of the specification says: without the errors of binary fractions."""
    whole = round(number * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
# ANCHOR_END: score


def band(points: float, exploited: bool) -> str:
    if exploited:
        return "exploited"
    return next((name for name, least in (("critical", 9), ("high", 7), ("medium", 4)) if points >= least), "low")


def fix_days() -> dict[str, int]:
    with open(REFERENCE / "fix-times.csv", encoding="utf-8", newline="") as file:
        return {row["cvss_band"]: int(row["days"]) for row in csv.DictReader(file)}


def read_lock(path: Path) -> dict[str, str]:
    """Name to version. Every line must pin one version exactly and carry a hash."""
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    locked = {}
    for line in filter(None, (line.split("#")[0].strip() for line in text.splitlines())):
        match = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line)
        if not match:
            raise Unclear(f"not pinned: {line}")
        if "--hash=sha256:" not in line:
            raise Unclear(f"without a hash: {match[0]}")
        locked[normal(match[1])] = match[2]
    return locked


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def order(version: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        raise Unclear(f"a version that isn't numbers and dots: {version}")
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


# ANCHOR: affected
def affected(version: str, advisory: dict, package: str) -> tuple[bool, str]:
    """Whether a version is hit, and the version that mends it (`none` if there is none yet)."""
    for entry in advisory["affected"]:
        if entry["package"]["ecosystem"] != "PyPI" or normal(entry["package"]["name"]) != package:
            continue
        if version in entry.get("versions", ()):
            return True, "none"
        for span in entry.get("ranges", ()):
            start = None
            for event in span["events"]:  # in their order, as OSV has them
                if "introduced" in event:
                    start = order(event["introduced"])
                    continue
                if not event.keys() & {"fixed", "last_affected"} or start is None:
                    raise Unclear(f"{advisory['id']}: events that make no span")
                end = order(event.get("fixed") or event["last_affected"])
                if start <= order(version) and (order(version) < end or "fixed" not in event and order(version) == end):
                    return True, event.get("fixed", "none")
                start = None
            if start is not None and start <= order(version):
                return True, "none"
    return False, ""
# ANCHOR_END: affected


def read_exceptions(path: Path, today: date) -> set[tuple[str, str]]:
    """(package, advisory) of the exceptions that hold today. Each has an approver, a reason and an end."""
    held = set()
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            granted, until = date.fromisoformat(row["granted"]), date.fromisoformat(row["until"])
            if until - granted > LONGEST_EXCEPTION or not row["reason"].strip() or row["approved_by"] != "security":
                raise Unclear(f"an exception that nobody may grant: {row['package']} {row['advisory']}")
            if granted <= today <= until:
                held.add((normal(row["package"]), row["advisory"]))
    return held


def audit(locked, advisories, held, today: date) -> list[Finding]:
    days, findings = fix_days(), []
    for advisory in advisories:
        if advisory.get("withdrawn"):
            continue
        for package, version in locked.items():
            hit, fixed = affected(version, advisory, package)
            if not hit:
                continue
            vectors = [item["score"] for item in advisory.get("severity", ()) if item["type"] == "CVSS_V3"]
            points = max(map(score, vectors), default=10.0)  # unknown counts as the worst
            kind = band(points, bool(advisory.get("database_specific", {}).get("known_exploited")))
            due = date.fromisoformat(advisory["published"][:10]) + timedelta(days=days[kind])
            state = "excepted" if (package, advisory["id"]) in held else "overdue" if today > due else "open"
            findings.append(Finding(package, version, advisory["id"], points, kind, fixed, due, state))
    return sorted(findings, key=lambda finding: (finding.due, finding.package))


def main(arguments: list[str]) -> int:
    today = date.today()
    if "--today" in arguments:
        at = arguments.index("--today")
        today, arguments = date.fromisoformat(arguments[at + 1]), arguments[:at] + arguments[at + 2:]
    if len(arguments) != 3:
        print(__doc__)
        return 2
    lock, advisories, exceptions = map(Path, arguments)
    try:
        locked = read_lock(lock)
        listed = json.loads(advisories.read_text(encoding="utf-8"))
        found = audit(locked, listed, read_exceptions(exceptions, today), today)
    except Unclear as fault:
        print(f"can't judge: {fault}")
        return 1
    for f in found:
        print(f"{f.state:8} {f.due} {f.band:9} {f.score:4.1f} {f.package} {f.version}: {f.advisory},"
              f" fixed in {f.fixed}")
    overdue = sum(finding.state == "overdue" for finding in found)
    print(f"{len(locked)} packages, {len(found)} findings, {overdue} overdue")
    return 1 if overdue else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
