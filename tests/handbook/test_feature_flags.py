"""The flag schema takes the sample and refuses each bad file for the reason it is bad."""
import copy
import csv
import json
import sys
import tomllib
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:  # Debian's python3-jsonschema, seen from another Python.
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content" / "advanced-features" / "feature-flags"
SAMPLE = json.loads((PAGE / "flags.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((PAGE / "flags.schema.json").read_text(encoding="utf-8"))
KEY = "release.invoice-pdf-v2"


def faults(content):
    """What fails, and where: sorted pairs of keyword and path."""
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return sorted((error.validator, "/".join(map(str, error.absolute_path))) for error in validator.iter_errors(content))


class FlagSchema(unittest.TestCase):
    def test_the_schema_is_one_and_the_sample_fits_it(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        self.assertEqual([], faults(SAMPLE))

    def refuse(self, keyword, where, change):
        content = copy.deepcopy(SAMPLE)
        change(content["flags"][KEY])
        path = "/".join(filter(None, ["flags", KEY, where]))
        self.assertEqual([(keyword, path)], faults(content))

    def test_each_bad_flag_is_refused_for_its_own_reason(self):
        rule = "rules/2"
        for keyword, where, change in [
            ("required", "", lambda flag: flag.pop("owner")),
            ("required", "", lambda flag: flag.pop("expires")),
            ("required", "", lambda flag: flag.pop("off_variant")),
            ("enum", "owner", lambda flag: flag.update(owner="bob")),
            ("enum", "state", lambda flag: flag.update(state="OFF")),
            ("enum", "kind", lambda flag: flag.update(kind="misc")),
            ("format", "expires", lambda flag: flag.update(expires="2027-02-30")),
            ("additionalProperties", "", lambda flag: flag.update(defualt_variant="on")),
            ("type", "variants/on", lambda flag: flag["variants"].update(on="true")),
            ("minProperties", "variants", lambda flag: flag["variants"].pop("on")),
            ("maximum", f"{rule}/percentage", lambda flag: flag["rules"][2].update(percentage=101)),
            ("minimum", f"{rule}/percentage", lambda flag: flag["rules"][2].update(percentage=-1)),
            ("required", rule, lambda flag: flag["rules"][2].pop("variant")),
            ("anyOf", rule, lambda flag: flag["rules"][2].pop("percentage")),
            ("enum", "rules/0/when/0/attribute", lambda flag: flag["rules"][0]["when"][0].update(attribute="email")),
            ("minItems", "rules/0/when", lambda flag: flag["rules"][0].update(when=[])),
        ]:
            with self.subTest(keyword=keyword, where=where):
                self.refuse(keyword, where, change)

    def test_values_have_the_type_of_their_flag(self):
        for kind, bad in (("boolean", 1), ("string", True), ("number", "1"), ("object", "x")):
            content = copy.deepcopy(SAMPLE)
            content["flags"][KEY].update(type=kind, variants={"on": bad, "off": bad})
            where = f"flags/{KEY}/variants/"
            self.assertEqual([("type", where + "off"), ("type", where + "on")], faults(content), kind)

    def test_names_follow_the_grammar(self):
        for name in ("invoice-pdf", "misc.x", "release.Invoice", "release.a_b", "release.", "release.a..b", "release.-a"):
            content = {"version": 1, "flags": {name: SAMPLE["flags"][KEY]}}
            self.assertEqual([("pattern", "flags")], faults(content), name)
        long = {"version": 1, "flags": {"release." + "a" * 57: SAMPLE["flags"][KEY]}}
        self.assertEqual([("maxLength", "flags")], faults(long))

    def test_another_version_is_refused(self):
        self.assertEqual([("const", "version")], faults({**SAMPLE, "version": 2}))


class SharedNames(unittest.TestCase):
    def test_owners_are_those_of_the_handbook(self):
        owners = tomllib.loads((ROOT / "book.toml").read_text(encoding="utf-8"))["owners"]
        self.assertEqual(set(owners), set(SCHEMA["$defs"]["flag"]["properties"]["owner"]["enum"]))

    def test_kinds_are_those_of_the_table(self):
        with open(PAGE / "kinds.csv", encoding="utf-8", newline="") as file:
            kinds = {row["kind"] for row in csv.DictReader(file)}
        self.assertEqual(kinds, set(SCHEMA["$defs"]["flag"]["properties"]["kind"]["enum"]))

    def test_the_mail_flag_names_providers_of_the_register(self):
        with open(ROOT / "content" / "reference" / "providers.csv", encoding="utf-8", newline="") as file:
            providers = {row["id"] for row in csv.DictReader(file)}
        self.assertLessEqual(set(SAMPLE["flags"]["ops.email-provider"]["variants"].values()), providers)


if __name__ == "__main__":
    unittest.main()
