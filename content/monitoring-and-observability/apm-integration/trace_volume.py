"""How many spans there are, what is kept and what it costs, from traffic.yaml: python3 trace_volume.py prints volume.csv."""
import csv
import re
import sys
from pathlib import Path

TRAFFIC = (Path(__file__).resolve().parents[2] / "reference/traffic.yaml").read_text(encoding="utf-8")

# ANCHOR: figures
SPANS = {"request": 8, "job": 5, "webhook": 3}  # Counted on staging, a trace's mean.
BYTES = 500                                     # A span as Jaeger stores it, compressed.
KEPT = 0.10 + 0.015                             # A tenth, and what failed or was slow.
DAYS, EUR_GB_MONTH = 7, 0.10
WAIT_S = 30                                     # collector.yaml, decision_wait
# ANCHOR_END: figures


def figure(path):
    part, _, name = path.rpartition(".")
    text = re.search(rf"^{part}:\n((?:  .*\n)+)", TRAFFIC, re.M)[1] if part else TRAFFIC
    return float(re.search(rf"^ *{name}: ([\d.]+)", text, re.M)[1])


def table():
    requests = (figure("api.rps_mean") + figure("portal.rps_mean")) * 86_400
    spans = requests * SPANS["request"] + figure("jobs.per_day") * SPANS["job"] + figure("webhooks.events_day") * SPANS["webhook"]
    peak = figure("api.rps_peak") + figure("portal.rps_peak") + figure("webhooks.attempts_s_peak") + figure("jobs.per_s_peak")
    stored = spans * KEPT * DAYS * BYTES / 1e9
    return [("spans made a day", f"{spans / 1e6:.1f} million"), ("spans kept a day", f"{spans * KEPT / 1e6:.2f} million"),
            ("traces in the collector's memory at the peak", f"{peak * WAIT_S:,.0f}"),
            (f"disk for {DAYS} days", f"{stored:.1f} GB"), ("euro a month", f"{stored * EUR_GB_MONTH:.2f}")]


def main(out=sys.stdout):
    csv.writer(out, lineterminator="\n").writerows([("what", "figure"), *table()])


if __name__ == "__main__":
    main()
