"""Makes an invoice or a credit note from its data: as a page for people and as EN 16931 XML (UBL 2.1) for programs.

Totals come from calculator.py of the page Pricing Calculator; who we are from organisation.yaml and seller.csv.

    python3 invoice.py samples/ireland.json           # writes samples/ireland.html and samples/ireland.xml
    python3 invoice.py interest 192.13 60 12.25       # what may be claimed for an overdue amount
"""

import html
import json
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from string import Template
from xml.etree import ElementTree as ET

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "pricing-calculator"))

import calculator
from calculator import euros

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SPACES = {"cac": UBL + "CommonAggregateComponents-2", "cbc": UBL + "CommonBasicComponents-2"}
CORE = "urn:cen.eu:en16931:2017"
PEPPOL = CORE + "#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
EXEMPTIONS = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O"}


def seller():
    """Who we are: the scalars of organisation.yaml, with the rows of seller.csv."""
    found = {}
    for line in (calculator.REFERENCE / "organisation.yaml").read_text(encoding="utf-8").splitlines():
        key, colon, value = line.partition(": ")
        if colon and not line.startswith((" ", "#")):
            found[key] = value.strip('"')
    return found | {row["key"]: row["value"] for row in calculator.rows(HERE / "seller.csv")}


class Document:
    """An invoice, or a credit note where the data says which invoice it corrects."""

    def __init__(self, data):
        self.data, self.buyer, self.seller = data, data["buyer"], data.get("seller") or seller()
        self.is_credit = "corrects" in data
        rule = calculator.tax_rule(self.buyer["country"], self.buyer.get("vat_id", ""), lapsed=data.get("lapsed", False))
        lines = [calculator.line(text, Fraction(quantity), unit) for text, quantity, unit in data["lines"]]
        self.quote, self.rate = calculator.quote(lines, rule), int(rule["rate"])
        if not self.quote.net_minor:
            raise calculator.Refused("nothing to invoice")


# ANCHOR: html
def render_html(document):
    data, buyer, we, quote = document.data, document.buyer, document.seller, document.quote
    word = "Credit note" if document.is_credit else "Invoice"
    text = {
        "title": word, "number": data["number"], "issued_on": data["issued_on"], "period": " to ".join(data["period"]),
        "purchase_order": data["purchase_order"], "currency": we["currency"], "net": euros(quote.net_minor),
        "tax": euros(quote.tax_minor), "total": euros(quote.total_minor), "note": quote.note, "questions": we["questions"],
        "tax_label": f"VAT {document.rate} %" if quote.category == "S" else "VAT",
        "total_label": "Credited" if document.is_credit else "To pay",
        "seller_name": we["legal_name"], "seller_address": we["address"], "seller_vat": we["vat_id"],
        "seller_form": we["legal_form"].lower(), "seller_number": we["company_number"], "established": we["established"], "buyer_name": buyer["name"],
        "buyer_address": f"{buyer['street']}, {buyer['city']} {buyer['postcode']}, {buyer['country']}",
        "buyer_ids": f"VAT {buyer['vat_id']}" if buyer.get("vat_id") else f"Company number {buyer['company_number']}",
    }
    text = {key: html.escape(value) for key, value in text.items()}  # A client chooses its own name.
    rate = f"{document.rate} %" if quote.category == "S" else quote.category
    text["rows"] = "\n".join(
        f"    <tr><td>{html.escape(line.description)}</td><td>{float(line.quantity):g}</td><td>{euros(line.unit_minor)}</td>"
        f"<td>{rate}</td><td>{euros(line.net_minor)}</td></tr>" for line in quote.lines)
    text["corrects"] = text["payment"] = text["due"] = ""
    if document.is_credit:
        number, day = map(html.escape, data["corrects"])
        text["corrects"] = f"<p>Corrects invoice {number} of {day}</p>"
    else:
        text["due"] = f"<dt>Due</dt><dd>{html.escape(data['due_on'])}</dd>"
        text["payment"] = (f"<p>Pay to IBAN {we['iban']}, BIC {we['bic']}, reference {text['number']}. "
                           "A card or direct debit on file is charged on the due date.</p>")
    return Template((HERE / "invoice.html").read_text(encoding="utf-8")).substitute(text)
