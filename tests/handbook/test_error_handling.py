"""What the pages of Error Handling & Recovery share with the book, the registers and each other."""

import copy
import io
import json
import logging
import sys
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from tools import ROOT, jsonschema, load_csv, load_yaml

AREA = ROOT / "content/error-handling-and-recovery"
REFERENCE = ROOT / "content/reference"
sys.path[:0] = [str(AREA / name) for name in ("detailed-error-codes", "incident-response", "logging-standards")]

import check_review
import demo
import problems
import structured_log


def faults(validator, value):
    """What fails, and where: sorted pairs of keyword and path."""
    return sorted((error.validator, "/".join(map(str, error.absolute_path))) for error in validator.iter_errors(value))


def validator(path):
    schema = json.loads((AREA / path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


class DetailedErrorCodes(unittest.TestCase):
    PAGE = AREA / "detailed-error-codes"

    @classmethod
    def setUpClass(cls):
        cls.registry = load_yaml(REFERENCE / "errors.yaml")
        cls.validator = validator("detailed-error-codes/problem.schema.json")
        cls.samples = {path.stem: json.loads(path.read_text()) for path in (cls.PAGE / "samples").glob("*.json")}

    def test_the_reader_of_the_page_reads_what_a_yaml_library_reads(self):
        read = [{**entry, "since": str(entry["since"])} for entry in problems.CODES.values()]
        self.assertEqual(self.registry, read)

    def test_samples_fit_the_schema_and_the_registry(self):
        self.assertEqual({"internal", "invalid", "limited", "not_payable"}, set(self.samples))
        for sample in self.samples.values():
            self.assertEqual([], faults(self.validator, sample), sample)
            entry = problems.CODES[sample["code"]]
            self.assertEqual((entry["type"], entry["title"], entry["http"]),
                             (sample["type"], sample["title"], sample["status"]))

    def test_every_answer_of_every_code_fits_the_schema(self):
        for code, entry in problems.CODES.items():
            errors = [{"pointer": "/a", "detail": "b"}] if code == "request.invalid" else None
            wait = 2 if entry["http"] in (429, 503) else None
            problem = problems.Problem(code, detail="x" * 999, errors=errors, retry_after_s=wait)
            self.assertEqual([], faults(self.validator, json.loads(problems.answer(problem, "a" * 32)[2])), code)

    def test_each_bad_body_is_refused_for_its_own_reason(self):
        for name, expected, change in [
            ("not_payable", ("required", ""), lambda body: body.pop("code")),
            ("not_payable", ("required", ""), lambda body: body.pop("trace_id")),
            ("not_payable", ("additionalProperties", ""), lambda body: body.update(stack="at db-1")),
            ("not_payable", ("pattern", "code"), lambda body: body.update(code="NOT_PAYABLE")),
            ("not_payable", ("minimum", "status"), lambda body: body.update(status=200)),
            ("not_payable", ("type", "status"), lambda body: body.update(status="409")),
            ("not_payable", ("pattern", "type"), lambda body: body.update(type="https://example.org/x.y")),
            ("not_payable", ("maxLength", "detail"), lambda body: body.update(detail="x" * 301)),
            ("not_payable", ("not", ""), lambda body: body.update(errors=[{"pointer": "/a", "detail": "b"}])),
            ("internal", ("not", ""), lambda body: body.update(detail="KeyError: 'x'")),
            ("invalid", ("required", ""), lambda body: body.pop("errors")),
            ("invalid", ("minItems", "errors"), lambda body: body.update(errors=[])),
            ("invalid", ("oneOf", "errors/0"), lambda body: body["errors"][0].pop("pointer")),
            ("invalid", ("oneOf", "errors/0"), lambda body: body["errors"][0].update(parameter="x")),
            ("invalid", ("pattern", "errors/0/pointer"), lambda body: body["errors"][0].update(pointer="name")),
        ]:
            body = copy.deepcopy(self.samples[name])
            change(body)
            self.assertEqual([expected], faults(self.validator, body), body)

    def test_the_api_describes_the_same_body(self):
        described = load_yaml(REFERENCE / "openapi.yaml")["components"]["schemas"]["Problem"]
        schema = self.validator.schema
        self.assertEqual(set(described["properties"]), set(schema["properties"]))
        self.assertLessEqual(set(described["required"]), set(schema["required"]))
        for key in ("code", "trace_id"):
            self.assertEqual(described["properties"][key]["pattern"], schema["properties"][key]["pattern"])
        self.assertEqual(set(described["properties"]["errors"]["items"]["properties"]),
                         set(schema["properties"]["errors"]["items"]["properties"]))

    def test_families_are_those_of_the_registry(self):
        found = {}
        for entry in self.registry:
            statuses, owners = found.setdefault(entry["code"].split(".")[0], (set(), set()))
            statuses.add(str(entry["http"]))
            owners.add(entry["owner"])
        table = {row["family"]: (set(row["statuses"].split()), {row["owner"]})
                 for row in load_csv(self.PAGE / "families.csv")}
        self.assertEqual(found, table)


class IncidentResponse(unittest.TestCase):
    def test_actions_are_owned_by_the_owners_of_the_book(self):
        self.assertEqual(set(tomllib.loads((ROOT / "book.toml").read_text())["owners"]), check_review.OWNERS)


class LoggingStandards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.validator = validator("logging-standards/log.schema.json")

    def emitted(self):
        out = io.StringIO()
        demo.main(out)
        log = logging.getLogger("library")
        log.info("%s", "plain line of a library")
        log.info("too few arguments %s %s", 1)
        structured_log.event(log, logging.ERROR, "x.y", "m" * 5000, **{f"n{n}": "v" * 9000 for n in range(30)})
        try:
            raise ValueError("z" * 99_000)
        except ValueError:
            log.exception("failed")
        return [json.loads(line) for line in out.getvalue().splitlines()]

    def test_every_line_that_the_logger_writes_fits_the_schema(self):
        lines = self.emitted()
        self.assertEqual(8, len(lines))
        for line in lines:
            self.assertEqual([], faults(self.validator, line), line)

    def test_each_bad_line_is_refused_for_its_own_reason(self):
        good = self.emitted()[0]
        for expected, change in [
            (("required", ""), lambda line: line.pop("event")),
            (("required", ""), lambda line: line.pop("trace_id")),
            (("additionalProperties", ""), lambda line: line.update(password="x")),
            (("pattern", "time"), lambda line: line.update(time="2026-11-25T10:00:00.000+01:00")),
            (("pattern", "time"), lambda line: line.update(time="2026-11-25T10:00:00Z")),
            (("enum", "level"), lambda line: line.update(level="warn")),
            (("enum", "service"), lambda line: line.update(service="frontend")),
            (("enum", "environment"), lambda line: line.update(environment="prod")),
            (("pattern", "event"), lambda line: line.update(event="InvoiceIssued")),
            (("pattern", "trace_id"), lambda line: line.update(trace_id="0" * 32)),
            (("pattern", "trace_id"), lambda line: line.update(trace_id="4BF92F3577B34DA6A3CE929D0E0E4736")),
            (("maxLength", "message"), lambda line: line.update(message="m" * 1001)),
            (("required", "data"), lambda line: line["data"].pop("seconds")),
            (("pattern", "data/route"), lambda line: line["data"].update(route="/v1/invoices?token=x")),
            (("maximum", "data/status"), lambda line: line["data"].update(status=700)),
            (("type", "data/nested"), lambda line: line["data"].update(nested={"a": 1})),
            (("pattern", "data"), lambda line: line["data"].update({"User-Agent": "x"})),
            (("maxLength", "data/note"), lambda line: line["data"].update(note="x" * 501)),
            (("anyOf", ""), lambda line: (line.pop("data"), line.update(level="error", event="x.y"))),
        ]:
            line = copy.deepcopy(good)
            change(line)
            self.assertEqual([expected], faults(self.validator, line), line)

    def test_the_tiers_together_last_as_long_as_the_schedule_allows(self):
        days = sum(int(row["days"]) for row in load_csv(AREA / "logging-standards/volume.csv"))
        periods = {row["id"]: row["retention_days"] for row in load_csv(REFERENCE / "data-classes.csv")}
        self.assertEqual(periods["logs"], str(days))

    def test_services_are_those_of_the_register_and_the_limits_those_of_the_logger(self):
        services = {row["id"] for row in load_csv(REFERENCE / "services.csv")}
        properties = self.validator.schema["properties"]
        self.assertLessEqual(set(properties["service"]["enum"]), services)
        self.assertEqual((structured_log.MESSAGE_MAX, structured_log.VALUE_MAX, structured_log.STACK_MAX,
                          structured_log.DATA_MAX),
                         (properties["message"]["maxLength"],
                          properties["data"]["additionalProperties"]["maxLength"],
                          properties["error"]["properties"]["stack"]["maxLength"], properties["data"]["maxProperties"]))
        self.assertEqual([row["level"] for row in load_csv(AREA / "logging-standards/levels.csv")],
                         properties["level"]["enum"])


if __name__ == "__main__":
    unittest.main()
