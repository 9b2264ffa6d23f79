"""Says what an incident review still lacks: python3 check_review.py review.txt

Exit status 0 and no output when it is whole, else 1 and one line for each fault.
"""
import csv
import re
import sys
from datetime import date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECTIONS = ["What clients noticed", "Timeline", "Causes", "What went well", "What was missing", "Actions"]
STAMPS = ["Began", "Detected", "Mitigated", "Resolved"]
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?[+-]\d\d:\d\d"
ACTION = re.compile(r"- \[[ x]\] .+ \(owner: (\w+), by: (\d{4}-\d\d-\d\d), (prevents|detects|shortens)\)")
# Words that judge a person stop people from telling what happened.
BLAME = re.compile(r"\b(careless\w*|negligen\w+|human error|should have known|(?:his|her|their) fault|sloppy)\b", re.I)
OWNERS = {"platform", "security", "product", "support", "finance", "legal", "marketing"}
LONGEST_DAYS = 90


def parts(text):
    """The sections by their headings; what stands before the first one is under an empty heading."""
    pieces = re.split(r"^## (.+)\n", text, flags=re.M)
    return {"": pieces[0], **dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2])))}


# ANCHOR: check
def faults(text):
    sections = parts(text)
    yield from (f"section missing or empty: {name}" for name in SECTIONS if not sections.get(name))
    yield from (f"blank left: {blank}" for blank in re.findall(r"\[[^\]]{3,}\]", text))
    yield from (f"words that blame: {found}" for found in BLAME.findall(text))
    with open(HERE.parents[1] / "reference/severities.csv", encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    if field("Severity", text) not in known:
        yield "severity missing or unknown"
    yield from stamp_faults(text, sections.get("Timeline", ""))
    yield from action_faults(text, sections.get("Actions", ""))


def stamp_faults(text, timeline):
    stamps = [field(name, text) for name in STAMPS]
    if not all(re.fullmatch(STAMP, stamp) for stamp in stamps):
        yield f"not a time with its offset: one of {', '.join(STAMPS)}"
    elif [moment(stamp) for stamp in stamps] != sorted(map(moment, stamps)):
        yield f"out of order: {', '.join(STAMPS)}"
    lines = [re.match(rf"- ({STAMP}) \S", line) for line in timeline.splitlines()]
    if not all(lines):
        yield "timeline: a line without a time"
    times = [moment(line[1]) for line in lines if line]
    if times != sorted(times):
        yield "timeline: out of order"


def action_faults(text, actions):
    began = field("Began", text)[:10]
    matches = [(line, ACTION.fullmatch(line)) for line in actions.splitlines()]
    yield from (f"action without owner, day or effect: {line}" for line, match in matches if not match)
    for line, match in matches:
        if match and match[1] not in OWNERS:
            yield f"action of an unknown owner: {match[1]}"
        if match and began and not 0 <= (date.fromisoformat(match[2]) - date.fromisoformat(began)).days <= LONGEST_DAYS:
            yield f"action later than {LONGEST_DAYS} days: {line}"
    if not any(match and match[3] in ("prevents", "detects") for _, match in matches):
        yield "no action prevents or detects a repetition"
# ANCHOR_END: check


def field(name, text):
    found = re.search(rf"^{name}: (\S.*)$", text, re.M)
    return found[1] if found else ""


def moment(stamp):
    return datetime.fromisoformat(stamp)


def main(paths):
    found = [f"{path}: {fault}" for path in paths for fault in faults(Path(path).read_text(encoding="utf-8"))]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
