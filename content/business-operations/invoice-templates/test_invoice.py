"""What the templates must hold: totals, fields, the rules of EN 16931, letters without an open blank."""

import csv
import json
import re
import sys
import unittest
from pathlib import Path
from string import Template
from xml.etree import ElementTree as ET

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "pricing-calculator")]

import calculator
import en16931
import invoice

SAMPLES = sorted((HERE / "samples").glob("*.json"))


def data_of(name):
    return json.loads((HERE / "samples" / f"{name}.json").read_text(encoding="utf-8"))


def page(data):
    return invoice.render_html(invoice.Document(data))


def xml(data):
    return invoice.render_xml(invoice.Document(data))


class Samples(unittest.TestCase):
    def test_what_is_published_is_what_the_code_makes(self):
        self.assertEqual(4, len(SAMPLES))
        for path in SAMPLES:
            data = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(path.with_suffix(".html").read_text(encoding="utf-8"), page(data), path.name)
            self.assertEqual(path.with_suffix(".xml").read_text(encoding="utf-8"), xml(data), path.name)

    def test_totals(self):
        for name, net, tax, category in (("ireland", 15620, 3593, "S"), ("germany", 538920, 0, "AE"),
                                         ("britain", 660000, 0, "O"), ("credit", 1490, 343, "S")):
            quote = invoice.Document(data_of(name)).quote
            self.assertEqual((net, tax, category), (quote.net_minor, quote.tax_minor, quote.category), name)

    def test_the_plans_on_it_are_those_of_the_calculator(self):
        lines = calculator.plan_lines(calculator.plan_of("team"), 261_204)
        self.assertEqual([line.net_minor for line in lines],
                         [line.net_minor for line in invoice.Document(data_of("ireland")).quote.lines])
        lines = calculator.plan_lines(calculator.plan_of("business"), 0, [("annual", 10)], 12)
        self.assertEqual([line.net_minor for line in lines],
                         [line.net_minor for line in invoice.Document(data_of("germany")).quote.lines])


class Page(unittest.TestCase):
    def test_each_has_what_the_law_asks(self):
        for name, wanted in {
            "ireland": ["INV-2026-000418", "2026-11-01", "2026-11-15", "IE1234567FA", "1 Example Quay, Dublin 2", "Example Foods Ltd",
                        "2 Example Street", "VAT IE7654321AB", "149.00", "0.60", "23 %", "156.20", "35.93", "192.13", "PO-8841",
                        "IE29AIBK93115212345678", "registered in Ireland under number"],
            "germany": ["DE123456789", "Reverse charge", "articles 44 and 196", "-598.80", "5,389.20", "0.00"],
            "britain": ["Company number 00000000", "Outside the scope of EU VAT", "6,600.00"],
            "credit": ["Credit note CN-2026-000007", "Corrects invoice INV-2026-000418 of 2026-11-01", "Credited", "18.33"],
        }.items():
            text = page(data_of(name))
            for part in wanted:
                self.assertIn(part, text, name)
            self.assertNotIn("$", text)
        self.assertNotIn("IBAN", page(data_of("credit")))

    def test_what_a_client_types_is_text(self):
        data = data_of("ireland")
        data["buyer"]["name"], data["purchase_order"] = "<script>alert(1)</script>", "$number \"><b>"
        data["lines"][0][0] = "<img src=x>"
        text = page(data)
        for part in ("<script", "<img", "<b>"):
            self.assertNotIn(part, text)
        self.assertIn("$number &quot;", text)
        ET.fromstring(xml(data))

    def test_no_invoice_over_nothing_and_none_without_the_number(self):
        data = data_of("ireland")
        data["lines"] = [["x", "1", 100], ["y", "-1", 100]]
        with self.assertRaises(calculator.Refused):
            invoice.Document(data)
        data = data_of("germany")
        del data["buyer"]["vat_id"]
        with self.assertRaises(calculator.Refused):
            invoice.Document(data)
        data["lapsed"], data["buyer"]["company_number"] = True, "HRB 1"
        self.assertEqual("S", invoice.Document(data).quote.category)
        self.assertEqual([], en16931.broken(xml(data)))


