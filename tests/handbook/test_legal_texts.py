"""The legal texts agree with the book, with each other and with the rest of the handbook; their SQL runs on PostgreSQL."""

import re
import sys
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "content"
AREA = CONTENT / "compliance-and-legal"
REFERENCE = CONTENT / "reference"
ROLES = CONTENT / "security-and-authentication/access-control/roles.sql"
sys.path.insert(0, str(Path(__file__).parent))

import postgres
from tools import load_csv


def page(name):
    return (AREA / name / "index.md").read_text(encoding="utf-8")


class Texts(unittest.TestCase):
    def test_each_variable_is_one_of_the_book(self):
        known = set(tomllib.loads((ROOT / "book.toml").read_text())["variables"])
        for path in AREA.rglob("*.md"):
            used = set(re.findall(r"\{\{#var (\w+)\}\}", path.read_text(encoding="utf-8")))
            self.assertLessEqual(used, known, path)

    def test_they_say_that_counsel_reviews_them(self):
        for name in ("privacy-policy", "terms-of-service", "data-processing-agreements"):
            self.assertIn("starting point to review with counsel", page(name))

    def test_the_agreement_points_to_clauses_of_the_terms_that_say_it(self):
        terms = page("terms-of-service")
        clause = re.search(r"terms of service, clause (\d+\.\d+)", page("data-processing-agreements"))[1]
        self.assertIn("liability-cap-data", re.search(rf"^{re.escape(clause)} (.+)$", terms, re.M)[1])
        changes = re.search(r"clause (\d+) of the terms applies", page("data-processing-agreements"))[1]
        self.assertIn(f"### {changes}. Changes of these terms", terms)

    def test_measures_of_the_agreement_are_pages_of_the_handbook(self):
        for row in load_csv(AREA / "data-processing-agreements/measures.csv"):
            self.assertTrue((CONTENT / row["page"] / "index.md").is_file(), row["page"])

    def test_what_is_not_exported_is_what_the_terms_say(self):
        clause = re.search(r"^13\.4 .+$", page("terms-of-service"), re.M)[0]
        kept_back = load_csv(CONTENT / "advanced-features/multi-tenancy/not-exported.csv")
        self.assertTrue(kept_back)
        for word in ("secrets", "security data", "deletions and holds", "for a moment"):
            self.assertIn(word, clause)
        exported = set(re.findall(r"'(\w+)'(?: as \w+)?, to_jsonb", (CONTENT / "advanced-features/multi-tenancy/export.sql").read_text()))
        self.assertLessEqual({"organisations", "members", "projects", "subscriptions", "usage_daily", "invoices", "payments",
                              "webhook_endpoints", "webhook_deliveries", "support_cases", "audit_log"}, exported)


class ProcessorRecord(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = cls.enterClassContext(postgres.cluster())
        cls.database.psql((REFERENCE / "schema.sql").read_text() + (REFERENCE / "seed.sql").read_text() + ROLES.read_text())

    def record(self):
        sql = (AREA / "data-processing-agreements/processor_record.sql").read_text()
        return [line.split("|") for line in self.database.psql(sql, user="portal_security").splitlines()]

    def test_each_client_is_there_once_with_its_owners_and_no_sandbox(self):
        clients = int(self.database.psql("select count(*) from organisations where sandbox_of is null"))
        self.assertEqual(clients, len(self.record()))
        for line in self.record():
            self.assertIn("@", line[3])

    def test_what_a_transfer_needs_is_what_the_register_says(self):
        expected = {row["country"]: "SCC module four" if row["client_there"].startswith("SCC") else row["from_eu"]
                    for row in load_csv(REFERENCE / "transfers.csv")}
        expected |= {"IE": "inside", "NO": "inside", "JP": "ask legal"}
        expected.pop("EEA")
        for country, needed in expected.items():
            self.database.psql(f"update organisations set country = '{country}', legal_name = 'Aaa' where slug = "
                               "(select min(slug) from organisations where sandbox_of is null)")
            self.assertEqual(needed, self.record()[0][-1], country)


if __name__ == "__main__":
    unittest.main()
