"""Counts and measures inside a process, and writes the text that Prometheus reads. Standard library only.

    metrics = Registry(service="api")
    metrics.add("http_requests_total", route="/v1/invoices", method="GET", status="200")
    metrics.observe("http_request_duration_seconds", 0.042, route="/v1/invoices")

Only what metrics.csv lists can be written, with just its labels; `service` is added by the registry. A metric that reaches
its number of series goes on in one series named `other`: a label that runs away costs its detail, not the server.
"""
import collections
import csv
import math
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
OVERFLOW = "metric_overflows_total"
SUMMED = ("http_requests_in_flight", "process_resident_memory_bytes")  # Gauges that workers of one host add up to.


class Uncatalogued(Exception):
    """A name, a label or a use that the catalogue doesn't have: a fault of the code, which its tests show."""


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ANCHOR: catalogue
def catalogue(path=HERE.parents[1] / "reference/metrics.csv", buckets=HERE / "buckets.csv"):
    """What may be written: name → row, with `labels` as a list and, for histograms, `buckets` as texts."""
    limits = {row["metric"]: row["seconds"].split() for row in rows(buckets)}
    return {row["name"]: {**row, "labels": [] if row["labels"] == "none" else row["labels"].split(),
                          "max_series": int(row["max_series"]), "buckets": limits.get(row["name"], [])}
            for row in rows(path)}
# ANCHOR_END: catalogue


# ANCHOR: registry
class Registry:
    def __init__(self, known=None, hosts=2, **fixed):
        self.known, self.hosts, self.fixed = known or catalogue(), hosts, fixed
        self.values = collections.defaultdict(dict)  # name → label values → number, or counts of buckets and a sum
        self.lock = threading.Lock()

    def add(self, name, amount=1, **labels):
        if amount < 0:
            raise ValueError(f"{name}: a counter never falls")
        self._write("counter", name, labels, lambda old: (old or 0) + amount)

    def set(self, name, value, **labels):
        self._write("gauge", name, labels, lambda old: value)

    def observe(self, name, seconds, **labels):
        limits = [float(limit) for limit in self.known.get(name, {}).get("buckets", [])] + [math.inf]

        def counted(old):
            counts, total = old or ([0] * len(limits), 0)
            return [count + (seconds <= limit) for count, limit in zip(counts, limits)], total + seconds
        self._write("histogram", name, labels, counted)

    def _write(self, kind, name, labels, change):
        row = self.known.get(name)
        if not row or row["type"] != kind:
            raise Uncatalogued(f"{name} is no {kind} of metrics.csv")
        given = {**{key: value for key, value in self.fixed.items() if key in row["labels"]}, **labels}
        if set(given) != set(row["labels"]):
            raise Uncatalogued(f"{name} has the labels {row['labels']}, not {sorted(given)}")
        key = tuple(str(given[label]) for label in row["labels"])
        with self.lock:
            series = self.values[name]
            if key not in series and len(series) + 1 >= self.room(row):
                key = self._other(row)
            series[key] = change(series.get(key))

    def room(self, row):
        """How many label values this process may have: a histogram's are dear, and other hosts have theirs."""
        each = len(row["buckets"]) + 3 if row["type"] == "histogram" else 1
        return max(2, row["max_series"] // each // self.hosts)

    def _other(self, row):
        if OVERFLOW in self.known and row["name"] != OVERFLOW:
            key = (str(self.fixed.get("service", "other")),)
            self.values[OVERFLOW][key] = self.values[OVERFLOW].get(key, 0) + 1
        return tuple(str(self.fixed[label]) if label in self.fixed else "other" for label in row["labels"])
# ANCHOR_END: registry


# ANCHOR: merge
def merge(live, ended=()):
    """One registry of those of all workers on a host, since a scrape reaches only one of them.

    Of workers that have ended, counters and histograms stay: a sum that falls would look like a restart.
    """
    whole = Registry(live[0].known)
    for worker in [*live, *ended]:
        for name, series in worker.values.items():
            kind = worker.known[name]["type"]
            for key, value in series.items():
                old = whole.values[name].get(key)
                if kind == "gauge":
                    if worker in ended:
                        continue
                    value = value if old is None else old + value if name in SUMMED else max(old, value)
                elif kind == "counter":
                    value += old or 0
                elif old is not None:
                    value = [a + b for a, b in zip(old[0], value[0])], old[1] + value[1]
                whole.values[name][key] = value
    return whole
# ANCHOR_END: merge


# ANCHOR: exposition
def exposition(registry):
    """Prometheus' text format 0.0.4; serve it as `text/plain; version=0.0.4; charset=utf-8`."""
    lines = []
    with registry.lock:
        for name in sorted(registry.values):
            row = registry.known[name]
            lines += [f"# HELP {name} {escape(row['meaning'])}", f"# TYPE {name} {row['type']}"]
            for key in sorted(registry.values[name]):
                labels, value = list(zip(row["labels"], key)), registry.values[name][key]
                if row["type"] != "histogram":
                    lines.append(f"{name}{braces(labels)} {value}")
                    continue
                counts, total = value
                for limit, count in zip([*row["buckets"], "+Inf"], counts):
                    lines.append(f"{name}_bucket{braces([*labels, ('le', limit)])} {count}")
                lines += [f"{name}_sum{braces(labels)} {round(total, 9)}", f"{name}_count{braces(labels)} {counts[-1]}"]
    return "".join(f"{line}\n" for line in lines)


def braces(labels):
    return "{" + ",".join(f'{name}="{escape(value, quote=True)}"' for name, value in labels) + "}" if labels else ""


def escape(text, quote=False):
    text = str(text).replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quote else text
# ANCHOR_END: exposition
