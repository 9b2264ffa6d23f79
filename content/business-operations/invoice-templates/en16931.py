"""Checks an invoice or a credit note in UBL 2.1 against the rules of EN 16931 and Peppol that ours can break.

It is no replacement for the official Schematron, which the access point runs; it is what runs without Java, before a
number is taken.

    python3 en16931.py samples/*.xml
"""

import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

sys.dont_write_bytecode = True  # Everything in this folder is published.
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SPACES = {"cac": UBL + "CommonAggregateComponents-2", "cbc": UBL + "CommonBasicComponents-2"}
AMOUNTS = "LineExtensionAmount TaxableAmount TaxAmount TaxExclusiveAmount TaxInclusiveAmount PayableAmount".split()
SUMS = "cac:LegalMonetaryTotal/cbc:"
SELLER, BUYER = "cac:AccountingSupplierParty/cac:Party/", "cac:AccountingCustomerParty/cac:Party/"
VAT_ID = "cac:PartyTaxScheme/cbc:CompanyID"
PRESENT = {
    "BR-01": "cbc:CustomizationID", "BR-02": "cbc:ID", "BR-03": "cbc:IssueDate", "BR-05": "cbc:DocumentCurrencyCode",
    "BR-06": SELLER + "cac:PartyLegalEntity/cbc:RegistrationName", "BR-08": SELLER + "cac:PostalAddress",
    "BR-07": BUYER + "cac:PartyLegalEntity/cbc:RegistrationName", "BR-10": BUYER + "cac:PostalAddress",
    "BR-09": SELLER + "cac:PostalAddress/cac:Country/cbc:IdentificationCode",
    "BR-11": BUYER + "cac:PostalAddress/cac:Country/cbc:IdentificationCode",
    "BR-12": SUMS + "LineExtensionAmount", "BR-13": SUMS + "TaxExclusiveAmount", "BR-14": SUMS + "TaxInclusiveAmount",
    "BR-15": SUMS + "PayableAmount", "BR-CO-18": "cac:TaxTotal/cac:TaxSubtotal",
}


class Reader:
    def __init__(self, node):
        self.node = node

    def text(self, path):
        return (self.node.findtext(path, "", SPACES) or "").strip()

    def has(self, path):
        node = self.node.find(path, SPACES)
        return node is not None and (len(node) > 0 or bool((node.text or "").strip()))

    def number(self, path):
        return Decimal(self.text(path) or "NaN")

    def all(self, path):
        return [Reader(node) for node in self.node.findall(path, SPACES)]


def broken(text):
    """The rules that the XML breaks, sorted."""
    root = ET.fromstring(text)
    kind = "CreditNote" if root.tag.endswith("}CreditNote") else "Invoice"
    document = Reader(root)
    lines = document.all(f"cac:{kind}Line")
    holds = {rule: document.has(path) for rule, path in PRESENT.items()}
    holds["BR-04"] = document.text(f"cbc:{kind}TypeCode") == ("381" if kind == "CreditNote" else "380")
    holds["BR-16"] = bool(lines)
    holds |= of_lines(lines, "Credited" if kind == "CreditNote" else "Invoiced") | of_sums(document, lines)
    holds |= of_categories(document, lines) | of_peppol(document, kind)
    return sorted(rule for rule, holding in holds.items() if not holding)


def of_lines(lines, verb):
    return {
        "BR-21": all(line.text("cbc:ID") for line in lines),
        "BR-22": all(line.text(f"cbc:{verb}Quantity") for line in lines),
        "BR-24": all(line.text("cbc:LineExtensionAmount") for line in lines),
        "BR-25": all(line.text("cac:Item/cbc:Name") for line in lines),
        "BR-26": all(line.text("cac:Price/cbc:PriceAmount") for line in lines),
        "BR-27": not any(line.number("cac:Price/cbc:PriceAmount") < 0 for line in lines),
        "BR-CO-04": all(line.text("cac:Item/cac:ClassifiedTaxCategory/cbc:ID") for line in lines),
    }


