"""What the diagrams of the handbook show is what schema and registers say."""
import re
import unittest

from tools import ROOT

CONTENT = ROOT / "content"
SCHEMA = (CONTENT / "reference/schema.sql").read_text(encoding="utf-8")


def diagram(page, title):
    """The arrows of a diagram: from, to and label."""
    text = (CONTENT / page).read_text(encoding="utf-8")
    source = re.search(rf'^```mermaid title="{title}"\n(.*?)^```$', text, re.S | re.M)[1]
    arrows = re.findall(r"^ +(\S+) --> (\w+)(?: : (.+))?$", source, re.M)
    return [arrow for arrow in arrows if arrow[0] != "[*]"]


def words(text):
    return set(re.findall(r"'(\w+)'", text))


class States(unittest.TestCase):
    def test_an_invoice_takes_the_steps_that_its_guard_lets_through(self):
        guard = re.search(r"\(old\.status, new\.status\) not in \((.*?)\) then", SCHEMA, re.S)[1]
        steps = set(re.findall(r"\('(\w+)', '(\w+)'\)", guard))
        shown = {arrow[:2] for arrow in diagram("business-operations/invoice-templates/index.md", "States of an invoice")}
        self.assertEqual(shown, steps)

    def test_a_delivery_has_the_states_and_the_reasons_of_the_schema(self):
        states = words(re.search(r"webhook_deliveries_state_known +check \(.*?\)\)", SCHEMA, re.S)[0])
        reasons = words(re.search(r"webhook_deliveries_reason_known +check \(.*?\)\)", SCHEMA, re.S)[0])
        arrows = diagram("integration-details/webhook-retry-logic/index.md", "States of one delivery")
        self.assertEqual({state for arrow in arrows for state in arrow[:2]}, states)
        self.assertEqual({label for _, to, label in arrows if to == "dead"}, reasons)


if __name__ == "__main__":
    unittest.main()