class Rules(unittest.TestCase):
    """Each change for the worse is told by its rule."""

    def test_ours_break_none(self):
        for path in SAMPLES:
            self.assertEqual([], en16931.broken(path.with_suffix(".xml").read_text(encoding="utf-8")), path.name)

    def check(self, name, pattern, replacement, *expected):
        before = xml(data_of(name))
        after, count = re.subn(pattern, replacement, before, count=1, flags=re.S)
        self.assertEqual(1, count, pattern)
        self.assertLessEqual(set(expected), set(en16931.broken(after)), f"{name}: {pattern}")

    def test_each_rule_is_broken_by_its_fault(self):
        for name, pattern, replacement, *expected in (
            ("ireland", r"\s*<cbc:ID>INV-2026-000418</cbc:ID>(?=\s*<cbc:IssueDate)", "", "BR-02"),
            ("ireland", r"\s*<cbc:IssueDate>.*?</cbc:IssueDate>", "", "BR-03"),
            ("ireland", r"TypeCode>380<", "TypeCode>381<", "BR-04"),
            ("ireland", r"<cbc:RegistrationName>Example Foods Ltd<", "<cbc:RegistrationName> <", "BR-07", "PEPPOL-EN16931-R008"),
            ("ireland", r"<cac:PostalAddress>.*?</cac:PostalAddress>", "", "BR-08", "BR-09"),
            ("ireland", r"<cac:InvoiceLine>.*</cac:InvoiceLine>", "", "BR-16", "BR-CO-10"),
            ("ireland", r"Quantity unitCode=\"C62\">12<", "Quantity unitCode=\"C62\"><", "BR-22"),
            ("ireland", r"<cbc:Name>.*?</cbc:Name>", "", "BR-25"),
            ("germany", r"PriceAmount currencyID=\"EUR\">598.80", "PriceAmount currencyID=\"EUR\">-598.80", "BR-27"),
            ("ireland", r"(<cac:LegalMonetaryTotal>\s*<cbc:LineExtensionAmount currencyID=\"EUR\">)156.20", r"\g<1>156.19", "BR-CO-10", "BR-CO-13"),
            ("ireland", r"<cbc:TaxAmount currencyID=\"EUR\">35.93", "<cbc:TaxAmount currencyID=\"EUR\">35.92", "BR-CO-14", "BR-CO-15"),
            ("ireland", r"35.93(?=</cbc:TaxAmount>\s*<cac:TaxCategory)", "35.92", "BR-CO-17", "BR-CO-14"),
            ("ireland", r"PayableAmount currencyID=\"EUR\">192.13", "PayableAmount currencyID=\"EUR\">192.10", "BR-CO-16"),
            ("ireland", r"TaxExclusiveAmount currencyID=\"EUR\">156.20", "TaxExclusiveAmount currencyID=\"EUR\">156.200", "BR-DEC-*"),
            ("ireland", r"<cbc:DueDate>.*?</cbc:DueDate>", "", "BR-CO-25"),
            ("credit", r"<cac:PaymentTerms>.*?</cac:PaymentTerms>", "", "BR-CO-25"),
            ("credit", r"<cac:BillingReference>.*?</cac:BillingReference>", "", "BR-55"),
            ("ireland", r"<cac:TaxSubtotal>.*?</cac:TaxSubtotal>", "", "BR-CO-18", "BR-S-01"),
            ("ireland", r"TaxableAmount currencyID=\"EUR\">156.20", "TaxableAmount currencyID=\"EUR\">149.00", "BR-S-08"),
            ("ireland", r"<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>", "", "BR-S-02"),
            ("germany", r"(AccountingCustomerParty>.*?)<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>", r"\1", "BR-AE-02"),
            ("germany", r"<cbc:TaxExemptionReasonCode>.*?</cbc:TaxExemptionReasonCode>", "", "BR-AE-10"),
            ("germany", r"(ClassifiedTaxCategory>\s*<cbc:ID>AE</cbc:ID>\s*<cbc:Percent>)0", r"\g<1>19", "BR-AE-05"),
            ("britain", r"<cac:PartyLegalEntity>", "<cac:PartyTaxScheme><cbc:CompanyID>IE1</cbc:CompanyID></cac:PartyTaxScheme><cac:PartyLegalEntity>", "BR-O-02"),
            ("britain", r"(ClassifiedTaxCategory>\s*<cbc:ID>O</cbc:ID>)", r"\1<cbc:Percent>0</cbc:Percent>", "BR-O-05"),
            ("britain", r"<cbc:CompanyID>000000</cbc:CompanyID>", "", "BR-CO-26"),
            ("ireland", r"<cbc:ProfileID>.*?</cbc:ProfileID>", "", "PEPPOL-EN16931-R001"),
            ("ireland", r"<cac:OrderReference>.*?</cac:OrderReference>", "", "PEPPOL-EN16931-R003"),
            ("ireland", r"(AccountingCustomerParty>\s*<cac:Party>)\s*<cbc:EndpointID.*?</cbc:EndpointID>", r"\1", "PEPPOL-EN16931-R010"),
            ("ireland", r"<cbc:EndpointID.*?</cbc:EndpointID>", "", "PEPPOL-EN16931-R020"),
        ):
            with self.subTest(name=name, pattern=pattern):
                self.check(name, pattern, replacement, *expected)

    def test_another_category_beside_o_is_told(self):
        text = xml(data_of("britain")).replace("</cac:TaxTotal>", "<cac:TaxSubtotal><cac:TaxCategory><cbc:ID>S</cbc:ID>"
                                               "</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>")
        self.assertIn("BR-O-11", en16931.broken(text))