# ANCHOR: sums
def of_sums(document, lines):
    net, gross = document.number(SUMS + "TaxExclusiveAmount"), document.number(SUMS + "TaxInclusiveAmount")
    tax = document.number("cac:TaxTotal/cbc:TaxAmount")
    parts = document.all("cac:TaxTotal/cac:TaxSubtotal")
    cents = [node.text or "" for name in AMOUNTS for node in document.node.iter(f"{{{SPACES['cbc']}}}{name}")]
    return {
        "BR-CO-10": document.number(SUMS + "LineExtensionAmount") == sum(line.number("cbc:LineExtensionAmount") for line in lines),
        "BR-CO-13": net == document.number(SUMS + "LineExtensionAmount"),  # We have no allowances of the document.
        "BR-CO-14": tax == sum(part.number("cbc:TaxAmount") for part in parts),
        "BR-CO-15": gross == net + tax,
        "BR-CO-16": document.number(SUMS + "PayableAmount") == gross,  # Nothing is prepaid or rounded.
        "BR-CO-17": all(part.number("cbc:TaxAmount") == cent(part.number("cbc:TaxableAmount") * rate(part) / 100) for part in parts),
        "BR-DEC-*": all(len(text.partition(".")[2]) <= 2 for text in cents),
    }


def rate(part):
    return Decimal(part.text("cac:TaxCategory/cbc:Percent") or 0)


def cent(value):
    return value if value.is_nan() else value.quantize(Decimal("0.01"), ROUND_HALF_UP)
# ANCHOR_END: sums


# ANCHOR: categories
def of_categories(document, lines):
    ours, theirs = document.text(SELLER + VAT_ID), document.text(BUYER + VAT_ID)
    parts = {part.text("cac:TaxCategory/cbc:ID"): part for part in document.all("cac:TaxTotal/cac:TaxSubtotal")}
    of_line = [line.all("cac:Item/cac:ClassifiedTaxCategory")[0] for line in lines if line.all("cac:Item/cac:ClassifiedTaxCategory")]
    used = {category.text("cbc:ID") for category in of_line}
    reasons = {name: part.text("cac:TaxCategory/cbc:TaxExemptionReasonCode") for name, part in parts.items()}
    rates = {name: {c.text("cbc:Percent") for c in of_line if c.text("cbc:ID") == name} for name in used}
    holds = {f"BR-{name}-01": name in parts for name in used}
    holds |= {f"BR-{name}-08": parts[name].number("cbc:TaxableAmount") == sum(line.number("cbc:LineExtensionAmount") for line in lines
              if line.text("cac:Item/cac:ClassifiedTaxCategory/cbc:ID") == name) for name in used & set(parts)}
    if "S" in used:
        holds |= {"BR-S-02": bool(ours), "BR-S-05": all(Decimal(rate or 0) > 0 for rate in rates["S"])}
    if "AE" in used:
        holds |= {"BR-AE-02": bool(ours and theirs), "BR-AE-05": rates["AE"] == {"0"}, "BR-AE-10": bool(reasons.get("AE"))}
    if "O" in used:
        holds |= {"BR-O-02": not ours and not theirs, "BR-O-05": rates["O"] == {""}, "BR-O-10": bool(reasons.get("O")),
                  "BR-O-11": set(parts) == {"O"}}
    return holds
# ANCHOR_END: categories


def of_peppol(document, kind):
    holds = {"BR-CO-25": document.has("cbc:DueDate") or document.has("cac:PaymentTerms/cbc:Note"),
             "BR-CO-26": document.has(SELLER + VAT_ID) or document.has(SELLER + "cac:PartyLegalEntity/cbc:CompanyID"),
             "BR-55": kind == "Invoice" or document.has("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")}
    if "peppol" in document.text("cbc:CustomizationID"):
        holds |= {"PEPPOL-EN16931-R001": document.has("cbc:ProfileID"),
                  "PEPPOL-EN16931-R003": document.has("cac:OrderReference/cbc:ID") or document.has("cbc:BuyerReference"),
                  "PEPPOL-EN16931-R008": all(len(node) or (node.text or "").strip() for node in document.node.iter()),
                  "PEPPOL-EN16931-R010": document.has(BUYER + "cbc:EndpointID"),
                  "PEPPOL-EN16931-R020": document.has(SELLER + "cbc:EndpointID")}
    return holds


def main(names):
    faults = 0
    for name in names:
        found = broken(Path(name).read_text(encoding="utf-8"))
        faults += len(found)
        print(f"{name}: {' '.join(found) or 'ok'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
