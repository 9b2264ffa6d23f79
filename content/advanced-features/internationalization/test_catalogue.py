"""The catalogue's checks from both sides; plural rules and formats against the tables of Unicode in Node.js (if there is one)."""
import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import catalogue
from catalogue import BadMessage, fill, lookup, parse, plural, pseudo, wishes

HERE = Path(__file__).parent
TODAY = "2026-11-25"
NUMBERS = [*range(0, 130), 200, 201, 203, 1000, 1_000_000, 2_000_000, 1_000_001]


def node(script):
    """What a script for Node.js prints, as JSON."""
    out = subprocess.run(["node", "-e", f"console.log(JSON.stringify({script}))"], capture_output=True, check=True, timeout=60)
    return json.loads(out.stdout)


class Messages(unittest.TestCase):
    def text(self, message, locale="en-IE", **arguments):
        return fill(parse(message), arguments, locale)

    def test_arguments_are_filled_in(self):
        self.assertEqual(self.text("Thank you, {name}!", name="{Ann}"), "Thank you, {Ann}!")

    def test_a_plural_takes_the_branch_of_the_language(self):
        message = "{count, plural, =0 {none} one {# file} few {# pliki} many {# plików} other {# files}}"
        for locale, count, text in [("en-IE", 0, "none"), ("en-IE", 1, "1 file"), ("en-IE", 2, "2 files"),
                                    ("pl", 1, "1 file"), ("pl", 22, "22 pliki"), ("pl", 12, "12 plików")]:
            self.assertEqual(self.text(message, locale, count=count), text)

    def test_a_select_falls_back_on_other(self):
        message = "{who, select, self {you} other {they, {n, plural, one {#} other {# times}}}}"
        self.assertEqual(self.text(message, who="self", n=1), "you")
        self.assertEqual(self.text(message, who="staff", n=3), "they, 3 times")

    def test_numbers_are_written_by_the_platform(self):
        shown = fill(parse("{a, money} on {d, date}"), {"a": 5, "d": 6}, "en-IE", show=lambda kind, value: f"{kind}:{value}")
        self.assertEqual(shown, "money:5 on date:6")

    def test_what_is_no_message_is_refused(self):
        for text in ["{", "}", "a {b", "{Name}", "{n, plural}", "{n, plural, one {x}}", "{n, colour}",
                     "{n, select, other}", "{n, plural, other {x} one}", "{n, number, #}", "{a b}", "{}"]:
            with self.assertRaises(BadMessage, msg=text):
                parse(text)


class Wishes(unittest.TestCase):
    known = ["en-IE", "en-GB", "en-US", "de", "fr"]

    def test_the_nearest_shipped_locale_is_found(self):
        for header, locale in [("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr-CH", "fr"), ("en-US,en;q=0.5", "en-US"),
                               ("pl,de;q=0.5", "de"), ("pl", "en-IE"), ("", "en-IE"), ("*", "en-IE"), ("DE-de", "de"),
                               ("fr;q=0,de;q=0.1", "de"), ("fr;q=0", "en-IE"), ("de;q=2,fr", "fr"), ("<script>", "en-IE")]:
            self.assertEqual(lookup(wishes(header), self.known), locale, header)

    def test_weights_decide_before_places(self):
        self.assertEqual(wishes("en;q=0.3, de, fr;q=0.9"), ["de", "fr", "en"])

    def test_the_example_of_rfc_4647(self):
        wish = ["zh-Hant-CN-x-private1-private2"]
        for locale in ("zh-Hant-CN-x-private1", "zh-Hant-CN", "zh-Hant", "zh"):
            self.assertEqual(lookup(wish, [locale]), locale)
        self.assertEqual(lookup(wish, ["zh-Hant-CN-x"]), "en-IE")


