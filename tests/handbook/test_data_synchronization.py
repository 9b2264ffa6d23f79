"""The page Data Synchronization: outbox, copies, reconciliation and backfill on PostgreSQL."""

import csv
import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/integration-details/data-synchronization"
REFERENCE = ROOT / "content/reference"
sys.path.insert(0, str(Path(__file__).parent))

import jsonschema

import postgres

CONTRACTS = ROOT / "content/api-documentation/webhook-contracts"
CLIENT = "00000000-0000-4000-8000-00000000000a"
INVOICE = "0e000000-0000-4000-8000-00000000000a"
ISSUED = """
delete from outbox;
insert into invoices (id, organisation_id, number, status, net_minor, buyer, issued_on, due_on, paid_at, version, updated_at)
select gen_random_uuid(), '%s', 'INV-2025-' || lpad(n::text, 6, '0'), 'open', n * 100, '{}', '2026-11-01', '2026-11-15',
       null, 2, now() - interval '2 hours' from generate_series(1, 1201) n;
""" % CLIENT
COPIED = """
insert into ledger_copy select number, version, status, total_minor, currency from invoices
where status <> 'draft' and number not like 'TEST-%';
"""


def sql(name, **values):
    text = (PAGE / f"{name}.sql").read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f":'{key}'", "'" + str(value) + "'")
    assert not re.search(r":'\w+'", text), "a parameter has no value"
    return text


