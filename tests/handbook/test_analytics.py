"""Analytics Integration: schema, tracking plan, code and registers say the same."""

import copy
import json
import re
import unittest

import jsonschema

from tools import ROOT, load_csv

PAGE = ROOT / "content/marketing-and-growth/analytics-integration"
SCHEMA = json.loads((PAGE / "event.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


PLAN = {row["event"]: row["parameters"].split() for row in load_csv(PAGE / "tracking-plan.csv")}
SAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (PAGE / "samples").glob("*.json")}


class Events(unittest.TestCase):
    def test_plan_schema_and_samples_name_the_same_events(self):
        self.assertEqual(set(PLAN), set(SCHEMA["properties"]["name"]["enum"]))
        self.assertEqual(set(PLAN), set(SAMPLES))
        for name, sample in SAMPLES.items():
            self.assertEqual((name, set(PLAN[name])), (sample["name"], set(sample["params"])))
            VALIDATOR.validate(sample)

    def test_a_parameter_too_few_or_too_many_is_refused(self):
        every = SCHEMA["properties"]["params"]["properties"]
        values = {key: value for sample in SAMPLES.values() for key, value in sample["params"].items()}
        self.assertEqual(set(values), set(every))
        for name, sample in SAMPLES.items():
            for key in PLAN[name]:
                broken = copy.deepcopy(sample)
                del broken["params"][key]
                self.assertFalse(VALIDATOR.is_valid(broken), (name, key))
            for key in set(every) - set(PLAN[name]):
                broken = copy.deepcopy(sample)
                broken["params"][key] = values[key]
                self.assertFalse(VALIDATOR.is_valid(broken), (name, key))

    def test_what_could_name_a_person_is_refused(self):
        for key, wrong in (("page_path", "/search?q=ann"), ("page_path", "/people/ann@example.org"),
                           ("page_path", "https://example.org/"), ("page_path", "/a#b"), ("page_path", "/" + "a" * 100),
                           ("page_language", "ga"), ("referrer_kind", "https://example.org")):
            broken = copy.deepcopy(SAMPLES["page_view"])
            broken["params"][key] = wrong
            self.assertFalse(VALIDATOR.is_valid(broken), wrong)
        for extra in ({"email": "ann@example.org"}, {"user_id": "1"}):
            broken = copy.deepcopy(SAMPLES["plan_chosen"])
            broken["params"].update(extra)
            self.assertFalse(VALIDATOR.is_valid(broken), extra)
        self.assertFalse(VALIDATOR.is_valid({**SAMPLES["plan_chosen"], "client": "acme"}))
        self.assertFalse(VALIDATOR.is_valid({"name": "mouse_moved", "params": {}}))

    def test_names_follow_the_providers_rules(self):
        for name in [*PLAN, *(key for keys in PLAN.values() for key in keys)]:
            self.assertRegex(name, r"^[a-z][a-z_]{0,39}$")
            self.assertNotRegex(name, r"^(ga|google|firebase)_")

    def test_plans_and_languages_are_those_of_the_registers(self):
        params = SCHEMA["properties"]["params"]["properties"]
        plans = [row["id"] for row in load_csv(ROOT / "content/reference/plans.csv")]
        self.assertEqual(params["plan"]["enum"], plans)
        locales = load_csv(ROOT / "content/advanced-features/internationalization/locales.csv")
        self.assertEqual(params["page_language"]["enum"], [row["locale"] for row in locales if row["shipped"] == "yes"])


class Cookies(unittest.TestCase):
    def test_lifetimes_in_the_code_are_those_of_the_register(self):
        cookies = {row["name"]: row for row in load_csv(ROOT / "content/reference/cookies.csv")}
        consent = (PAGE / "consent.mjs").read_text(encoding="utf-8")
        tag = (PAGE / "tag.js").read_text(encoding="utf-8")
        days = re.search(r"LIFE_S = (\d+) \* 24 \* 60 \* 60", consent)[1]
        self.assertEqual(cookies["consent"]["life"], f"{days} days")
        days = re.search(r"cookie_expires: (\d+) \* 24 \* 60 \* 60", tag)[1]
        self.assertEqual({cookies[name]["life"] for name in ("_ga", "_ga_ID")}, {f"{days} days"})
        self.assertEqual({row["consent"] for name, row in cookies.items() if name.startswith("_ga")}, {"analytics"})


if __name__ == "__main__":
    unittest.main()
