"""openapi.yaml is a valid OpenAPI 3.1 document, complete, and its examples are what its schemas say."""

import copy
import csv
import re
import tempfile
import unittest
from pathlib import Path

from tools import ROOT, jsonschema, load_yaml, run, yaml

REFERENCE = ROOT / "content/reference"
SPEC = load_yaml(REFERENCE / "openapi.yaml")
ERRORS = {row["code"]: row for row in load_yaml(REFERENCE / "errors.yaml")}
METHODS = ("get", "post", "patch", "put", "delete")
IDEMPOTENCY = {"idempotency.key_missing", "idempotency.key_invalid", "idempotency.key_reused", "idempotency.in_progress"}


def operations():
    """Each operation with its method, path and all of its parameters, references followed."""
    for path, item in SPEC["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = [follow(entry) for entry in item.get("parameters", []) + operation.get("parameters", [])]
                yield method, path, operation, parameters


def follow(node):
    """What a `$ref` inside the document leads to."""
    while "$ref" in node:
        target = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def faults(schema, value):
    """What is wrong with a value, by a schema of the document: its messages."""
    whole = {**schema, "components": SPEC["components"]}
    validator = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(value)]


def examples(node, where=""):
    """Each example beside its schema: (place, schema, value)."""
    if isinstance(node, list):
        for number, entry in enumerate(node):
            yield from examples(entry, f"{where}/{number}")
    elif isinstance(node, dict):
        if "schema" in node:
            if "example" in node:
                yield where, node["schema"], node["example"]
            for name, example in node.get("examples", {}).items():
                yield f"{where}/examples/{name}", node["schema"], example["value"]
        for key, entry in node.items():
            yield from examples(entry, f"{where}/{key}")


