"""The comparison finds breaks in the real document, and changelog, codes and document agree on releases."""

import copy
import sys
import unittest

from tools import ROOT, load_yaml

sys.dont_write_bytecode = True
PAGE = ROOT / "content/api-documentation/versioning-strategy"
sys.path.insert(0, str(PAGE))

import breaking
import sunset

REFERENCE = ROOT / "content/reference"
SPEC = load_yaml(REFERENCE / "openapi.yaml")
LOG = load_yaml(PAGE / "changelog.yaml")


def kinds(change):
    document = copy.deepcopy(SPEC)
    change(document)
    return {kind for kind, _ in breaking.compare(SPEC, document)}


class RealDocument(unittest.TestCase):
    def test_it_is_no_change_of_itself(self):
        self.assertEqual(set(), kinds(lambda spec: None))

    def test_breaks_behind_references_are_found(self):
        schemas = SPEC["components"]["schemas"]
        for kind, change in [
            ("answer member removed", lambda spec: spec["components"]["schemas"]["Invoice"]["properties"].pop("total_minor")),
            ("answer member removed", lambda spec: spec["components"]["schemas"]["WebhookEndpoint"]["properties"].pop("url")),
            ("answer type changed", lambda spec: spec["components"]["schemas"]["Minor"].update(type="number")),
            ("request bound tightened", lambda spec: spec["components"]["parameters"]["Limit"]["schema"].update(maximum=50)),
            ("parameter removed", lambda spec: spec["paths"]["/v1/invoices"]["get"]["parameters"].pop()),
            ("request member removed", lambda spec: spec["components"]["schemas"]["OrganisationChange"]["properties"].pop("name")),
            ("scope required", lambda spec: spec["paths"]["/v1/usage"]["get"].update(security=[{"apiKey": ["audit:read"]}])),
        ]:
            self.assertIn(kind, kinds(change))
            self.assertTrue(breaking.verdicts()[kind])
        self.assertIn("WebhookEndpoint", schemas)

    def test_an_addition_is_none(self):
        found = kinds(lambda spec: spec["components"]["schemas"]["Invoice"]["properties"].update(new={"type": "string"}))
        self.assertEqual({"answer member added"}, found)

    def test_the_headers_in_the_document_keep_the_rules(self):
        shown = {name: SPEC["components"]["headers"][name]["example"] for name in ("Deprecation", "Sunset")}
        self.assertEqual([], sunset.faults({**shown, "Link": '<x>; rel="deprecation"'}))


class Releases(unittest.TestCase):
    def test_codes_document_and_changelog_agree(self):
        releases = [entry["release"] for entry in LOG]
        self.assertEqual(SPEC["info"]["version"], releases[0])
        self.assertEqual(set(), {row["since"] for row in load_yaml(REFERENCE / "errors.yaml")} - set(releases))

    def test_the_newest_is_first_and_releases_rise_with_their_dates(self):
        keys = [(entry["date"], tuple(map(int, entry["release"].split(".")))) for entry in LOG]
        self.assertEqual(sorted(keys, reverse=True), keys)

    def test_codes_of_an_entry_came_with_it(self):
        since = {row["code"]: row["since"] for row in load_yaml(REFERENCE / "errors.yaml")}
        for entry in LOG:
            for code, release in since.items():
                if code in entry["added"]:
                    self.assertEqual(entry["release"], release, code)


if __name__ == "__main__":
    unittest.main()
