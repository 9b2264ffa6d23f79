"""Every kind of change is found in a pair of documents, and the headers keep our own rules."""

import copy
import contextlib
import csv
import io
import json
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import breaking
import sunset

DOCUMENT = {
    "paths": {
        "/v1/things": {
            "get": {
                "security": [{"apiKey": ["things:read"]}],
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                               {"name": "colour", "in": "query", "schema": {"type": "string", "enum": ["red", "blue"]}}],
                "responses": {"200": {"content": {"application/json": {"schema": {
                    "type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}, "default": {}},
                "x-errors": ["resource.not_found"],
            },
            "post": {
                "security": [{"apiKey": ["things:write"]}],
                "requestBody": {"required": True, "content": {"application/json": {"schema": {
                    "type": "object", "required": ["name"],
                    "properties": {"name": {"type": ["string", "null"], "maxLength": 80},
                                   "size": {"type": "string", "enum": ["small", "large"]}}}}}},
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
            },
        },
    },
    "components": {"schemas": {"Thing": {
        "type": "object", "required": ["id", "name", "state"],
        "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": ["string", "null"]},
                       "state": {"type": "string", "enum": ["open", "done"]}}}}},
}


def changed(change):
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


def get(document):
    return document["paths"]["/v1/things"]["get"]


def body(document):
    return document["paths"]["/v1/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]


def thing(document):
    return document["components"]["schemas"]["Thing"]


CASES = {
    "operation removed": lambda d: d["paths"]["/v1/things"].pop("post"),
    "operation added": lambda d: d["paths"].update({"/v1/more": {"get": {"responses": {}}}}),
    "parameter removed": lambda d: get(d)["parameters"].pop(),
    "parameter required": lambda d: get(d)["parameters"][0].update(required=True),
    "optional parameter added": lambda d: get(d)["parameters"].append({"name": "new", "in": "query"}),
    "scope required": lambda d: get(d).update(security=[{"apiKey": ["other:read"]}]),
    "request member removed": lambda d: body(d)["properties"].pop("size"),
    "request member required": lambda d: body(d)["required"].append("size"),
    "optional request member added": lambda d: body(d)["properties"].update(new={"type": "string"}),
    "request type narrowed": lambda d: body(d)["properties"]["name"].update(type="string"),
    "request value removed": lambda d: body(d)["properties"]["size"]["enum"].pop(),
    "request bound tightened": lambda d: body(d)["properties"]["name"].update(maxLength=79),
    "success status removed": lambda d: d["paths"]["/v1/things"]["post"].update(responses={"202": {}}),
    "answer member removed": lambda d: thing(d)["properties"].pop("name"),
    "answer member added": lambda d: thing(d)["properties"].update(new={"type": "string"}),
    "answer member optional": lambda d: thing(d)["required"].remove("state"),
    "answer type changed": lambda d: thing(d)["properties"]["id"].update(type="integer"),
    "answer value added": lambda d: thing(d)["properties"]["state"]["enum"].append("void"),
    "error code added": lambda d: get(d)["x-errors"].append("thing.gone"),
}


class Changes(unittest.TestCase):
    def kinds(self, new, old=DOCUMENT):
        return {kind for kind, _ in breaking.compare(old, new)}

    def test_a_document_is_no_change_of_itself(self):
        self.assertEqual(set(), self.kinds(DOCUMENT))

    def test_each_kind_of_the_table_is_found_and_no_other(self):
        self.assertEqual(set(breaking.verdicts()), set(CASES))
        for kind, change in CASES.items():
            self.assertEqual({kind}, self.kinds(changed(change)), kind)

    def test_other_forms_of_the_same_changes(self):
        for kind, change in [
            ("parameter required", lambda d: get(d)["parameters"].append({"name": "new", "in": "query", "required": True})),
            ("request bound tightened", lambda d: get(d)["parameters"][0]["schema"].update(maximum=50)),
            ("request bound tightened", lambda d: get(d)["parameters"][0]["schema"].update(minimum=5)),
            ("request bound tightened", lambda d: body(d)["properties"]["name"].update(pattern="^x")),
            ("request value removed", lambda d: body(d)["properties"]["name"].update(enum=["x"])),
            ("request value removed", lambda d: get(d)["parameters"][1]["schema"]["enum"].remove("red")),
            ("answer type changed", lambda d: thing(d)["properties"]["state"].update(type=["string", "null"])),
            ("answer type changed", lambda d: thing(d)["properties"]["id"].update(format="uri")),
        ]:
            self.assertEqual({kind}, self.kinds(changed(change)), kind)

    def test_what_gives_clients_more_room_breaks_nobody(self):
        verdicts = breaking.verdicts()
        for change in (lambda d: get(d)["parameters"][0]["schema"].update(maximum=200),
                       lambda d: body(d)["properties"]["size"]["enum"].append("huge"),
                       lambda d: body(d)["required"].remove("name"),
                       lambda d: body(d)["properties"]["name"].update(maxLength=100),
                       lambda d: thing(d)["properties"]["name"].update(type="string")):
            self.assertFalse(any(verdicts[kind] for kind in self.kinds(changed(change))))

    def test_the_command_ends_with_1_for_a_break_and_0_else(self):
        for kind, breaks in breaking.verdicts().items():
            with tempfile.TemporaryDirectory() as folder:
                names = [str(Path(folder, name)) for name in ("old.json", "new.json")]
                for name, document in zip(names, (DOCUMENT, changed(CASES[kind]))):
                    Path(name).write_text(json.dumps(document))
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    self.assertEqual(int(breaks), breaking.main(names), kind)
            self.assertIn(f"{'BREAKING' if breaks else 'fine'}: {kind}: ", out.getvalue())
            self.assertRegex(out.getvalue(), r"\d+ breaking\n\Z")


class Headers(unittest.TestCase):
    BEGIN = datetime(2027, 1, 1, tzinfo=timezone.utc)
    PAGE = "https://harbourline.example/api/changes"

    def headers(self, days=365):
        return sunset.headers(self.BEGIN, self.BEGIN + timedelta(days=days), self.PAGE)

    def test_the_example_of_the_page(self):
        self.assertEqual({
            "Deprecation": "@1798761600", "Sunset": "Sat, 01 Jan 2028 00:00:00 GMT",
            "Link": f'<{self.PAGE}>; rel="deprecation"; type="text/html", <{self.PAGE}>; rel="sunset"; type="text/html"',
        }, self.headers())
        self.assertEqual([], sunset.faults(self.headers()))

    def test_less_than_a_years_notice_cannot_be_made(self):
        with self.assertRaises(ValueError):
            self.headers(364)

    def test_wrong_headers_are_found(self):
        good = self.headers()
        for change, fault in [
            ({"Deprecation": "true"}, "no date of RFC 9651"), ({"Deprecation": "1798761600"}, "no date of RFC 9651"),
            ({"Deprecation": None}, "Sunset without"), ({"Sunset": "2028-01-01"}, "no date of HTTP"),
            ({"Sunset": "Sat, 01 Jan 2028 00:00:00 +0000"}, "no date of HTTP"),
            ({"Sunset": "Fri, 31 Dec 2027 23:59:59 GMT"}, "only 364 days"), ({"Link": ""}, "no Link"),
        ]:
            given = {name: value for name, value in {**good, **change}.items() if value is not None}
            self.assertIn(fault, " ".join(sunset.faults(given)), change)

    def test_no_headers_and_an_end_that_is_not_known_are_fine(self):
        self.assertEqual([], sunset.faults({}))
        self.assertEqual([], sunset.faults({name: value for name, value in self.headers().items() if name != "Sunset"}))


class Table(unittest.TestCase):
    def test_these_and_no_others_break_nobody(self):
        self.assertEqual({"operation added", "optional parameter added", "optional request member added",
                          "answer member added", "answer value added", "error code added"},
                         {kind for kind, breaks in breaking.verdicts().items() if not breaks})

    def test_each_change_has_a_verdict_and_a_reason(self):
        with open(HERE / "changes.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.assertIn(row["breaking"], ("yes", "no"))
                self.assertTrue(row["why"])


if __name__ == "__main__":
    unittest.main()
