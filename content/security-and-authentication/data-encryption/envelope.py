"""Field encryption with envelopes: a data key encrypts fields, a key of the key service encrypts the data key.

Python 3.11 with python3-cryptography (AES-256-GCM). The key service holds its keys in hardware and gives none out;
`LocalKeyService` stands in for it in development and tests.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE = 12


class Unreadable(Exception):
    """The field was changed, moved, is of another key, or its key is destroyed. Never says which bytes."""


class LocalKeyService:
    """What the provider's key service does: wraps and unwraps; its keys have versions and never leave it."""

    def __init__(self):
        self._keys: dict[str, AESGCM] = {}
        self.rotate()

    def rotate(self) -> str:
        self.current = str(len(self._keys) + 1)
        self._keys[self.current] = AESGCM(AESGCM.generate_key(256))
        return self.current

    def destroy(self, version: str) -> None:
        del self._keys[version]

    def wrap(self, key: bytes, context: str) -> tuple[str, bytes]:
        nonce = os.urandom(NONCE)
        return self.current, nonce + self._keys[self.current].encrypt(nonce, key, context.encode())

    def unwrap(self, version: str, wrapped: bytes, context: str) -> bytes:
        try:
            return self._keys[version].decrypt(wrapped[:NONCE], wrapped[NONCE:], context.encode())
        except (KeyError, InvalidTag):
            raise Unreadable("the data key can't be unwrapped") from None


@dataclass(frozen=True)
class DataKey:
    """One row of `data_keys`."""

    id: uuid.UUID
    organisation_id: uuid.UUID | None
    purpose: str
    kek_version: str
    wrapped: bytes | None = field(repr=False)
    retired_at: datetime | None = None
    destroyed_at: datetime | None = None

    @property
    def context(self) -> str:
        return f"{self.id}/{self.organisation_id}/{self.purpose}"


# ANCHOR: keys
def new_key(service, purpose: str, organisation_id: uuid.UUID | None) -> DataKey:
    key = DataKey(uuid.uuid4(), organisation_id, purpose, "", None)
    version, wrapped = service.wrap(AESGCM.generate_key(256), key.context)
    return replace(key, kek_version=version, wrapped=wrapped)


def rewrap(service, key: DataKey) -> DataKey:
    """After the key service's key was rotated: the same data key in a new envelope. No field is touched."""
    version, wrapped = service.wrap(service.unwrap(key.kek_version, key.wrapped, key.context), key.context)
    return replace(key, kek_version=version, wrapped=wrapped)


def retire(key: DataKey, now: datetime) -> DataKey:
    return replace(key, retired_at=now)


def destroy(key: DataKey, now: datetime) -> DataKey:
    """What it encrypted is gone for good, here and, once they expire, in all backups."""
    if key.retired_at is None:
        raise ValueError("retire the key first")
    return replace(key, wrapped=None, destroyed_at=now)
# ANCHOR_END: keys


# ANCHOR: fields
def encrypt(service, key: DataKey, plain: bytes, place: str) -> bytes:
    """`place` is table.column:row. It is bound to the field: copied to another row, it can't be read."""
    if key.retired_at is not None:
        raise ValueError("a retired key encrypts nothing")
    head = bytes([VERSION]) + key.id.bytes
    nonce = os.urandom(NONCE)
    return head + nonce + opened(service, key).encrypt(nonce, plain, head + place.encode())


def decrypt(service, key: DataKey, stored: bytes, place: str) -> bytes:
    head, nonce, body = stored[:17], stored[17:17 + NONCE], stored[17 + NONCE:]
    if head != bytes([VERSION]) + key.id.bytes:
        raise Unreadable("another version or another key")
    try:
        return opened(service, key).decrypt(nonce, body, head + place.encode())
    except InvalidTag:
        raise Unreadable("changed, or not of this place") from None


def key_of(stored: bytes) -> uuid.UUID:
    """Which data key a field needs."""
    return uuid.UUID(bytes=stored[1:17])


def opened(service, key: DataKey) -> AESGCM:
    if key.wrapped is None:
        raise Unreadable("the data key is destroyed")
    return AESGCM(service.unwrap(key.kek_version, key.wrapped, key.context))
# ANCHOR_END: fields


def reencrypt(service, old: DataKey, new: DataKey, stored: bytes, place: str) -> bytes:
    """One field to a new data key; a field that has moved already stays. Run in batches after a rotation."""
    if key_of(stored) == new.id:
        return stored
    return encrypt(service, new, decrypt(service, old, stored, place), place)
