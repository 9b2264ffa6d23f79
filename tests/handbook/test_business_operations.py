"""The pages of Business Operations agree with each other, with the registers, and with the database."""

import json
import re
import sys
import unittest
from datetime import date

import postgres
from tools import ROOT, load_csv, load_yaml

sys.dont_write_bytecode = True
AREA = ROOT / "content/business-operations"
REFERENCE = ROOT / "content/reference"
sys.path[:0] = [str(AREA / name) for name in ("pricing-calculator", "invoice-templates", "sla-definitions",
                                          "contract-templates")]

import calculator
import contract_texts as contract
import invoice
import sla


TERMS = {row["id"]: int(row["value"]) for row in load_csv(REFERENCE / "terms.csv")}


class Prices(unittest.TestCase):
    def test_the_example_of_the_api_is_what_the_calculator_charges(self):
        api = load_yaml(REFERENCE / "openapi.yaml")
        usage = api["paths"]["/v1/usage"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        plan = next(plan for plan in map(calculator.plan_of, ("starter", "team", "business")) if plan.included == usage["included"])
        lines = calculator.plan_lines(plan, usage["used"])
        self.assertEqual(usage["overage_minor"], lines[1].net_minor)

    def test_the_projects_of_the_seed_have_calculated_prices(self):
        seed = (REFERENCE / "seed.sql").read_text(encoding="utf-8")
        for days in ({"engineer": 8, "designer": 1, "lead": 2}, {"engineer": 3, "lead": 1}):
            self.assertIn(f"{calculator.project_price(days)}, ", seed)

    def test_tax_categories_are_those_that_the_database_knows(self):
        schema = (REFERENCE / "schema.sql").read_text(encoding="utf-8")
        for row in load_csv(AREA / "pricing-calculator/tax.csv"):
            self.assertRegex(schema, rf"tax_category in \([^)]*'{row['category']}'")


class InvoicesOnPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = cls.enterClassContext(postgres.cluster())
        cls.database.psql("\n".join((REFERENCE / name).read_text(encoding="utf-8") for name in ("schema.sql", "seed.sql")))

    def book(self, data, tax_shift=0):
        """The SQL that issues a sample as it would be in production: draft, lines, number."""
        document = invoice.Document(data)
        quote = document.quote
        statements = ["insert into invoices (id, organisation_id, net_minor, tax_minor) values "
                      f"(gen_random_uuid(), '00000000-0000-4000-8000-00000000000a', {quote.net_minor}, {quote.tax_minor})"
                      " returning id as new \\gset"]
        for position, (line, tax) in enumerate(zip(quote.lines, quote.taxes), 1):
            statements.append(
                "insert into invoice_lines (invoice_id, organisation_id, position, description, quantity, unit_minor, net_minor,"
                " tax_rate, tax_minor, tax_category) values (:'new', '00000000-0000-4000-8000-00000000000a', "
                f"{position}, '{line.description}', {float(line.quantity)}, {line.unit_minor}, {line.net_minor}, {document.rate}, "
                f"{tax + tax_shift}, '{quote.category}');")
        statements.append(f"update invoices set status = 'open', number = next_number('INV-2026'), issued_on = '{data['issued_on']}',"
                          f" due_on = '{data['due_on']}', buyer = '{json.dumps(data['buyer'])}' where id = :'new' returning total_minor;")
        return "\n".join(statements)

    def samples(self):
        for path in sorted((AREA / "invoice-templates/samples").glob("*.json")):
            data = json.loads(path.read_text(encoding="utf-8"))
            if "corrects" not in data:
                yield data

    def test_lines_and_totals_pass_the_guards_of_the_schema(self):
        for data in self.samples():
            total = self.database.psql(self.book(data)).splitlines()[-1]
            self.assertEqual(invoice.Document(data).quote.total_minor, int(total), data["number"])

    def test_a_cent_of_tax_too_much_in_a_line_is_refused(self):
        data = next(data for data in self.samples() if data["buyer"]["country"] == "IE")
        self.assertIn("do not add up", self.database.psql_fails(self.book(data, tax_shift=1)))


class Invoices(unittest.TestCase):
    def test_samples_are_due_when_the_terms_say(self):
        for path in (AREA / "invoice-templates/samples").glob("*.json"):
            data = json.loads(path.read_text(encoding="utf-8"))
            if "due_on" in data:
                days = date.fromisoformat(data["due_on"]) - date.fromisoformat(data["issued_on"])
                self.assertEqual(TERMS["payment"], days.days, path.name)

    def test_samples_say_who_we_were_and_new_invoices_who_we_are(self):
        data = next(json.loads(path.read_text(encoding="utf-8")) for path in (AREA / "invoice-templates/samples").glob("*.json"))
        self.assertEqual(set(data["seller"]), set(data["seller"]) & set(invoice.seller()), "every field has its source")
        del data["seller"]
        self.assertIn(load_yaml(REFERENCE / "organisation.yaml")["legal_name"], invoice.render_html(invoice.Document(data)))

    def test_suspension_and_its_warning_are_those_of_the_terms(self):
        steps = {row["what"].split()[0]: int(row["days_overdue"]) for row in load_csv(AREA / "invoice-templates/reminders.csv")}
        self.assertEqual(TERMS["suspension-overdue"], steps["Suspension:"])
        self.assertEqual(TERMS["suspension-notice"], steps["Suspension:"] - steps["Warning"])

    def test_credit_notes_have_the_reasons_that_the_database_knows(self):
        schema = (REFERENCE / "schema.sql").read_text(encoding="utf-8")
        known = schema.split("credit_notes_reason_known  check (reason in (")[1].split(")")[0]
        page = (AREA / "invoice-templates/index.md").read_text(encoding="utf-8")
        for reason in known.replace("'", "").split(", "):
            self.assertIn(f"| `{reason}` |", page)


class ServiceLevels(unittest.TestCase):
    def setUp(self):
        self.page = (AREA / "sla-definitions/index.md").read_text(encoding="utf-8")
        self.annex = self.page.split("ANCHOR: annex -->")[1].split("<!-- ANCHOR_END")[0]

    def test_our_objectives_are_stricter_than_what_we_promise(self):
        promised = max(float(plan["sla"]) for plan in load_csv(REFERENCE / "plans.csv"))
        for row in load_csv(REFERENCE / "slos.csv"):
            if row["id"] in ("api-availability", "portal-availability"):
                self.assertGreater(float(row["objective"]), promised)

    def test_the_annex_has_the_steps_of_the_table(self):
        steps = load_csv(AREA / "sla-definitions/credits.csv")
        self.assertIn(f"below the level {steps[0]['credit']} %", self.annex)
        for row in steps:
            if row["below"] not in {plan["sla"] for plan in load_csv(REFERENCE / "plans.csv")}:
                self.assertIn(f"below {row['below']} % {row['credit']} %", self.annex)
        self.assertEqual(TERMS["credit-cap"], max(int(row["credit"]) for row in steps))

    def test_the_annex_has_the_figures_of_the_measurement(self):
        self.assertIn(f"at most {sla.MAINTENANCE_MINUTES} minutes in a month", self.annex)
        self.assertIn(f"at least {sla.FEWEST_REQUESTS} requests", self.annex)
        self.assertIn(f"at least {int(sla.ERROR_SHARE * 100)} % of them", self.annex)
        limits = [row["limit"] for row in load_csv(AREA / "sla-definitions/exclusions.csv")]
        self.assertTrue(limits[0].startswith(f"{sla.MAINTENANCE_MINUTES} minutes a month"))

    def test_an_outage_as_long_as_the_recovery_objective_breaks_it_for_every_plan(self):
        minutes = next(int(row["rto_min"]) for row in load_csv(REFERENCE / "services.csv") if row["id"] == "api")
        percent = 100 - minutes / (31 * 1440) * 100
        for plan in sla.plans():
            self.assertGreater(sla.credit_share(plan, percent), 0, plan)

    def test_the_credit_of_the_seed_is_the_first_step(self):
        seed = (REFERENCE / "seed.sql").read_text(encoding="utf-8")
        self.assertIn(f"'service-credit', {sla.credit('team', 99.5, 14900)}, ", seed)


class Contracts(unittest.TestCase):
    def setUp(self):
        self.folder = AREA / "contract-templates"
        self.texts = contract.texts()

    def filled(self, document, values):
        return contract.fill(contract.resolve(self.texts[document], self.folder), values)

    def test_filled_texts_have_nothing_open(self):
        sample = {row["blank"]: row["value"] for row in load_csv(self.folder / "sample-values.csv")}
        agreement = {name: "x" for name in contract.BLANK.findall(self.texts["agreement"])}
        for document, values in (("sow", sample), ("agreement", agreement)):
            text = self.filled(document, values)
            self.assertIsNone(re.search(r"\{\{|\}\}|\[[A-Z]|TODO|None", text), document)
            self.assertIn(contract.variables()["legal_name"], text)

    def test_the_sample_has_prices_of_the_calculator(self):
        sample = {row["blank"]: row["value"] for row in load_csv(self.folder / "sample-values.csv")}
        price = calculator.project_price({"engineer": 3, "lead": 1})
        self.assertEqual([calculator.euros(minor) for minor in (price, *calculator.instalments(price))],
                         [sample[name] for name in ("Price before tax", "First instalment", "Second instalment", "Third instalment")])
        shares = re.findall(r"(\d+) % \(EUR", self.texts["sow"])
        self.assertEqual([str(share) for share in calculator.INSTALMENTS[:2]], shares[:2])

    def test_figures_that_the_registers_hold_are_included_and_not_typed(self):
        for document, text in self.texts.items():
            typed = re.findall(r"\b\d+ (?:days|months|years|working days)\b", contract.DIRECTIVE.sub("", text))
            self.assertLessEqual(set(typed), {"14 working days", "60 days"}, document)

    def test_schedule_4_lists_what_the_export_holds(self):
        export = (ROOT / "content/advanced-features/multi-tenancy/export.sql").read_text(encoding="utf-8")
        schedule = self.texts["agreement"].split("### Schedule 4")[1].lower()
        said = {"organisations": "the organisation;", "usage_daily": "daily usage", "invoice_lines": "invoices with their lines", "api_keys": "api keys", "audit_log": "audit log",
                "webhook_endpoints": "webhook endpoints", "webhook_events": "events", "webhook_deliveries": "deliveries",
                "webhook_attempts": "attempts"}
        tables = re.findall(r"select \d+(?: as place)?, '(\w+)'", export)
        self.assertGreater(len(tables), 15)
        for table in tables:
            self.assertIn(said.get(table, table.replace("_", " ")), schedule, table)

    def test_the_agreement_promises_what_the_level_annex_says(self):
        text = contract.resolve(self.texts["agreement"], self.folder)
        for plan in load_csv(REFERENCE / "plans.csv"):
            self.assertIn(f"{plan['id']} {plan['sla']} %", text)


if __name__ == "__main__":
    unittest.main()
