"""The notice answers each line of the law, agrees with the registers, and the clocks end when they should."""

import contextlib
import io
import re
import sys
import tempfile
import unittest
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import coverage
import request_clock

REFERENCE = HERE.parents[1] / "reference"  # clocks.csv data-classes.csv providers.csv cookies.csv organisation.yaml
PAGE = (HERE / "index.md").read_text(encoding="utf-8")
TABLE = coverage.read(HERE / "coverage.csv")
# What the laws list, written down apart from the table.
REQUIRED = (
    {("GDPR", f"13(1)({letter})") for letter in "abcdef"}
    | {("GDPR", f"13(2)({letter})") for letter in "abcdef"} | {("GDPR", "13(3)"), ("GDPR", "21(4)")}
    | {("GDPR", f"14(1)({letter})") for letter in "abcdef"} | {("GDPR", f"14(2)({letter})") for letter in "abcdefg"}
    | {("GDPR", "14(3)"), ("GDPR", "14(4)")}
    | {("GDPR", f"30(1)({letter})") for letter in "abcdefg"}
    | {("UK GDPR", article) for article in ("13(2)(ca)", "14(2)(da)", "22A", "27")} | {("DPA 2018", "164A(5)")}
    | {("CCPA", f"1798.{number}") for number in ("100(a)(1)", "100(a)(2)", "100(a)(3)", "105", "106", "110", "120", "121",
                                                  "125", "130(a)(1)", "130(a)(2)", "130(a)(5)(B)", "130(a)(5)(C)")})


