"""What the pages of Error Handling & Recovery share with the book, the registers and each other."""

import copy
import csv
import io
import json
import logging
import sys
import tomllib
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:  # Debian's python3-jsonschema, seen from another Python.
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
AREA = ROOT / "content/error-handling-and-recovery"
REFERENCE = ROOT / "content/reference"
sys.path[:0] = [str(AREA / name) for name in ("incident-response", "logging-standards")]

import check_review
import demo
import structured_log


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class IncidentResponse(unittest.TestCase):
    def test_actions_are_owned_by_the_owners_of_the_book(self):
        self.assertEqual(set(tomllib.loads((ROOT / "book.toml").read_text())["owners"]), check_review.OWNERS)


class LoggingStandards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads((AREA / "logging-standards/log.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.schema = schema
        cls.validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())

    def faults(self, line):
        return sorted((error.validator, "/".join(map(str, error.absolute_path))) for error in self.validator.iter_errors(line))

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
            self.assertEqual([], self.faults(line), line)

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
            self.assertEqual([expected], self.faults(line), line)

    def test_the_tiers_together_last_as_long_as_the_schedule_allows(self):
        days = sum(int(row["days"]) for row in rows(AREA / "logging-standards/volume.csv"))
        periods = {row["id"]: row["retention_days"] for row in rows(REFERENCE / "data-classes.csv")}
        self.assertEqual(periods["logs"], str(days))

    def test_services_are_those_of_the_register_and_the_limits_those_of_the_logger(self):
        services = {row["id"] for row in rows(REFERENCE / "services.csv")}
        properties = self.schema["properties"]
        self.assertLessEqual(set(properties["service"]["enum"]), services)
        self.assertEqual((structured_log.MESSAGE_MAX, structured_log.VALUE_MAX, structured_log.STACK_MAX,
                          structured_log.DATA_MAX),
                         (properties["message"]["maxLength"],
                          properties["data"]["additionalProperties"]["maxLength"],
                          properties["error"]["properties"]["stack"]["maxLength"], properties["data"]["maxProperties"]))
        self.assertEqual([row["level"] for row in rows(AREA / "logging-standards/levels.csv")],
                         properties["level"]["enum"])


if __name__ == "__main__":
    unittest.main()