class Order(unittest.TestCase):
    """UBL is a sequence: an element in the wrong place makes the file invalid, which the rules above don't see."""

    SEQUENCE = ("CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode CreditNoteTypeCode DocumentCurrencyCode InvoicePeriod "
                "OrderReference BillingReference AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms TaxTotal "
                "LegalMonetaryTotal InvoiceLine CreditNoteLine").split()
    PARTY = "EndpointID PostalAddress PartyTaxScheme PartyLegalEntity".split()

    def test_elements_come_in_the_order_of_the_schema(self):
        for path in SAMPLES:
            root = ET.fromstring(path.with_suffix(".xml").read_text(encoding="utf-8"))
            for node, sequence in [(root, self.SEQUENCE)] + [(party, self.PARTY) for party in root.iter(invoice.tag("cac:Party"))]:
                found = [sequence.index(child.tag.split("}")[1]) for child in node]
                self.assertEqual(sorted(found), found, path.name)


class Letters(unittest.TestCase):
    def letters(self):
        text = (HERE / "letters.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"ANCHOR: (\w+)\n(.*?)ANCHOR_END", text, re.S))

    def test_every_letter_is_filled(self):
        values = dict.fromkeys("number client issued_on total due_on open iban suspend_on days rate interest compensation sum pay_by".split(), "x")
        for name, letter in self.letters().items():
            self.assertNotIn("$", Template(letter).substitute(values), name)
        self.assertEqual({"first", "warning", "claim"}, set(self.letters()))

    def test_steps_come_in_order_and_the_warning_before_the_suspension(self):
        with open(HERE / "reminders.csv", encoding="utf-8", newline="") as file:
            days = [int(row["days_overdue"]) for row in csv.DictReader(file)]
        self.assertEqual(sorted(set(days)), days)


class Claims(unittest.TestCase):
    def test_interest_is_simple_and_by_the_day(self):
        self.assertEqual((387, 4000), invoice.late(19213, 60, "12.25"))  # 3.869
        self.assertEqual((0, 4000), invoice.late(19213, 0, "12.25"))
        self.assertEqual(1225, invoice.late(10000, 365, "12.25")[0])

    def test_compensation_has_three_steps(self):
        for open_minor, expected in ((100_000, 4_000), (100_001, 7_000), (1_000_000, 7_000), (1_000_001, 10_000)):
            self.assertEqual(expected, invoice.late(open_minor, 1, "10")[1], open_minor)


class Seller(unittest.TestCase):
    def test_the_parts_of_the_address_are_the_address(self):
        we = invoice.seller()
        self.assertEqual(we["address"], f"{we['street']}, {we['city']}, {we['established']}")

    def test_the_account_number_has_its_check_digits(self):
        iban = invoice.seller()["iban"]
        self.assertEqual(1, int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97)


if __name__ == "__main__":
    unittest.main()
