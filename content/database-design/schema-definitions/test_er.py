"""The diagram shows every table and reference of the schema as it is."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import er

SCHEMA = er.SCHEMA.read_text(encoding="utf-8")


class Diagram(unittest.TestCase):
    def test_the_file_is_what_the_schema_gives(self):
        self.assertEqual("".join(text + "\n" for text in er.draw(SCHEMA)),
                         Path(er.__file__).with_name("diagram.svg").read_text(encoding="utf-8"))

    def test_a_table_without_a_place_is_an_error(self):
        with self.assertRaisesRegex(SystemExit, "place these tables.*ledgers"):
            list(er.draw(SCHEMA + "\ncreate table ledgers (\n    id uuid\n);\n"))

    def test_each_reference_but_those_to_organisations_has_an_arrow(self):
        links, own = er.references(SCHEMA)
        self.assertIn(("webhook_deliveries", "webhook_events"), links)
        self.assertIn("api_keys", own)
        arrows = [text for text in er.draw(SCHEMA) if text.startswith("<path")]
        self.assertEqual(len([1 for child, parent in links if parent not in ("organisations", child)]), len(arrows))


if __name__ == "__main__":
    unittest.main()
