"""The figures of contracts in terms.csv: their form, and that law and other registers agree with them."""

import re
import sys
import unittest
from pathlib import Path

from tools import load_csv

sys.dont_write_bytecode = True

CONTENT = Path(__file__).resolve().parents[2] / "content"
REFERENCE = CONTENT / "reference"


def rows(name):
    return load_csv(REFERENCE / f"{name}.csv")


def page(path):
    return (CONTENT / path).read_text(encoding="utf-8")


class Terms(unittest.TestCase):
    def setUp(self):
        self.terms = {row["id"]: row for row in rows("terms")}
        self.value = {name: int(row["value"]) for name, row in self.terms.items()}

    def test_rows_are_sorted_whole_and_there_once(self):
        names = [row["id"] for row in rows("terms")]
        self.assertEqual(sorted(set(names)), names)
        for row in rows("terms"):
            self.assertFalse([key for key, value in row.items() if not value or value != value.strip()], row)

    def test_the_text_of_a_contract_is_the_figure(self):
        for name, row in self.terms.items():
            value = int(row["value"])
            expected = f"EUR {value:,}" if row["unit"] == "EUR" else f"{value} {row['unit']}"
            self.assertEqual(expected, row["text"], name)
            self.assertIn(row["unit"], {"days", "working days", "months", "years", "per cent", "EUR"}, name)

    def test_switching_keeps_to_the_data_act(self):
        self.assertLessEqual(self.value["switching-notice"], 60)
        self.assertLessEqual(self.value["switching-transition"], 30)
        self.assertGreaterEqual(self.value["retrieval"], 30)

    def test_data_is_still_there_while_it_can_be_fetched(self):
        kept = {row["id"]: row["retention_days"] for row in rows("data-classes")}
        for name in ("account", "project"):
            self.assertGreater(int(kept[name]), self.value["retrieval"], name)

    def test_an_objection_comes_before_the_sub_processor(self):
        self.assertLess(self.value["subprocessor-objection"], self.value["subprocessor-notice"])

    def test_who_dislikes_a_higher_price_can_leave_before_it(self):
        self.assertGreaterEqual(self.value["price-notice"], self.value["switching-notice"] + 28)

    def test_liability_for_data_is_wider_than_the_rest(self):
        for kind in ("cap", "floor"):
            self.assertGreater(self.value[f"liability-{kind}-data"], self.value[f"liability-{kind}"])

    def test_other_pages_and_registers_say_the_same(self):
        said = re.search(r"^\| lives on \| (\d+) months", page("api-documentation/versioning-strategy/index.md"), re.M)
        self.assertEqual(self.value["api-sunset"], int(said[1]))
        said = re.search(r"announced to clients (\d+) days\s+ahead", (REFERENCE / "delivery.yaml").read_text())
        self.assertEqual(self.value["change-notice"], int(said[1]))
        tenancy = page("advanced-features/multi-tenancy/index.md")
        self.assertEqual(self.value["switching-notice"], int(re.search(r"25\(2\)\(d\)\) \| (\d+) days", tenancy)[1]))
        self.assertEqual(self.value["retrieval"], int(re.search(r"can export for (\d+) days", tenancy)[1]))

    def test_agreement_terms_and_data_processing_rest_on_the_same_figures(self):
        texts = {name: page(path) for name, path in (
            ("terms", "compliance-and-legal/terms-of-service/index.md"),
            ("data", "compliance-and-legal/data-processing-agreements/index.md"),
            ("agreement", "business-operations/contract-templates/services-agreement.md"),
            ("levels", "business-operations/sla-definitions/index.md"))}
        shared = {
            "terms agreement": "liability-cap liability-cap-data liability-floor liability-floor-data cure confidentiality"
                               " payment price-notice change-notice notice-ours suspension-notice suspension-overdue"
                               " switching-notice switching-transition retrieval dispute-talks api-sunset",
            "terms data": "change-notice retrieval liability-cap-data liability-floor-data",
            "terms levels": "claims-window credit-cap",
            "data": "subprocessor-notice subprocessor-objection audit-notice",
        }
        for names, figures in shared.items():
            for name in names.split():
                for figure in figures.split():
                    self.assertIn(f"terms.csv {figure}.text", texts[name], f"{name} doesn't include {figure}")

    def test_each_figure_is_used_in_some_page(self):
        text = "".join(path.read_text(encoding="utf-8") for path in CONTENT.rglob("*.md"))
        self.assertEqual([], [name for name in self.terms if f"terms.csv {name}." not in text])


if __name__ == "__main__":
    unittest.main()