class Catalogues(unittest.TestCase):
    def findings(self, locale="de", today=TODAY, **changes):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder) / "i18n"
            shutil.copytree(HERE, folder)
            path = folder / f"messages/{locale}.json"
            messages = json.loads(path.read_text(encoding="utf-8"))
            for key, text in changes.items():
                key = key.replace("__", ".")
                messages.pop(key, None) if text is None else messages.update({key: text})
            path.write_text(json.dumps(dict(sorted(messages.items()))), encoding="utf-8")
            return list(catalogue.check(folder, today))

    def test_the_catalogues_are_clean(self):
        self.assertEqual(list(catalogue.check(HERE, TODAY)), [])

    def test_each_fault_is_found(self):
        for locale, key, text, fault in [
            ("de", "invoice__due", "Rechnung {number} ist {amount, money} am {date, date", "a bracket isn't closed"),
            ("de", "invoice__due", "Rechnung {number} über {amount, money}", "its arguments differ"),
            ("de", "invoice__due", "Rechnung {number} über {amount, number} am {date, date}", "its arguments differ"),
            ("de", "members__removed", "{name}: {actor, select, self {Sie} other {Admin}}", "its arguments differ"),
            ("de", "members__count", "{count, plural, other {# Mitglieder}}", "de has the plurals one other"),
            ("de", "members__count", "{count, plural, one {#} few {#} other {#}}", "de has the plurals one other"),
            ("fr", "members__count", "{count, plural, =0 {0} one {#} other {#}}", "fr has the plurals one many other"),
            ("de", "invoice__paid", "Danke {name}, <b>{number}</b>", "no markup"),
            ("de", "invoice__paid", "Danke, {name}: {number} ist 'bezahlt'", "an apostrophe"),
            ("de", "invoice__paid", "Danke, {name}: {number} ist bezahlt ", "no space at the ends"),
            ("de", "invoice__paid", "Danke, {name}: " + "sehr " * 20 + "{number}", "times as long"),
            ("de", "invoice__gone", "Weg", "the source has no such message"),
            ("de", "usage__calls", None, "it isn't translated; name a day"),
            ("de", "projects__empty", "Kein Projekt ist offen.", "take it out of pending.csv"),
            ("en-IE", "usage__calls", "{used, number} of {included, number calls", "a bracket isn't closed"),
        ]:
            found = self.findings(locale, **{key: text})
            self.assertTrue(any(fault in line for line in found), (key, text, found))

    def test_a_translation_may_be_missing_until_its_day(self):
        self.assertEqual(self.findings(today="2026-12-09"), [])
        self.assertIn("due 2026-12-09", self.findings(today="2026-12-10")[0])

    def test_english_needs_differences_only(self):
        self.assertEqual(self.findings("en-US"), [])

    def test_the_made_up_language_keeps_the_arguments(self):
        source = json.loads((HERE / "messages/en-IE.json").read_text(encoding="utf-8"))
        for text in source.values():
            made = pseudo(text)
            self.assertEqual(catalogue.shape(parse(made)), catalogue.shape(parse(text)))
            self.assertGreater(len(made), 1.3 * len(text))

    def test_fallbacks_lead_to_the_source(self):
        table = {row["locale"]: row for row in catalogue.rows(HERE / "locales.csv")}
        for locale in table:
            while locale != catalogue.SOURCE:
                locale = table[locale]["fallback"]


@unittest.skipUnless(shutil.which("node"), "Node.js, which carries the tables of Unicode, isn't installed")
class Unicode(unittest.TestCase):
    def test_plurals_are_those_of_cldr(self):
        for row in catalogue.rows(HERE / "locales.csv"):
            locale = row["locale"]
            said = node(f"{NUMBERS}.map(n => new Intl.PluralRules('{locale}').select(n))")
            self.assertEqual([plural(locale, number) for number in NUMBERS], said, locale)
            names = node(f"new Intl.PluralRules('{locale}').resolvedOptions().pluralCategories")
            self.assertEqual(sorted(row["plurals"].split()), sorted(names), locale)

    def test_the_table_of_formats_is_what_browsers_show(self):
        for row in catalogue.rows(HERE / "formats.csv"):
            locale = row["locale"]
            said = node(
                f"[new Intl.NumberFormat('{locale}').format(1234567.5),"
                f"new Intl.NumberFormat('{locale}',{{style:'currency',currency:'EUR'}}).format(1234.5),"
                f"new Intl.DateTimeFormat('{locale}',{{dateStyle:'long',timeZone:'UTC'}}).format(new Date('2026-11-25T12:00:00Z'))]"
            )
            self.assertEqual([row["number"], row["money"], row["date"]], said, locale)


if __name__ == "__main__":
    unittest.main()