class Synchronization(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(postgres.cluster())
        cls.cluster.psql((REFERENCE / "schema.sql").read_text() + (REFERENCE / "seed.sql").read_text() + ISSUED, "template1")

    def setUp(self):
        self.name = self.id().rsplit(".", 1)[-1][:60]
        self.assertEqual(self.cluster.program("createdb", self.name).returncode, 0)
        self.invoice = self.psql("select id from invoices where number = 'INV-2025-000001'")

    def psql(self, text):
        return self.cluster.psql(text, self.name)

    def drift(self, *changes):
        found = self.psql(sql("copy") + COPIED + "".join(changes) + sql("reconcile"))
        return [tuple(line.split("|")) for line in found.splitlines()]

    def test_change_and_message_are_one(self):
        self.assertTrue(self.psql(sql("pay", invoice=self.invoice, version=2)))
        self.assertEqual(self.psql("select type, subject_version, payload->>'amount_minor' from outbox"), "invoice.paid|3|100")
        # A second payment, or one on an old reading, changes nothing and says nothing.
        self.assertEqual(self.psql(sql("pay", invoice=self.invoice, version=2) + sql("pay", invoice=self.invoice, version=3)), "")
        self.assertEqual(self.psql("select count(*) from outbox"), "1")

    def test_what_is_published_fits_the_contract(self):
        event = self.psql(sql("pay", invoice=self.invoice, version=2))
        self.assertEqual(self.psql(sql("publish")), event)
        body = json.loads(self.psql(f"select convert_from(body, 'UTF8') from webhook_events where id = '{event}'"))
        schema = json.loads((CONTRACTS / "invoice.paid.v1.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(body)
        self.assertEqual((body["id"], body["mode"], body["object_version"]), (event, "live", 3))

    def test_a_rolled_back_change_leaves_no_message(self):
        self.cluster.psql_fails(sql("pay", invoice=self.invoice, version=2) + "select 1/0;", self.name)
        self.assertEqual(self.psql("select count(*) from outbox"), "0")
        self.assertEqual(self.psql(f"select status from invoices where id = '{self.invoice}'"), "open")

    def test_each_message_is_published_once(self):
        self.psql(f"""insert into outbox (organisation_id, type, version, subject_id, payload)
                      select '{CLIENT}', 'invoice.paid', 1, '{self.invoice}', '{{}}' from generate_series(1, 150)""")
        before = int(self.psql("select count(*) from webhook_events"))
        self.assertEqual([len(self.psql(sql("publish")).splitlines()) for _ in range(3)], [100, 50, 0])
        self.assertEqual(int(self.psql("select count(*) from webhook_events")) - before, 150)
        # A worker that died after the insert: the mark is gone, the event isn't doubled.
        self.psql("update outbox set published_at = null")
        self.psql(sql("publish") + sql("publish"))
        self.assertEqual(int(self.psql("select count(*) from webhook_events")) - before, 150)

    def test_a_second_worker_passes_over_what_the_first_holds(self):
        self.psql(f"""insert into outbox (organisation_id, type, version, subject_id, payload)
                      select '{CLIENT}', 'invoice.paid', 1, '{self.invoice}', '{{}}' from generate_series(1, 150)""")
        first = subprocess.Popen(
            self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first.stdin.write("\\set ON_ERROR_STOP 1\nbegin;\n" + sql("publish") + "select 'held';\n")
        first.stdin.flush()
        held = []
        while (line := first.stdout.readline().strip()) != "held":
            self.assertTrue(line, "the first session ended")
            held.append(line)
        mine = self.psql("set lock_timeout = '2s';" + sql("publish")).splitlines()
        first.communicate("commit;\n")
        self.assertEqual((len(held), len(mine), set(held) & set(mine)), (100, 50, set()))

    def command(self):
        return ["psql", "-XqAt", "-h", str(self.cluster.folder), "-U", "postgres", "-d", self.name]

    def test_a_copy_takes_each_change_once_and_none_that_is_older(self):
        def change(version, status):
            return sql("apply", number="INV-2025-000001", object_version=version, status=status, total_minor=100, currency="EUR")
        found = self.psql(sql("copy") + change(3, "paid") + change(3, "void") + change(2, "open")
                          + "select object_version, status from ledger_copy;" + change(4, "void")
                          + "select object_version, status from ledger_copy;")
        self.assertEqual(found.splitlines(), ["INV-2025-000001", "3|paid", "INV-2025-000001", "4|void"])

    def test_equal_sides_have_no_drift(self):
        self.assertEqual(self.drift(), [])

    def test_planted_drift_is_found_and_named(self):
        where = "where number = 'INV-2025-00000"
        self.assertEqual(self.drift(
            f"delete from ledger_copy {where}1';",
            f"update ledger_copy set total_minor = total_minor + 1 {where}2';",
            f"update ledger_copy set status = 'paid' {where}3';",
            f"update ledger_copy set object_version = 1 {where}4';",
            f"update ledger_copy set object_version = 9 {where}5';",
            f"update ledger_copy set currency = 'GBP' {where}6';",
            "insert into ledger_copy values ('INV-2024-000009', 1, 'open', 1, 'EUR');",
            # Changed just now, so still on its way:
            f"update invoices set version = 3, updated_at = now() {where}7';",
        ), [("INV-2024-000009", "unknown to the portal"), ("INV-2025-000001", "missing in the copy"),
            ("INV-2025-000002", "amount differs"), ("INV-2025-000003", "status differs"),
            ("INV-2025-000004", "version is behind"), ("INV-2025-000005", "copy is ahead"),
            ("INV-2025-000006", "amount differs")])

    def test_a_backfill_reads_every_invoice_once(self):
        after, seen, slices = "", [], []
        while rows := self.psql(sql("backfill", after=after)).splitlines():
            seen += [row.split("|")[0] for row in rows]
            slices.append(len(rows))
            after = seen[-1]
        issued = int(self.psql("select count(*) from invoices where number like 'INV-%'"))
        self.assertEqual((slices, len(set(seen))), ([500, 500, issued - 1000], issued))


class Entities(unittest.TestCase):
    def test_each_has_one_source_that_we_know(self):
        with open(PAGE / "entities.csv", encoding="utf-8", newline="") as file:
            entities = list(csv.DictReader(file))
        with open(REFERENCE / "providers.csv", encoding="utf-8", newline="") as file:
            known = {row["id"] for row in csv.DictReader(file)} | {"portal"}
        self.assertEqual(len({row["entity"] for row in entities}), len(entities))
        for row in entities:
            self.assertIn(row["source"], known)
            self.assertNotIn(row["source"], row["copies"].split())
        lag = {row["entity"]: row["lag_minutes"] for row in entities}["invoice"]
        self.assertIn(f"interval '{lag} minutes'", sql("reconcile"))


if __name__ == "__main__":
    unittest.main()
