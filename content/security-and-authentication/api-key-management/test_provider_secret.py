"""Tests of provider_secret.py."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

from provider_secret import SecretError, read_secret

VALUE = "example-value-of-32-characters-xx"


class ReadSecret(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        patch = mock.patch.dict(os.environ, {"CREDENTIALS_DIRECTORY": folder.name})
        patch.start()
        self.addCleanup(patch.stop)

    def put(self, text, mode=0o400, name="payments-api-key"):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def assert_refused(self, words, name="payments-api-key"):
        with self.assertRaises(SecretError) as caught:
            read_secret(name)
        self.assertIn(words, str(caught.exception))
        self.assertNotIn(VALUE, str(caught.exception))

    def test_a_secret_is_read_without_its_last_line_end(self):
        self.put(VALUE + "\n")
        self.assertEqual(VALUE, read_secret("payments-api-key"))

    def test_systemds_group_readable_file_is_accepted(self):
        self.put(VALUE, 0o440)
        self.assertEqual(VALUE, read_secret("payments-api-key"))

    def test_a_file_that_others_may_read_or_the_group_may_write_is_refused(self):
        for mode in (0o444, 0o460, 0o404):
            self.put(VALUE, mode).touch()
            self.assert_refused("others may read it")
            (self.folder / "payments-api-key").unlink()

    def test_an_empty_short_or_two_line_secret_is_refused(self):
        for text in ("", "\n", "x" * 15, f"{VALUE}\n{VALUE}\n", f" {VALUE}"):
            self.put(text)
            self.assert_refused("empty, cut short or more than one line")
            (self.folder / "payments-api-key").unlink()
        self.put("x" * 16)
        self.assertEqual("x" * 16, read_secret("payments-api-key"))

    def test_a_missing_file_a_link_and_a_path_are_refused(self):
        self.assert_refused("No such file")
        self.put(VALUE, name="real")
        (self.folder / "payments-api-key").symlink_to(self.folder / "real")
        self.assert_refused("symbolic links")
        self.assert_refused("a name, not a path", "../payments-api-key")

    def test_without_systemd_the_reason_is_said(self):
        del os.environ["CREDENTIALS_DIRECTORY"]
        self.assert_refused("start the service through systemd")


if __name__ == "__main__":
    unittest.main()