# ANCHOR_END: html


def tag(name):
    prefix, local = name.split(":")
    return f"{{{SPACES[prefix]}}}{local}"


def add(parent, path, text=None, **attributes):
    """Appends elements one inside the other, as `cac:Price/cbc:PriceAmount`, and gives the innermost."""
    for name in path.split("/"):
        parent = ET.SubElement(parent, tag(name))
    parent.text = text
    for key, value in attributes.items():
        parent.set(key, value)
    return parent


def amount(minor):
    return f"{Decimal(minor) / 100:.2f}"


def add_party(root, role, party, category):
    """A party. BR-O-02: where a supply is outside the scope of VAT, no VAT number may stand in the XML."""
    node = add(root, f"{role}/cac:Party")
    if party.get("endpoint"):
        add(node, "cbc:EndpointID", party["endpoint"][1], schemeID=party["endpoint"][0])
    address = add(node, "cac:PostalAddress")
    for name, key in (("StreetName", "street"), ("CityName", "city"), ("PostalZone", "postcode")):
        add(address, f"cbc:{name}", party[key])
    add(address, "cac:Country/cbc:IdentificationCode", party["country"])
    if party.get("vat_id") and category != "O":
        scheme = add(node, "cac:PartyTaxScheme")
        add(scheme, "cbc:CompanyID", party["vat_id"])
        add(scheme, "cac:TaxScheme/cbc:ID", "VAT")
    legal = add(node, "cac:PartyLegalEntity")
    add(legal, "cbc:RegistrationName", party["name"])
    if party.get("company_number"):
        add(legal, "cbc:CompanyID", party["company_number"])


def add_category(parent, name, document, reason=False):
    node = add(parent, name)
    add(node, "cbc:ID", document.quote.category)
    if document.quote.category != "O":  # BR-O-05: what isn't subject to VAT has no rate, not the rate 0.
        add(node, "cbc:Percent", str(document.rate))
    if reason and document.quote.category in EXEMPTIONS:
        add(node, "cbc:TaxExemptionReasonCode", EXEMPTIONS[document.quote.category])
        add(node, "cbc:TaxExemptionReason", document.quote.note)
    add(node, "cac:TaxScheme/cbc:ID", "VAT")


