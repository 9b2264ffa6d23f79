"""Reads one of our own secrets (a key to a payment provider, a database password) at the start of a process.

The secret store hands it to the service as a file in `$CREDENTIALS_DIRECTORY`: systemd's `LoadCredential=`. Not as
an environment variable: those are inherited by every child process and end up in crash reports.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


class SecretError(Exception):
    """Says which secret and what is wrong with it, never its value."""


# ANCHOR: read
def read_secret(name: str) -> str:
    """The secret `name`, or a `SecretError`; a service that lacks one must not start."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SecretError(f"{name}: CREDENTIALS_DIRECTORY is not set; start the service through systemd")
    if Path(name).name != name:
        raise SecretError(f"{name}: a name, not a path")
    try:
        handle = os.open(Path(folder, name), os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as fault:
        raise SecretError(f"{name}: {fault.strerror}") from None
    with os.fdopen(handle, encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(handle).st_mode) & 0o027:
            raise SecretError(f"{name}: others may read it; its mode must be 0400 or 0440")
        secret = file.read().removesuffix("\n")
    if len(secret) < 16 or secret != secret.strip() or "\n" in secret:
        raise SecretError(f"{name}: empty, cut short or more than one line")
    return secret
# ANCHOR_END: read
