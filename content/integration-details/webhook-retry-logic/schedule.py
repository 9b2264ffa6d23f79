"""The retry schedule of webhooks, computed from delivery.yaml.

`python3 schedule.py` prints the table that the page shows; schedule.csv keeps it.
"""
import csv
import json
import sys
from pathlib import Path

SETTINGS_FILE = Path(__file__).resolve().parents[2] / "reference" / "delivery.yaml"


def read_settings(path=SETTINGS_FILE):
    """Reads a YAML file of scalars and flat lists, which is all that delivery.yaml may hold."""
    settings = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            key, value = line.split(":", 1)
            settings[key.strip()] = json.loads(value)
    return settings


# ANCHOR: wait
def wait_s(settings, attempts, random, retry_after_s=None):
    """Seconds to wait after `attempts` failed attempts; None when the schedule is used up."""
    if attempts >= len(settings["delays_s"]):
        return None
    delay = settings["delays_s"][attempts]
    wait = delay * (1 + random.uniform(0, settings["jitter"]))
    if retry_after_s is not None:
        wait = max(wait, min(retry_after_s, settings["retry_after_max_s"]))
    return wait
# ANCHOR_END: wait


def longest_s(settings):
    """Seconds from the first attempt to the last, with full jitter and every attempt timing out."""
    delays = settings["delays_s"]
    return sum(delays) * (1 + settings["jitter"]) + settings["timeout_s"] * (len(delays) - 1)


def rows(settings):
    """One row per attempt: the wait before it, and when it comes after the first attempt."""
    for number in range(1, len(settings["delays_s"]) + 1):
        so_far = {**settings, "delays_s": settings["delays_s"][:number]}
        yield {
            "attempt": number,
            "wait": in_words(settings["delays_s"][number - 1]),
            "earliest": clock(sum(so_far["delays_s"])),
            "latest": clock(longest_s(so_far)),
        }


def in_words(seconds):
    for size, unit in ((3600, "h"), (60, "min"), (1, "s")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return "none"


def clock(seconds):
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def main(out=sys.stdout):
    table = list(rows(read_settings()))
    writer = csv.DictWriter(out, table[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)


if __name__ == "__main__":
    main()
