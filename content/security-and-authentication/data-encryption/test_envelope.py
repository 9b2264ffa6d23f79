"""What envelope.py can read, and everything that must make a field unreadable."""

import sys
import unittest
import uuid
from datetime import datetime, timezone
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

from envelope import LocalKeyService, Unreadable, decrypt, destroy, encrypt, key_of, new_key, reencrypt, retire, rewrap

NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)
PLACE = "webhook_endpoints.secret:13000000-0000-4000-8000-00000000000a"
CLIENT = uuid.UUID("00000000-0000-4000-8000-00000000000a")
SECRET = b"whsec_example"


class Envelope(unittest.TestCase):
    def setUp(self):
        self.service = LocalKeyService()
        self.key = new_key(self.service, "webhook-secret", CLIENT)
        self.stored = encrypt(self.service, self.key, SECRET, PLACE)

    def assert_unreadable(self, key, stored, place=PLACE, service=None):
        with self.assertRaises(Unreadable) as caught:
            decrypt(service or self.service, key, stored, place)
        self.assertNotIn("whsec", str(caught.exception))

    def test_a_field_comes_back(self):
        self.assertEqual(SECRET, decrypt(self.service, self.key, self.stored, PLACE))
        self.assertEqual(self.key.id, key_of(self.stored))

    def test_neither_field_nor_key_row_shows_the_secret(self):
        self.assertNotIn(SECRET, self.stored)
        self.assertNotIn(repr(self.key.wrapped), repr(self.key))
        self.assertEqual(12 + 32 + 16, len(self.key.wrapped))

    def test_the_same_value_twice_looks_different(self):
        self.assertNotEqual(self.stored, encrypt(self.service, self.key, SECRET, PLACE))

    def test_a_change_of_any_byte_is_found(self):
        for position in range(len(self.stored)):
            changed = bytearray(self.stored)
            changed[position] ^= 1
            self.assert_unreadable(self.key, bytes(changed))
        self.assert_unreadable(self.key, self.stored[:-1])
        self.assert_unreadable(self.key, b"")

    def test_a_field_that_was_copied_to_another_row_or_column_is_not_read(self):
        self.assert_unreadable(self.key, self.stored, PLACE[:-1] + "b")
        self.assert_unreadable(self.key, self.stored, PLACE.replace("secret:", "previous_secret:"))

    def test_a_key_row_that_was_copied_to_another_client_is_not_unwrapped(self):
        from dataclasses import replace
        stolen = replace(self.key, organisation_id=uuid.uuid4())
        self.assert_unreadable(stolen, self.stored)
        self.assert_unreadable(replace(self.key, purpose="totp-seed"), self.stored)

    def test_another_data_key_reads_nothing(self):
        self.assert_unreadable(new_key(self.service, "webhook-secret", CLIENT), self.stored)
        self.assert_unreadable(self.key, self.stored, service=LocalKeyService())

    def test_rotating_the_key_services_key_touches_no_field(self):
        self.service.rotate()
        moved = rewrap(self.service, self.key)
        self.assertEqual("2", moved.kek_version)
        self.service.destroy("1")
        self.assertEqual(SECRET, decrypt(self.service, moved, self.stored, PLACE))
        self.assert_unreadable(self.key, self.stored)

    def test_a_retired_key_reads_and_writes_no_more(self):
        old = retire(self.key, NOW)
        self.assertEqual(SECRET, decrypt(self.service, old, self.stored, PLACE))
        with self.assertRaises(ValueError):
            encrypt(self.service, old, SECRET, PLACE)

    def test_rotating_the_data_key_moves_each_field_once(self):
        old, new = retire(self.key, NOW), new_key(self.service, "webhook-secret", CLIENT)
        moved = reencrypt(self.service, old, new, self.stored, PLACE)
        self.assertEqual(new.id, key_of(moved))
        self.assertEqual(moved, reencrypt(self.service, old, new, moved, PLACE))
        self.assertEqual(SECRET, decrypt(self.service, new, moved, PLACE))

    def test_a_destroyed_key_makes_everything_of_it_unreadable(self):
        with self.assertRaises(ValueError):
            destroy(self.key, NOW)
        gone = destroy(retire(self.key, NOW), NOW)
        self.assertIsNone(gone.wrapped)
        self.assert_unreadable(gone, self.stored)


if __name__ == "__main__":
    unittest.main()
