"""The schemas of webhook events take their samples, refuse what a receiver must not be sent, and agree with the API."""

import copy
import json
import unittest

from tools import ROOT, jsonschema, load_yaml

PAGE = ROOT / "content/api-documentation/webhook-contracts"
EVENTS = load_yaml(ROOT / "content/reference/events.yaml")
SPEC = load_yaml(ROOT / "content/reference/openapi.yaml")
PERSONAL = ("name", "email", "address", "phone", "ip", "secret", "key", "url", "card", "iban")


def read(name):
    return json.loads((PAGE / name).read_text(encoding="utf-8"))


def faults(schema, body):
    """What fails, and where: sorted pairs of keyword and path."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return sorted((error.validator, "/".join(map(str, error.absolute_path))) for error in validator.iter_errors(body))


class Schemas(unittest.TestCase):
    def each(self):
        for event in EVENTS:
            with self.subTest(event["type"]):
                yield event, read(event["schema"]), read(f"samples/{event['schema']}")

    def test_each_event_has_a_schema_and_a_sample_and_there_are_no_others(self):
        wanted = {event["schema"] for event in EVENTS}
        self.assertEqual(wanted, {path.name for path in PAGE.glob("*.v[0-9]*.json")})
        self.assertEqual(wanted, {path.name for path in (PAGE / "samples").iterdir()})

    def test_schemas_are_schemas_and_samples_fit_them(self):
        for event, schema, sample in self.each():
            jsonschema.Draft202012Validator.check_schema(schema)
            self.assertEqual(event["trigger"], schema["description"])
            self.assertTrue(schema["$id"].endswith("/webhook-schemas/" + event["schema"]))
            self.assertEqual([], faults(schema, sample))

    def test_samples_have_no_member_that_the_schema_does_not_name(self):
        for _, schema, sample in self.each():
            self.assertEqual(list(schema["properties"]), list(sample))
            self.assertEqual(list(schema["properties"]["data"]["properties"]), list(sample["data"]))

    def test_a_new_member_is_no_fault(self):
        for _, schema, sample in self.each():
            self.assertEqual([], faults(schema, {**sample, "new": 1, "data": {**sample["data"], "new": 1}}))

    def test_every_member_is_required(self):
        for _, schema, sample in self.each():
            for name in sample:
                self.assertIn(("required", ""), faults(schema, {k: v for k, v in sample.items() if k != name}), name)
            for name in sample["data"]:
                data = {key: value for key, value in sample["data"].items() if key != name}
                self.assertEqual([("required", "data")], faults(schema, {**sample, "data": data}), name)

    def test_a_member_of_another_type_is_refused(self):
        for _, schema, sample in self.each():
            for name in sample["data"]:
                bad = copy.deepcopy(sample)
                bad["data"][name] = {"not": "this"}
                self.assertTrue(faults(schema, bad), name)

    def test_bad_values_are_refused_for_their_own_reason(self):
        schema, sample = read("invoice.paid.v1.json"), read("samples/invoice.paid.v1.json")
        for keyword, where, change in [
            ("const", "type", {"type": "invoice.payed"}),
            ("const", "version", {"version": 2}),
            ("enum", "mode", {"mode": "production"}),
            ("format", "id", {"id": "evt_1"}),
            ("pattern", "created_at", {"created_at": "2026-11-12 08:30:05"}),
            ("pattern", "created_at", {"created_at": "2026-11-12T08:30:05+01:00"}),
            ("minimum", "object_version", {"object_version": 0}),
            ("type", "data/amount_minor", {"data": {**sample["data"], "amount_minor": 1290.5}}),
            ("type", "data/amount_minor", {"data": {**sample["data"], "amount_minor": "129000"}}),
            ("pattern", "data/currency", {"data": {**sample["data"], "currency": "eur"}}),
            ("pattern", "data/number", {"data": {**sample["data"], "number": "417"}}),
        ]:
            self.assertIn((keyword, where), faults(schema, {**sample, **change}))

    def test_the_envelope_is_one(self):
        first = None
        for event, schema, _ in self.each():
            envelope = copy.deepcopy(schema["properties"])
            self.assertEqual(event["type"], envelope.pop("type")["const"])
            self.assertEqual(event["version"], envelope.pop("version")["const"])
            self.assertIn(envelope.pop("object_version")["type"], ("integer", "null"))
            envelope.pop("data")
            first = first or (schema["required"], envelope)
            self.assertEqual(first, (schema["required"], envelope))
        self.assertEqual(first[0], SPEC["components"]["schemas"]["WebhookEvent"]["required"])

    def test_no_person_and_no_secret_is_in_an_event(self):
        for _, schema, _ in self.each():
            for name in schema["properties"]["data"]["properties"]:
                self.assertFalse(set(name.split("_")) & set(PERSONAL) - ({"key"} if name == "key_id" else set()), name)

    def test_an_event_read_from_the_api_is_the_one_that_was_sent(self):
        shown = SPEC["paths"]["/v1/webhook-events"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        self.assertEqual(read("samples/invoice.paid.v1.json"), shown["data"][0])


class Values(unittest.TestCase):
    """Lists of values are those of the API."""

    def values(self, event, *path):
        node = read(f"{event}.v1.json")["properties"]["data"]["properties"]
        for part in path:
            node = node[part]
        return node["enum"]

    def test_roles_plans_and_stages(self):
        schemas = SPEC["components"]["schemas"]
        for event, name in (("member.added", "role"), ("member.role_changed", "previous_role"), ("member.removed", "role")):
            self.assertEqual(schemas["Role"]["enum"], self.values(event, name))
        for event, name in (("subscription.created", "plan"), ("subscription.changed", "previous_plan")):
            self.assertEqual(schemas["PlanId"]["enum"], self.values(event, name))
        self.assertEqual(schemas["ProjectStage"]["enum"], self.values("project.updated", "stage"))

    def test_scopes_and_reasons_of_keys(self):
        code = (ROOT / "content/security-and-authentication/api-key-management/api_keys.py").read_text(encoding="utf-8")
        for name in self.values("api_key.created", "scopes", "items") + self.values("api_key.revoked", "reason"):
            self.assertIn(f'"{name}"', code)

    def test_reasons_of_disabled_endpoints(self):
        reasons = SPEC["components"]["schemas"]["WebhookEndpoint"]["properties"]["disabled_reason"]["enum"]
        self.assertEqual(sorted(reasons, key=str), sorted([*self.values("webhook_endpoint.disabled", "reason"), None], key=str))


if __name__ == "__main__":
    unittest.main()
