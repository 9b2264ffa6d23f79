"""The page User Authentication: its figures are those of the registers and of the tables."""

import csv
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "content/reference"
sys.path.insert(0, str(ROOT / "content/security-and-authentication/user-authentication"))

import sign_in


class Figures(unittest.TestCase):
    def setUp(self):
        with open(REFERENCE / "credentials.csv", encoding="utf-8", newline="") as file:
            self.kinds = {row["kind"]: row for row in csv.DictReader(file)}
        self.schema = (REFERENCE / "schema.sql").read_text(encoding="utf-8")

    def minutes(self, kind, column="lifetime"):
        number, unit = self.kinds[kind][column].split()
        return int(number) * {"minutes": 1, "hours": 60, "days": 1440}[unit]

    def test_lives_are_those_of_the_register_of_credentials(self):
        for kind, name in (("user", "portal-session"), ("staff", "staff-session")):
            self.assertEqual(self.minutes(name), sign_in.LIFETIME[kind].total_seconds() / 60)
            self.assertEqual(self.minutes(name, "idle"), sign_in.IDLE[kind].total_seconds() / 60)
        for purpose in sign_in.TOKEN_LIFETIME:
            self.assertEqual(self.minutes(f"{purpose}-token"), sign_in.TOKEN_LIFETIME[purpose].total_seconds() / 60)

    def test_words_are_those_that_the_tables_take(self):
        code = Path(sign_in.__file__).read_text(encoding="utf-8")
        for constraint, words in (
            ("sessions_factors_known", ("password", "password+totp", "password+recovery", "passkey")),
            ("one_time_tokens_purpose_known", tuple(sign_in.TOKEN_LIFETIME)),
            ("sessions_ended_known", re.findall(r"close\(session, \"([a-z-]+)\"", code) + ["password-changed"]),
            ("sign_in_attempts_outcome_known", re.findall(r"fail\(account, address, \"([a-z-]+)\"", code) + ["success"]),
        ):
            listed = re.search(rf"{constraint} +check \(\w+ in\s*\((.*?)\)", self.schema, re.S)[1]
            self.assertGreater(len(words), 1, constraint)
            self.assertLessEqual(set(words), set(re.findall(r"'([a-z+-]+)'", listed)), constraint)

    def test_hashes_have_the_form_that_the_tables_ask_for(self):
        self.assertTrue(sign_in.hash_password("x", (4, 8, 1)).startswith("scrypt$"))

    def test_codes_of_refusals_are_registered(self):
        registered = re.findall(r"- code: (\S+)", (REFERENCE / "errors.yaml").read_text(encoding="utf-8"))
        raised = re.findall(r"Refused\(\"([a-z_.]+)\"", Path(sign_in.__file__).read_text(encoding="utf-8"))
        self.assertGreater(len(raised), 5)
        self.assertLessEqual(set(raised), set(registered))


if __name__ == "__main__":
    unittest.main()
