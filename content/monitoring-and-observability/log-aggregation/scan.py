"""Looks for our own secrets in what was collected since the last time: python3 scan.py, hourly on ops-1.

What it finds passed the filter of the logger, so it is treated as a leak (alert SecretInLogs). It prints where, never what.
"""
import collections
import json
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "error-handling-and-recovery/logging-standards"))

from structured_log import PATTERNS

OURS = ("api-key", "webhook-secret")


# ANCHOR: scan
def scan(folder, state):
    """Hits by rule so far, and where new ones are. `state` keeps how far each file was read, and the counts."""
    read, hits, places = state.setdefault("read", {}), collections.Counter(state.get("hits", {})), []
    for path in sorted([*folder.glob("*.json"), *folder.with_name(f"{folder.name}-system").glob("*.log")]):
        with open(path, "rb") as file:
            start = read.get(path.name, 0)
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                for rule in OURS:
                    if PATTERNS[rule].search(line.decode("utf-8", "replace")):
                        hits[rule] += 1
                        places.append(f"{path.name} at byte {start}: {rule}")
                start += len(line)
            read[path.name] = start
    state["hits"] = dict(hits)
    return places
# ANCHOR_END: scan


def figures(state, now):
    lines = ["# TYPE log_scan_hits_total counter"]
    lines += [f'log_scan_hits_total{{rule="{rule}"}} {state["hits"].get(rule, 0)}' for rule in OURS]
    lines += ["# TYPE schedule_last_success_timestamp_seconds gauge",
              f'schedule_last_success_timestamp_seconds{{task="log-redaction-scan"}} {int(now)}']
    return "".join(f"{line}\n" for line in lines)


def main():
    folder, memory = Path(os.environ.get("HBL_LOGS", "/var/log/hbl")), Path(os.environ["HBL_SCAN_STATE"])
    state = json.loads(memory.read_text()) if memory.exists() else {}
    places = scan(folder, state)
    print("\n".join(places), end="\n" if places else "")
    memory.with_suffix(".new").write_text(json.dumps(state))
    memory.with_suffix(".new").rename(memory)
    prom = Path(os.environ["HBL_METRICS"], "log-scan.prom")
    prom.with_suffix(".new").write_text(figures(state, time.time()))
    prom.with_suffix(".new").rename(prom)
    return bool(places)


if __name__ == "__main__":
    sys.exit(main())
