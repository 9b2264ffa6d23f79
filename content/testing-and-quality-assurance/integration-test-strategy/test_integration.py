"""The scenario passes against the product's stand-in, and fails against each of several broken ones."""

import csv
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import journey
from product import Product


def run(product=None):
    said = []
    return journey.main(product, said.append), "\n".join(said) + "\n"


class Scenario(unittest.TestCase):
    def test_it_passes_and_prints_what_the_page_shows(self):
        self.assertEqual((0, (HERE / "journey.txt").read_text(encoding="utf-8")), run())

    def test_two_runs_on_one_product_do_not_meet(self):
        with Product() as product:
            first, second = product.seed("it-1"), product.seed("it-2")
            self.assertEqual(0, product.clean(first["organisation"]))
            self.assertIn(second["email"], product.people)
            self.assertEqual(1, product.db.execute("select count(*) from invoices").fetchone()[0])
            product.clean(second["organisation"])


class Broken(unittest.TestCase):
    """What goes wrong in the product must be seen by the scenario, at the step that is about it."""

    def assert_fails(self, product, words):
        code, said = run(product)
        self.assertEqual(1, code, said)
        self.assertIn(words, said)
        self.assertIn("rows left after cleaning: 0", said, "a failed run cleans up, too")

    def test_any_password_opens(self):
        class Open(Product):
            def sign_in(self, email="", password="", **rest):
                return super().sign_in(email, next(iter(self.passwords)), **rest)

            def seed(self, run):
                seeded = super().seed(run)
                self.passwords = [seeded["password"]]
                return seeded

        self.assert_fails(Open(), "a wrong password is refused")

    def test_keys_without_a_session(self):
        class Anybody(Product):
            def signed_in(self, headers):
                return next(iter(self.people.values()))[1]

        self.assert_fails(Anybody(), "without a session no key is issued")

    def test_a_payment_is_final_before_the_provider_says_so(self):
        class Hasty(Product):
            def payInvoice(self, organisation, invoice_id):
                return super(Product, self).payInvoice(organisation, invoice_id)

        self.assert_fails(Hasty(), "it is pending until the provider says so")

    def test_the_second_notice_publishes_again(self):
        class Twice(Product):
            def notice(self, payment="", outcome="", **rest):
                self.db.execute("update invoices set status = 'open'")
                return super().notice(payment, outcome, **rest)

        self.assert_fails(Twice(), "the event comes again when its answer is lost")

    def test_an_event_gets_a_new_id_on_each_attempt(self):
        class Renamed(Product):
            def work(self):
                attempt = self.sender.attempt

                def renaming(delivery):
                    if delivery.attempts:
                        delivery.body = delivery.body.replace(delivery.event_id.encode(), b"another")
                    attempt(delivery)

                with mock.patch.object(self.sender, "attempt", renaming):
                    super().work()

        self.assert_fails(Renamed(), "the client books it once")

    def test_a_revoked_key_goes_on_working(self):
        class Forgetful(Product):
            def revoke_key(self, organisation, key="", **rest):
                answer = super().revoke_key(organisation, key, **rest)
                self.keys[key] = (organisation, frozenset(self.SCOPES.values()))
                self.revoked.clear()
                return answer

        self.assert_fails(Forgetful(), "it is refused from then on")

    def test_events_signed_with_another_secret(self):
        class Unsigned(Product):
            def work(self):
                for found in self.endpoints.values():
                    for endpoint, _ in found:
                        endpoint.secrets = ["whsec_another"]
                super().work()

        self.assert_fails(Unsigned(), "refused by the receiver")


class Table(unittest.TestCase):
    def test_scenarios_are_numbered_and_stay_within_their_budget(self):
        with open(HERE / "scenarios.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([f"S{number}" for number in range(1, len(rows) + 1)], [row["id"] for row in rows])
        blocking = sum(int(row["budget_s"]) for row in rows if row["where"].startswith("pull request"))
        self.assertLessEqual(blocking, 240, "what blocks a merge takes four minutes at most")


if __name__ == "__main__":
    unittest.main()