class Document(unittest.TestCase):
    def test_the_validator_accepts_the_document(self):
        code, said = run("openapi-spec-validator", REFERENCE / "openapi.yaml")
        self.assertEqual(0, code, said[:2000])

    def test_the_validator_refuses_a_broken_one(self):
        self.assertEqual(0, self.verdict(lambda spec: None))
        for change in (lambda spec: spec["paths"]["/v1/usage"]["get"].update(responses={}),
                       lambda spec: spec["components"]["schemas"].pop("Usage"),
                       lambda spec: spec["paths"]["/v1/plans"]["get"].update(operationId="getUsage"),
                       lambda spec: spec["components"]["parameters"]["Limit"].pop("in"),
                       lambda spec: spec["paths"]["/v1/members/{member_id}"].pop("parameters")):
            self.assertNotEqual(0, self.verdict(change))

    def verdict(self, change):
        spec = copy.deepcopy(SPEC)
        del spec["webhooks"]  # Its schemas are files beside another page.
        change(spec)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump(spec, file)
            file.flush()
            return run("openapi-spec-validator", file.name)[0]

    def test_each_example_is_what_its_schema_says(self):
        found = list(examples(SPEC))
        self.assertGreater(len(found), 35)
        for where, schema, value in found:
            self.assertEqual([], faults(schema, value), where)

    def test_examples_of_problems_are_those_of_the_registry(self):
        problems = [value for _, schema, value in examples(SPEC) if schema == {"$ref": "#/components/schemas/Problem"}]
        self.assertGreaterEqual(len(problems), 5)
        for problem in problems:
            entry = ERRORS[problem["code"]]
            self.assertEqual((entry["type"], entry["title"], entry["http"]),
                             (problem["type"], problem["title"], problem["status"]), problem["code"])

    def test_no_example_has_a_member_that_its_schema_does_not_name(self):
        closed = copy.deepcopy(SPEC["components"])
        for schema in closed["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        del closed["schemas"]["WebhookEndpoint"]["additionalProperties"]  # Extended by the one with the secret.
        for where, schema, value in examples(SPEC):
            validator = jsonschema.Draft202012Validator({**schema, "components": closed})
            self.assertEqual([], [error.message for error in validator.iter_errors(value)], where)


class Operations(unittest.TestCase):
    def test_each_answers_problems_and_shows_what_it_gives(self):
        for method, path, operation, _ in operations():
            responses = operation["responses"]
            self.assertEqual({"$ref": "#/components/responses/Problem"}, responses["default"], path)
            good = [status for status in responses if status.startswith("2")]
            self.assertEqual(1, len(good), path)
            answer = follow(responses[good[0]])
            self.assertEqual(good[0] == "204", "content" not in answer, path)
            for field in ("summary", "tags", "security"):
                self.assertIn(field, operation, f"{method} {path}")

    def test_each_status_that_is_named_has_a_code_and_each_code_is_registered(self):
        everywhere = set(SPEC["x-errors"])
        self.assertLessEqual(everywhere, set(ERRORS))
        for method, path, operation, _ in operations():
            own = set(operation.get("x-errors", []))
            self.assertLessEqual(own, set(ERRORS), path)
            self.assertFalse(own & everywhere, path)
            statuses = {str(ERRORS[code]["http"]) for code in own | everywhere}
            named = {status for status in operation["responses"] if status[0] in "45"}
            self.assertLessEqual(named, statuses, f"{method} {path}")

    def test_what_reads_a_body_refuses_bad_ones(self):
        for method, path, operation, _ in operations():
            wanted = {"request.malformed", "request.media_type_unsupported", "request.too_large", "request.invalid"}
            if "requestBody" in operation:
                self.assertLessEqual(wanted, set(operation["x-errors"]), f"{method} {path}")
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                self.assertIs(False, follow(schema)["additionalProperties"], "a mistyped member must not pass unseen")

    def test_what_changes_something_can_meet_the_read_only_mode(self):
        for method, path, operation, _ in operations():
            self.assertEqual(method != "get", "service.read_only" in operation.get("x-errors", []), f"{method} {path}")

    def test_idempotency_keys_and_their_codes_go_together(self):
        wanted = {"changeSubscription", "cancelSubscription", "payInvoice", "createWebhookEndpoint", "rotateWebhookSecret"}
        found = set()
        for method, path, operation, parameters in operations():
            asked = any(parameter["name"] == "Idempotency-Key" for parameter in parameters)
            self.assertEqual(IDEMPOTENCY if asked else set(), IDEMPOTENCY & set(operation.get("x-errors", [])), path)
            found |= {operation["operationId"]} if asked else set()
        self.assertEqual(wanted, found)

    def test_each_list_has_a_limit_a_cursor_and_one_form(self):
        for method, path, operation, parameters in operations():
            if not operation["operationId"].startswith("list") or path == "/v1/plans":
                continue
            names = {parameter["name"] for parameter in parameters}
            self.assertLessEqual({"limit", "cursor"}, names, path)
            self.assertIn("request.cursor_invalid", operation["x-errors"])
            answer = follow(operation["responses"]["200"])["content"]["application/json"]["schema"]
            self.assertEqual(["data", "next_cursor"], follow(answer)["required"], path)

    def test_an_object_in_the_path_may_be_absent(self):
        for method, path, operation, _ in operations():
            if "{" in path:
                self.assertIn("resource.not_found", operation["x-errors"], path)
                self.assertIn("404", operation["responses"], path)

    def test_a_change_can_be_bound_to_the_version_that_was_read(self):
        for method, path, operation, parameters in operations():
            answer = follow(operation["responses"].get("200", {})).get("content", {}).get("application/json", {})
            if method == "patch" and "version" in follow(answer["schema"])["properties"]:
                self.assertIn("If-Match", {parameter["name"] for parameter in parameters}, path)
                self.assertIn("resource.version_conflict", operation["x-errors"])
                self.assertIn("ETag", follow(operation["responses"]["200"])["headers"], path)


class Money(unittest.TestCase):
    def test_plans_in_the_example_are_those_on_sale(self):
        with open(REFERENCE / "plans.csv", encoding="utf-8", newline="") as file:
            plans = list(csv.DictReader(file))
        shown = SPEC["paths"]["/v1/plans"]["get"]["responses"]["200"]["content"]["application/json"]["example"]["data"]
        columns = ("id", "price_minor", "included", "overage_minor", "rate_min", "burst")
        self.assertEqual([[plan[name] for name in columns] for plan in plans],
                         [[str(plan[name]) for name in columns] for plan in shown])
        self.assertEqual([plan["id"] for plan in plans], SPEC["components"]["schemas"]["PlanId"]["enum"])

    def test_amounts_in_examples_add_up(self):
        for where, _, value in examples(SPEC):
            for entry in value.get("data", [value]) if isinstance(value, dict) else []:
                if "total_minor" in entry:
                    self.assertEqual(entry["total_minor"], entry["net_minor"] + entry["tax_minor"], where)
                if "overage" in entry:
                    plan = next(plan for plan in SPEC["paths"]["/v1/plans"]["get"]["responses"]["200"]["content"]
                                ["application/json"]["example"]["data"] if plan["included"] == entry["included"])
                    over = entry["used"] - entry["included"]
                    self.assertEqual((over, -(-over // 1000) * plan["overage_minor"]),
                                     (entry["overage"], entry["overage_minor"]), where)


if __name__ == "__main__":
    unittest.main()