# ANCHOR: xml
def render_xml(document):
    data, quote, we = document.data, document.quote, document.seller
    kind = "CreditNote" if document.is_credit else "Invoice"
    money = {"currencyID": we["currency"]}
    for prefix, space in SPACES.items():
        ET.register_namespace(prefix, space)
    ET.register_namespace("", UBL + kind + "-2")
    root = ET.Element(f"{{{UBL}{kind}-2}}{kind}")
    peppol = "endpoint" in document.buyer
    add(root, "cbc:CustomizationID", PEPPOL if peppol else CORE)
    if peppol:
        add(root, "cbc:ProfileID", PEPPOL_PROCESS)
    add(root, "cbc:ID", data["number"])
    add(root, "cbc:IssueDate", data["issued_on"])
    if not document.is_credit:
        add(root, "cbc:DueDate", data["due_on"])
    add(root, f"cbc:{kind}TypeCode", "381" if document.is_credit else "380")
    add(root, "cbc:DocumentCurrencyCode", we["currency"])
    period = add(root, "cac:InvoicePeriod")
    add(period, "cbc:StartDate", data["period"][0])
    add(period, "cbc:EndDate", data["period"][1])
    add(root, "cac:OrderReference/cbc:ID", data["purchase_order"])
    if document.is_credit:
        corrected = add(root, "cac:BillingReference/cac:InvoiceDocumentReference")
        add(corrected, "cbc:ID", data["corrects"][0])
        add(corrected, "cbc:IssueDate", data["corrects"][1])
    us = we | {"name": we["legal_name"], "endpoint": [we["endpoint_scheme"], we["vat_id"]] if peppol else None}
    add_party(root, "cac:AccountingSupplierParty", us, quote.category)
    add_party(root, "cac:AccountingCustomerParty", document.buyer, quote.category)
    if not document.is_credit:
        means = add(root, "cac:PaymentMeans")
        add(means, "cbc:PaymentMeansCode", "58")  # SEPA credit transfer
        add(means, "cbc:PaymentID", data["number"])
        add(means, "cac:PayeeFinancialAccount/cbc:ID", we["iban"])
    else:  # BR-CO-25 asks for terms here too.
        add(root, "cac:PaymentTerms/cbc:Note", "Set off against the next invoice, or paid back on request within 14 days")
    total = add(root, "cac:TaxTotal")
    add(total, "cbc:TaxAmount", amount(quote.tax_minor), **money)
    part = add(total, "cac:TaxSubtotal")
    add(part, "cbc:TaxableAmount", amount(quote.net_minor), **money)
    add(part, "cbc:TaxAmount", amount(quote.tax_minor), **money)
    add_category(part, "cac:TaxCategory", document, reason=True)
    sums = add(root, "cac:LegalMonetaryTotal")
    for name, minor in (("LineExtensionAmount", quote.net_minor), ("TaxExclusiveAmount", quote.net_minor),
                        ("TaxInclusiveAmount", quote.total_minor), ("PayableAmount", quote.total_minor)):
        add(sums, f"cbc:{name}", amount(minor), **money)
    for position, line in enumerate(quote.lines, 1):
        add_line(root, kind, position, line, document, money)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
# ANCHOR_END: xml


def add_line(root, kind, position, line, document, money):
    node = add(root, f"cac:{kind}Line")
    add(node, "cbc:ID", str(position))
    counted = "CreditedQuantity" if document.is_credit else "InvoicedQuantity"
    add(node, f"cbc:{counted}", f"{float(line.quantity):g}", unitCode="C62")
    add(node, "cbc:LineExtensionAmount", amount(line.net_minor), **money)
    item = add(node, "cac:Item")
    add(item, "cbc:Name", line.description)
    add_category(item, "cac:ClassifiedTaxCategory", document)
    add(node, "cac:Price/cbc:PriceAmount", amount(line.unit_minor), **money)


# ANCHOR: interest
def late(open_minor, days, rate):
    """Interest in cents, simple and by the day of 365, and compensation. `rate` is the ECB's main rate of the half-year
    (on 1 January or 1 July) and 8 points."""
    if open_minor <= 0 or days < 0:
        raise calculator.Refused("an open amount and its days overdue")
    interest = calculator.half_up(Fraction(open_minor) * Fraction(str(rate)) * days / 36_500)
    compensation = 4_000 if open_minor <= 100_000 else 7_000 if open_minor <= 1_000_000 else 10_000
    return interest, compensation
# ANCHOR_END: interest


def main(arguments):
    if arguments[:1] == ["interest"]:
        interest, compensation = late(int(Decimal(arguments[1]) * 100), int(arguments[2]), arguments[3])
        print(f"interest {euros(interest)}, compensation {euros(compensation)}, together {euros(interest + compensation)}")
        return
    for name in arguments:
        path = Path(name)
        document = Document(json.loads(path.read_text(encoding="utf-8")))
        path.with_suffix(".html").write_text(render_html(document), encoding="utf-8")
        path.with_suffix(".xml").write_text(render_xml(document), encoding="utf-8")
        print(f"{document.data['number']}: net {euros(document.quote.net_minor)}, tax {euros(document.quote.tax_minor)}, "
              f"total {euros(document.quote.total_minor)}, category {document.quote.category}")


if __name__ == "__main__":
    main(sys.argv[1:])
