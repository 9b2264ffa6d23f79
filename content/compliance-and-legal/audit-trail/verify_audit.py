"""Verifies the audit log without trusting the database: every hash anew, and the heads that were anchored outside.

    python3 verify_audit.py EXPORT ANCHORS CUTS [--now TIME] [--metrics FILE]

EXPORT is what export_chain.sql prints, ANCHORS the folder of anchors fetched from the store, CUTS the list of restores
that took the log back (cuts.csv). Prints one line a fault and then a summary. Exit status: 0 whole, 1 faults, 2 can't tell.
FILE is read by the host's exporter; it stays as it was when the verifier can't tell, so that its age tells instead.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterable, Iterator

KEPT = timedelta(days=730)
# Transactions may wait for each other, so times may step back a little; an hour is a changed clock or a lie.
STEP_BACK = timedelta(hours=1)
ANCHOR_AGE = timedelta(hours=36)


# ANCHOR: chain
def chained(entry: dict) -> str:
    """The hash of an entry: over the one before it, what it says, and the digest of its detail."""
    parts = ("previous_hash", "seq", "occurred_at", "organisation_id", "actor", "action", "target", "trace_id",
             "detail_digest")
    text = json.dumps([entry[part] for part in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_faults(entry: dict, before: dict | None) -> Iterator[str]:
    """What is wrong with an entry on its own and as the successor of another."""
    if entry["hash"] != chained(entry):
        yield "its hash doesn't fit what it says"
    detail = entry["detail"]
    if detail is not None and hashlib.sha256(detail.encode()).hexdigest() != entry["detail_digest"]:
        yield "its detail isn't the one that was written"
    if before:
        if entry["seq"] != before["seq"] + 1:
            yield f"entries are missing before it, the last one is {before['seq']}"
        elif entry["previous_hash"] != before["hash"]:
            yield "it doesn't follow on the entry before it"
        if time(entry["occurred_at"]) < time(before["occurred_at"]) - STEP_BACK:
            yield "it is dated more than an hour before the entry that precedes it"
# ANCHOR_END: chain


def verify(entries: Iterable[dict], anchors: dict[str, dict], cuts: list[dict], now: datetime) -> tuple[list[str], str]:
    """All faults, and a summary of what was looked at. `anchors` are keyed by their day."""
    faults, hashes, erased, proven, before = [], {}, set(), set(), None
    anchored = {anchor["seq"] for anchor in anchors.values()} | {cut["seq"] for cut in cuts}
    for entry in entries:
        faults += [f"entry {entry['seq']}: {fault}" for fault in entry_faults(entry, before)]
        if entry["seq"] in anchored:
            hashes[entry["seq"]] = entry["hash"]
        if entry["detail"] is None:
            erased.add(entry["seq"])
        if entry["action"] == "audit.erased":
            proven.add(int(entry["target"].removeprefix("audit_log:")))
        first, before = (entry if before is None else first), entry
    if before is None:
        return ["there is no entry"], "0 entries"
    faults += [f"entry {seq}: its detail was erased without a record" for seq in sorted(erased - proven)]
    faults += anchor_faults(anchors, cuts, hashes, now)
    last = max((anchor["seq"] for anchor in anchors.values()), default=0)
    return faults, (f"entries {first['seq']} to {before['seq']}, {len(anchors)} anchors, {len(erased)} erased,"
                    f" {max(0, before['seq'] - last)} not anchored yet; head {before['hash'][:16]}")


# ANCHOR: anchors
def anchor_faults(anchors: dict[str, dict], cuts: list[dict], hashes: dict[int, str], now: datetime) -> Iterator[str]:
    """Entries that were anchored are there, unless their period is over, and are what they were."""
    for cut in cuts:
        if cut["seq"] in hashes and hashes[cut["seq"]] != cut["hash"]:
            yield f"restore of {cut['restored_at']}: entry {cut['seq']} isn't the one that the log went back to"
    for day, anchor in sorted(anchors.items()):
        # The host's key can store names that aren't taken yet, those of coming days among them.
        if anchor["anchored_at"][:10] != day or time(anchor["anchored_at"]) > now:
            yield f"anchor {day}: it wasn't made on its day"
        if taken_back(anchor, cuts):
            continue
        found = hashes.get(anchor["seq"])
        if found and found != anchor["hash"]:
            yield f"anchor {day}: entry {anchor['seq']} has been rewritten, or one before it"
        elif not found and time(anchor["occurred_at"]) >= now - KEPT:
            yield f"anchor {day}: entry {anchor['seq']} is gone before its time"
    for earlier, later in zip(sorted(anchors), sorted(anchors)[1:]):
        if datetime.fromisoformat(later) - datetime.fromisoformat(earlier) > timedelta(days=1):
            yield f"no anchor between {earlier} and {later}"
    newest = max((time(anchor["anchored_at"]) for anchor in anchors.values()), default=None)
    if newest is None or newest < now - ANCHOR_AGE:
        yield "the newest anchor is older than 36 hours"


def taken_back(anchor: dict, cuts: list[dict]) -> bool:
    """Whether a restore, approved by name, took the log back to before this anchor."""
    return any(anchor["seq"] > cut["seq"] and time(anchor["anchored_at"]) < time(cut["restored_at"]) for cut in cuts)
# ANCHOR_END: anchors


def time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def read_entries(path: str) -> Iterator[dict]:
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_anchors(folder: str) -> dict[str, dict]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in Path(folder).glob("*.json")}


def read_cuts(path: str) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as file:
        cuts = [{**row, "seq": int(row["seq"])} for row in csv.DictReader(file)]
    for cut in cuts:
        if not cut["approved_by"] or not cut["reason"]:
            raise ValueError(f"restore of {cut['restored_at']}: a cut names its reason and who approved it")
    return cuts


def write_metrics(path: str, faults: int, now: datetime) -> None:
    """The figures of the alerts AuditLogBroken and AuditUnverified, whole or not at all."""
    whole = Path(path).with_suffix(".new")
    whole.write_text(f'''\
# HELP audit_verification_faults Faults that the last verification of the audit log found
# TYPE audit_verification_faults gauge
audit_verification_faults {faults}
# HELP schedule_last_success_timestamp_seconds When a scheduled task last ended well
# TYPE schedule_last_success_timestamp_seconds gauge
schedule_last_success_timestamp_seconds{{task="audit-verification"}} {now.timestamp():.0f}
''', encoding="utf-8")
    whole.replace(path)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Verifies the audit log against its anchors.")
    for name in ("export", "anchors", "cuts"):
        parser.add_argument(name)
    parser.add_argument("--now", type=time, default=datetime.now(timezone.utc))
    parser.add_argument("--metrics")
    given = parser.parse_args(arguments)
    try:
        faults, summary = verify(read_entries(given.export), read_anchors(given.anchors), read_cuts(given.cuts), given.now)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"verify_audit: can't tell: {error!r}", file=sys.stderr)
        return 2
    print(*faults, summary, sep="\n")
    if given.metrics:
        write_metrics(given.metrics, len(faults), given.now)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
