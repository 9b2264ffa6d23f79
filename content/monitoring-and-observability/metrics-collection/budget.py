"""What the metrics weigh, from metrics.csv: python3 budget.py prints budget.csv."""
import csv
import sys

from metrics import catalogue

SERIES = 10_000       # The budget.
EVERY_S = 15          # prometheus.yaml, scrape_interval
DAYS = 400            # --storage.tsdb.retention.time=400d: this month beside that of a year ago
BYTES_SAMPLE = 2      # Prometheus' own figure is 1 to 2 bytes a sample, compressed.


def table():
    allowed = sum(row["max_series"] for row in catalogue().values())
    samples = SERIES * 86_400 // EVERY_S
    return [("metrics in the catalogue", len(catalogue())),
            ("series that they may have together", f"{allowed:,}"),
            ("budget of series", f"{SERIES:,}"),
            ("samples a day at the budget", f"{samples:,}"),
            (f"disk for {DAYS} days at the budget", f"{samples * DAYS * BYTES_SAMPLE / 1e9:.0f} GB")]


def main(out=sys.stdout):
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("what", "figure"), *table()])


if __name__ == "__main__":
    main()
