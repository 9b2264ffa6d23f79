"""Compares two OpenAPI documents and says what would break a client.

    python3 breaking.py OLD NEW        exit status 1 if something breaks

Python 3.11; reads JSON with the standard library, YAML with PyYAML. Knows requests and answers in JSON; follows
references inside the document.
"""

import json
import sys
from pathlib import Path

METHODS = ("get", "put", "post", "patch", "delete")


def load(path):
    text = Path(path).read_text(encoding="utf-8")
    if str(path).endswith(".json"):
        return json.loads(text)
    import yaml
    return yaml.safe_load(text)


# ANCHOR: compare
def compare(old, new):
    """Gives the changes as (kind, place), sorted; kinds are those of changes.csv."""
    before, after = operations(old), operations(new)
    for key in sorted(before.keys() | after.keys()):
        place = " ".join(key)
        if key not in after:
            yield "operation removed", place
        elif key not in before:
            yield "operation added", place
        else:
            yield from compare_operation(Side(old, before[key]), Side(new, after[key]), place)


def compare_operation(old, new, place):
    yield from compare_parameters(old.parameters(), new.parameters(), place)
    if scopes(new.node) - scopes(old.node):
        yield "scope required", place
    body, body_now = old.body(), new.body()
    if body is None and body_now is not None and new.node["requestBody"].get("required"):
        yield "request member required", f"{place} body"
    elif body is not None and body_now is not None:
        yield from compare_request(old, body, new, body_now, f"{place} body")
    for status in sorted(old.node["responses"].keys() | new.node["responses"].keys()):
        if not status.startswith("2"):
            continue
        if status not in new.node["responses"]:
            yield "success status removed", f"{place} {status}"
        elif status in old.node["responses"]:
            yield from compare_answer(old, old.answer(status), new, new.answer(status), f"{place} {status}")
    for code in sorted(set(new.node.get("x-errors", [])) - set(old.node.get("x-errors", []))):
        yield "error code added", f"{place} {code}"
# ANCHOR_END: compare


def compare_parameters(old, new, place):
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield "parameter removed", f"{place} {name}"
        elif name not in old:
            yield "parameter required" if new[name].get("required") else "optional parameter added", f"{place} {name}"
        else:
            if new[name].get("required") and not old[name].get("required"):
                yield "parameter required", f"{place} {name}"
            yield from compare_limits(old[name].get("schema", {}), new[name].get("schema", {}), f"{place} {name}", tighter=True)


# ANCHOR: schemas
def compare_request(old, schema, new, schema_now, place):
    """What a client sends: less may be refused, nothing more."""
    schema, schema_now = old.follow(schema), new.follow(schema_now)
    if types(schema) - types(schema_now):
        yield "request type narrowed", place
    yield from compare_limits(schema, schema_now, place, tighter=True)
    members, members_now = schema.get("properties", {}), schema_now.get("properties", {})
    for name in sorted(set(schema_now.get("required", [])) - set(schema.get("required", []))):
        yield "request member required", f"{place} {name}"
    for name in sorted(members.keys() | members_now.keys()):
        if name not in members_now:
            yield "request member removed", f"{place} {name}"
        elif name not in members:
            if name not in schema_now.get("required", []):
                yield "optional request member added", f"{place} {name}"
        else:
            yield from compare_request(old, members[name], new, members_now[name], f"{place} {name}")
    if "items" in schema and "items" in schema_now:
        yield from compare_request(old, schema["items"], new, schema_now["items"], f"{place} []")


def compare_answer(old, schema, new, schema_now, place):
    """What a client reads: it must find all that it found, of the same types."""
    schema, schema_now = old.follow(schema), new.follow(schema_now)
    if types(schema_now) - types(schema):
        yield "answer type changed", place
    yield from compare_limits(schema, schema_now, place, tighter=False)
    members, members_now = old.members(schema), new.members(schema_now)
    for name in sorted(members.keys() | members_now.keys()):
        if name not in members_now:
            yield "answer member removed", f"{place} {name}"
        elif name not in members:
            yield "answer member added", f"{place} {name}"
        else:
            yield from compare_answer(old, members[name], new, members_now[name], f"{place} {name}")
    for name in sorted(set(schema.get("required", [])) - set(schema_now.get("required", []))):
        if name in members_now:
            yield "answer member optional", f"{place} {name}"
    if "items" in schema and "items" in schema_now:
        yield from compare_answer(old, schema["items"], new, schema_now["items"], f"{place} []")
# ANCHOR_END: schemas


def compare_limits(schema, now, place, tighter):
    """Lists of values and bounds. In a request tighter is worse; in an answer a new word is an addition."""
    words, words_now = set(map(str, schema.get("enum", []))), set(map(str, now.get("enum", [])))
    if tighter:
        if words_now and (not words or words - words_now):
            yield "request value removed", place
        for low in ("minimum", "minLength", "minItems"):
            if low in now and now[low] > schema.get(low, float("-inf")):
                yield "request bound tightened", place
        for high in ("maximum", "maxLength", "maxItems"):
            if high in now and now[high] < schema.get(high, float("inf")):
                yield "request bound tightened", place
        if now.get("pattern", schema.get("pattern")) != schema.get("pattern"):
            yield "request bound tightened", place
    else:
        if words and words_now - words:
            yield "answer value added", place
        if now.get("format", schema.get("format")) != schema.get("format"):
            yield "answer type changed", place


class Side:
    """One operation in its document."""

    def __init__(self, document, node):
        self.document, self.node = document, node

    def follow(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def parameters(self):
        found = [self.follow(entry) for entry in self.node["shared"] + self.node.get("parameters", [])]
        return {f"{entry['in']} {entry['name']}": {**entry, "schema": self.follow(entry.get("schema", {}))} for entry in found}

    def body(self):
        return self.follow(self.node["requestBody"])["content"]["application/json"]["schema"] if "requestBody" in self.node else None

    def answer(self, status):
        content = self.follow(self.node["responses"][status]).get("content", {})
        return content.get("application/json", {}).get("schema", {})

    def members(self, schema):
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            found.update(self.members(self.follow(part)))
        return found


def operations(document):
    return {(method.upper(), path): {**item[method], "shared": item.get("parameters", [])}
            for path, item in document["paths"].items() for method in METHODS if method in item}


def scopes(node):
    return {scope for entry in node.get("security", []) for names in entry.values() for scope in names}


def types(schema):
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def verdicts(path=Path(__file__).with_name("changes.csv")):
    import csv
    with open(path, encoding="utf-8", newline="") as file:
        return {row["change"]: row["breaking"] == "yes" for row in csv.DictReader(file)}


def main(arguments):
    breaks, count = verdicts(), 0
    for kind, place in compare(load(arguments[0]), load(arguments[1])):
        count += breaks[kind]
        print(f"{'BREAKING' if breaks[kind] else 'fine'}: {kind}: {place}")
    print(f"{count} breaking")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