class Coverage(unittest.TestCase):
    def test_each_line_of_the_law_has_a_section_that_says_it(self):
        self.assertEqual([], coverage.faults(PAGE, TABLE, REQUIRED))

    def test_each_section_that_is_taken_out_is_missed(self):
        for row in TABLE:
            without = PAGE.replace(f"### {row['section']}\n", "### Something else\n")
            self.assertTrue(coverage.faults(without, TABLE), row["section"])

    def test_each_line_whose_words_are_taken_out_is_missed(self):
        text = coverage.sections(PAGE)
        for row in TABLE:
            body = " ".join(text[row["section"]].split())
            changed = {**text, row["section"]: body.replace(row["words"], "")}
            page = "## Text\n" + "".join(f"### {name}\n{part}\n" for name, part in changed.items())
            self.assertIn(row["article"], " ".join(coverage.faults(page, TABLE)), row)

    def test_a_table_that_lacks_an_article_is_told(self):
        self.assertEqual(["GDPR 13(2)(d): not in the table"], coverage.faults(
            PAGE, [row for row in TABLE if row["article"] != "13(2)(d)"], REQUIRED))

    def test_the_program_tells_by_its_exit_status(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            bad = Path(folder, "page.md")
            bad.write_text(PAGE.replace("### Complaints", "### Other"))
            self.assertEqual(1, coverage.main([str(bad), str(HERE / "coverage.csv")]))
            self.assertIn("GDPR 13(2)(d): no section “Complaints”", out.getvalue())
            self.assertEqual(0, coverage.main([str(HERE / "index.md"), str(HERE / "coverage.csv")]))


class Registers(unittest.TestCase):
    def setUp(self):
        self.rows = coverage.read(HERE / "processing.csv")
        self.classes = {row["id"]: row for row in coverage.read(REFERENCE / "data-classes.csv")}
        self.providers = {row["id"]: row for row in coverage.read(REFERENCE / "providers.csv")}

    def test_periods_are_those_of_the_schedule(self):
        for row in self.rows:
            name = row["classes"].split()[0]
            if name != "none":
                trigger = self.classes[name]["trigger"].removeprefix("the ")
                self.assertIn(f"{self.classes[name]['retention_days']} days after the {trigger}", row["kept"], row["id"])

    def test_bases_are_those_of_the_schedule_and_name_their_interest(self):
        for row in self.rows:
            for name in row["classes"].split():
                article = re.search(r"GDPR art\. (\S+?)(;|$)", self.classes.get(name, {}).get("basis", ""))
                if article and name != "staff":
                    self.assertIn(article[1], row["basis"], row["id"])
            if "6(1)(f)" in row["basis"]:
                self.assertNotEqual("none", row["interest"], row["id"])

    def test_each_class_of_which_we_are_controller_is_in_the_record(self):
        ours = {name for name, row in self.classes.items() if row["basis"].startswith("GDPR art. 6")
                or row["basis"].startswith("GDPR art. 5")}
        named = {name for row in self.rows for name in row["classes"].split()}
        self.assertEqual(set(), ours - named - {"idempotency"})

    def test_a_provider_that_gets_a_class_is_named_as_its_recipient(self):
        for row in self.rows:
            recipients = {name for name in row["recipients"].split() if name in self.providers}
            for name in set(row["classes"].split()) - {"none"}:
                holders = {provider for provider, entry in self.providers.items()
                           if name in entry["data_classes"].split(";")}
                if row["id"] != "updates":  # uses a part of the class only
                    self.assertLessEqual(holders, recipients, f"{row['id']}: {name}")

    def test_the_text_names_the_law_and_the_authority_of_the_register(self):
        organisation = (REFERENCE / "organisation.yaml").read_text(encoding="utf-8")
        self.assertIn("data_protection_officer: none", organisation)
        self.assertIn("don't have a data protection officer", PAGE)
        for transfer in {row["transfer"] for row in self.providers.values()} - {"none"}:
            self.assertIn("SCC", transfer)

    def test_cookies_that_ask_first_are_those_of_the_statistics(self):
        asked = [row["life"] for row in coverage.read(REFERENCE / "cookies.csv") if row["consent"] != "not needed"]
        kept = next(row["kept"] for row in self.rows if row["id"] == "statistics")
        self.assertEqual({kept.split(" after")[0]}, set(asked))


class Clocks(unittest.TestCase):
    def at(self, text):
        return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)

    def test_our_limit_never_ends_after_the_laws(self):
        hours = request_clock.request_hours()
        for offset in range(4 * 366):
            arrived = self.at("2026-01-01T23:59") + timedelta(days=offset)
            for clock in ("rights-request", "rights-request-california"):
                found = request_clock.limits(clock, arrived, hours[clock])
                self.assertLessEqual(found["ours"], found["law"], arrived)
                self.assertLess(found["law"], found["extended"])

    def test_a_month_ends_on_the_same_day_or_the_last(self):
        for day, months, expected in (((2027, 1, 31), 1, (2027, 2, 28)), ((2028, 1, 31), 1, (2028, 2, 29)),
                                      ((2026, 11, 25), 1, (2026, 12, 25)), ((2026, 12, 15), 1, (2027, 1, 15)),
                                      ((2026, 11, 30), 3, (2027, 2, 28)), ((2026, 10, 1), 3, (2027, 1, 1))):
            self.assertEqual(date(*expected), request_clock.month_later(date(*day), months))

    def test_california_has_45_days_and_once_45_more(self):
        found = request_clock.limits("rights-request-california", self.at("2026-11-25T10:00"), 1080)
        self.assertEqual({"ours": date(2027, 1, 9), "law": date(2027, 1, 9), "extended": date(2027, 2, 23)}, found)

    def test_days_in_the_text_are_the_hours_of_the_register(self):
        hours = request_clock.request_hours()
        self.assertEqual(2, PAGE.count(f"within **{hours['rights-request'] // 24} days**")
                         + PAGE.count(f"answer within {hours['rights-request'] // 24} days"))
        self.assertIn(f"answer within {hours['rights-request-california'] // 24} days", PAGE)

    def test_a_clients_request_has_our_own_limit_alone(self):
        self.assertEqual({"ours": date(2026, 11, 27)},
                         request_clock.limits("processor-request", self.at("2026-11-25T10:00"), 48))

    def test_the_printed_run_is_a_real_one_and_bad_input_is_refused(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(0, request_clock.main(["rights-request", "2027-01-29T17:20:00+00:00"]))
            for bad in (["rights-request", "2027-01-29T17:20:00"], ["rights-request", "soon"], ["breach", "x"], []):
                self.assertEqual(2, request_clock.main(bad))
        self.assertEqual((HERE / "demo.txt").read_text(), out.getvalue())


if __name__ == "__main__":
    unittest.main()
