"""Says what is wrong with spans in OTLP/JSON: python3 check_trace.py trace.json

In the tests of the product it reads what a request of each kind leaves (the collector's file exporter writes it), so that
a new attribute with a name or an address in it never gets to production.
"""
import csv
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "error-handling-and-recovery/logging-standards"))

from structured_log import redact

KINDS = {2: "server", 3: "client", 4: "producer", 5: "consumer", 1: "internal"}
NAMES = {"server": r"[A-Z]+ /[a-z0-9_/{}.-]*", "client": r"[A-Z]+ /[a-z0-9_/{}.-]*", "database": r"[A-Z]+( [a-z_]+)?",
         "producer": r"send [a-z-]+", "consumer": r"process [a-z-]+", "internal": r"[a-z_]+\.[a-z_]+"}
RESOURCE = ("service.name", "service.version", "deployment.environment.name", "host.name")
LONGEST, MOST = 256, 32
ERROR = 2


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ATTRIBUTES = {row["attribute"]: row for row in rows(HERE / "attributes.csv")}


def values(attributes):
    """OTLP's list of key and typed value as a map; integers are texts in its JSON."""
    read = {"stringValue": str, "intValue": int, "boolValue": bool, "doubleValue": float}
    return {entry["key"]: read[kind](value) for entry in attributes for kind, value in entry["value"].items()}


# ANCHOR: span
def span_faults(span):
    """What is wrong with one span by itself."""
    found, attributes = [], values(span.get("attributes", []))
    kind = "database" if "db.system.name" in attributes else KINDS.get(span.get("kind"), "unknown")
    if not re.fullmatch(NAMES.get(kind, ""), span["name"]):
        found.append(f"the name doesn't fit the kind {kind}")
    if re.search(r"[0-9a-f]{8}-|\d{3,}", span["name"]):
        found.append("the name holds an id")
    for name, value in attributes.items():
        row = ATTRIBUTES.get(name)
        if not row:
            found.append(f"{name} isn't allowed")
        elif row["on"] != "any" and kind not in row["on"].split():
            found.append(f"{name} doesn't belong on {kind}")
        elif (row["type"] == "int") != isinstance(value, int):
            found.append(f"{name} isn't of type {row['type']}")
        elif isinstance(value, str) and (len(value) > LONGEST or redact(value) != value or "?" in value):
            found.append(f"{name} holds what may not leave: too long, a secret, an address, a query")
    found += [f"{name} is missing" for name, row in ATTRIBUTES.items()
              if row["required"] == "yes" and kind in row["on"].split() and name not in attributes]
    if len(attributes) > MOST:
        found.append("too many attributes")
    status, code = attributes.get("http.response.status_code", 0), span.get("status", {}).get("code", 0)
    if status and (code == ERROR) != (status >= (400 if kind == "client" else 500)):
        found.append(f"status {status} and the span's status disagree")
    if span.get("status", {}).get("message"):
        found.append("the message of an error may hold data: set error.type")
    for event in span.get("events", []):
        if set(values(event.get("attributes", []))) - {"exception.type", "feature_flag.key", "feature_flag.result.variant"}:
            found.append(f"the event {event['name']} says more than its type")
    if int(span["endTimeUnixNano"]) < int(span["startTimeUnixNano"]):
        found.append("it ends before it starts")
    return found
# ANCHOR_END: span


# ANCHOR: trace
def trace_faults(document):
    """What is wrong with the spans of one request together; a line each."""
    found, spans = [], {}
    for part in document["resourceSpans"]:
        resource = values(part["resource"]["attributes"])
        found += [f"resource: {name} is missing" for name in RESOURCE if not resource.get(name)]
        found += [f"resource: {name} isn't allowed" for name in resource if name not in RESOURCE and name != "telemetry.sdk.name"]
        for span in (span for scope in part["scopeSpans"] for span in scope["spans"]):
            if not re.fullmatch(r"(?!0{16})[0-9a-f]{16}", span["spanId"]) or span["spanId"] in spans:
                found.append(f"{span['name']}: its id is none, or taken")
            spans[span["spanId"]] = span
            found += [f"{span['name']}: {fault}" for fault in span_faults(span)]
    traces = {span["traceId"] for span in spans.values()}
    if len(traces) != 1 or not re.fullmatch(r"(?!0{32})[0-9a-f]{32}", next(iter(traces))):
        found.append("the spans aren't of one trace")
    roots = [span["name"] for span in spans.values() if not span.get("parentSpanId")]
    if len(roots) != 1:
        found.append(f"{len(roots)} spans have no parent, expected 1: {', '.join(roots)}")
    for span in spans.values():
        parent = span.get("parentSpanId")
        if parent and parent not in spans:
            found.append(f"{span['name']}: its parent isn't here: the context was lost on the way")
        elif parent and int(span["startTimeUnixNano"]) < int(spans[parent]["startTimeUnixNano"]):
            found.append(f"{span['name']}: it starts before its parent: the clocks differ")
    return found
# ANCHOR_END: trace


def main(path):
    found = trace_faults(json.loads(Path(path).read_text(encoding="utf-8")))
    print("\n".join(found) if found else "the trace is as it should be")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
