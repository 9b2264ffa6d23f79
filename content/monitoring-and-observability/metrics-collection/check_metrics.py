"""Says what is wrong with the metrics of a process: curl -s http://127.0.0.1:9464/metrics | python3 check_metrics.py

Strict where Prometheus is lenient: a name or label that the catalogue doesn't have, a missing bucket, buckets that fall,
more series than allowed.
"""
import collections
import re
import sys

from metrics import catalogue

# ANCHOR: parse
SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def parse(text):
    """Types by name, and samples as (name, labels, value). A line that can't be read is a ValueError with its number."""
    types, samples = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif line and not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            if not match or "".join(part[0] for part in LABEL.finditer(match[2] or "")) != (match[2] or ""):
                raise ValueError(f"line {number} is no sample: {line}")
            labels = {part[1]: part[2] for part in LABEL.finditer(match[2] or "")}
            samples.append((match[1], labels, float(match[3])))
    return types, samples
# ANCHOR_END: parse


# ANCHOR: faults
def faults(text, known=None):
    """What is wrong, a line each; empty when all is well."""
    known = known or catalogue()
    types, samples = parse(text)
    found, series, histograms = [], collections.defaultdict(set), collections.defaultdict(dict)
    for name, labels, value in samples:
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        row = known.get(name) or known.get(base)
        if not row or (row["type"] == "histogram") == (name == row["name"]):
            found.append(f"{name}: not in metrics.csv")
            continue
        expected = set(row["labels"]) | ({"le"} if name.endswith("_bucket") else set())
        if set(labels) != expected:
            found.append(f"{name}: labels {sorted(labels)}, expected {sorted(expected)}")
        if types.get(row["name"]) != row["type"]:
            found.append(f"{row['name']}: TYPE is {types.get(row['name'])}, expected {row['type']}")
        if row["type"] == "counter" and value < 0:
            found.append(f"{name}: a counter below 0")
        key = (name, *sorted(labels.items()))
        if key in series[row["name"]]:
            found.append(f"{name}: twice with the same labels")
        series[row["name"]].add(key)
        if row["type"] == "histogram":
            rest = tuple(sorted((label, text) for label, text in labels.items() if label != "le"))
            histograms[base, rest][labels.get("le", name)] = value
    for (name, labels), parts in histograms.items():
        found += histogram_faults(name, known[name]["buckets"], parts)
    for name, keys in series.items():
        if len(keys) > known[name]["max_series"]:
            found.append(f"{name}: {len(keys)} series, at most {known[name]['max_series']}")
    return sorted(set(found))


def histogram_faults(name, buckets, parts):
    expected = [*buckets, "+Inf", f"{name}_count", f"{name}_sum"]
    if sorted(parts) != sorted(expected):
        return [f"{name}: has {sorted(parts)}, expected {sorted(expected)}"]
    counts = [parts[limit] for limit in [*buckets, "+Inf"]]
    if counts != sorted(counts):
        return [f"{name}: a wider bucket holds less than a narrower one"]
    return [] if counts[-1] == parts[f"{name}_count"] else [f"{name}: the last bucket isn't the count"]
# ANCHOR_END: faults


def main():
    found = faults(sys.stdin.read())
    print("\n".join(found) if found else "all metrics are those of the catalogue")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
