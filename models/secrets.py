"""Sealing of sensitive fields: AES-256-GCM bound to the row, and blind indexes to find them.

Keys come from SUNSHINE_KEY or SUNSHINE_KEY_FILE, never from the database. Several keys may be
given: the first seals and indexes, all of them open and search, so that a key can be changed
without stopping. Masks for the screen are not made here.

A sealed value is: version (1 byte), key id (4), nonce (12), ciphertext with tag. Its
associated data is ``table:uid:field``, so a value copied to another row or field does not open.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement
from sqlalchemy.orm import validates
from stdnum.cn import ric

VERSION = 1
KEY_BYTES = 32
_KEY_ID = 4
_NONCE = 12
_HEADER = 1 + _KEY_ID + _NONCE
TAIL = 4


class KeyMissing(RuntimeError):  # noqa: N818 (named as it is said, like Refused)
    """No key was given, or what was given is not a key.

    `code` and `params` say why, for a text in the reader's language (`casework.key_messages`).
    """

    def __init__(self, message: str, code: str, **params: object) -> None:
        super().__init__(message)
        self.code, self.params = code, params


class CannotOpen(ValueError):  # noqa: N818 (named as it is said, like Refused)
    """A sealed value is damaged, belongs to another row or field, or its key is not here."""


def _derive(master: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=length, salt=None, info=f"sunshine/{purpose}".encode())
    return kdf.derive(master)


@dataclass(frozen=True, repr=False)
class _Key:
    """What is derived from one master key."""

    id: bytes
    cipher: AESGCM
    index: bytes
    mark: bytes

    @classmethod
    def of(cls, master: bytes) -> Self:
        return cls(
            id=_derive(master, "key-id", _KEY_ID),
            cipher=AESGCM(_derive(master, "aes-256-gcm")),
            index=_derive(master, "blind-index"),
            mark=_derive(master, "mark"),
        )


class Keyring:
    """The office's keys; the first one is current. Never prints them."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        """Take master keys of 32 bytes each. Raises KeyMissing when there is none or one is not."""
        if not masters:
            raise KeyMissing(_HOW, "key_none")
        if any(len(master) != KEY_BYTES for master in masters):
            raise KeyMissing(
                f"a key must be {KEY_BYTES} bytes. {_HOW}", "key_length", bytes=KEY_BYTES
            )
        self._keys = [_Key.of(master) for master in masters]

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._keys)}>"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Keys from SUNSHINE_KEY (separated by commas) or the file SUNSHINE_KEY_FILE names."""
        given = environment.get("SUNSHINE_KEY", "").strip()
        if given:
            return cls([_decode(part) for part in given.split(",") if part.strip()])
        path = environment.get("SUNSHINE_KEY_FILE", "").strip()
        if path:
            return cls.from_file(Path(path))
        raise KeyMissing(_HOW, "key_none")

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Keys from a file, one per line, the current one first; ``#`` starts a comment."""
        try:
            mode, lines = path.stat().st_mode, path.read_text("ascii").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            code = "key_unreadable" if isinstance(error, OSError) else "key_not_text"
            message = f"the key file {path} cannot be read: {error}. {_HOW}"
            raise KeyMissing(message, code, file=str(path)) from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            message = f"the key file {path} may be read by others: run chmod 600 on it"
            raise KeyMissing(message, "key_open", file=str(path))
        keys = [line.split("#")[0].strip() for line in lines]
        return cls([_decode(key) for key in keys if key])

    def seal(self, content: bytes, context: str) -> bytes:
        """Encrypt ``content`` under the current key, bound to ``context``."""
        key, nonce = self._keys[0], os.urandom(_NONCE)
        header = bytes([VERSION]) + key.id + nonce
        return header + key.cipher.encrypt(nonce, content, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what ``seal`` made. Raises CannotOpen."""
        if len(sealed) < _HEADER or sealed[0] != VERSION:
            raise CannotOpen(f"{context}: not a sealed value of version {VERSION}")
        key_id, nonce = sealed[1 : 1 + _KEY_ID], sealed[1 + _KEY_ID : _HEADER]
        key = next((key for key in self._keys if key.id == key_id), None)
        if key is None:
            raise CannotOpen(f"{context}: sealed with the key {key_id.hex()}, which is not here")
        try:
            return key.cipher.decrypt(nonce, sealed[_HEADER:], context.encode())
        except InvalidTag as error:
            raise CannotOpen(f"{context}: changed, or sealed for another row or field") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether ``sealed`` was made with the current key; if not, it waits to be sealed anew."""
        return sealed[1 : 1 + _KEY_ID] == self._keys[0].id

    def blind(self, field: str, text: str) -> bytes:
        """The blind index of ``text`` under the current key, for storing. 32 bytes."""
        return _hmac(self._keys[0].index, f"{field}\0{text}".encode())

    def blinds(self, field: str, text: str) -> list[bytes]:
        """The blind indexes of ``text`` under every key, for searching."""
        return [_hmac(key.index, f"{field}\0{text}".encode()) for key in self._keys]

    def mark(self, content: bytes) -> bytes:
        """A keyed hash that shows ``content`` was written by a holder of the key. 32 bytes."""
        return _hmac(self._keys[0].mark, content)

    def is_marked(self, content: bytes, mark: bytes) -> bool:
        """Whether ``mark`` is the mark of ``content`` under any of the keys."""
        return any(hmac.compare_digest(_hmac(key.mark, content), mark) for key in self._keys)


_HOW = (
    "Set SUNSHINE_KEY to a base64 key of 32 bytes, or SUNSHINE_KEY_FILE to a file that holds one."
)


def _hmac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise KeyMissing(f"a key is not base64. {_HOW}", "key_not_base64") from error


def new_key() -> str:
    """A random master key in base64, as SUNSHINE_KEY takes it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")


def create_key_file(path: Path) -> Keyring:
    """Write a new key to ``path``, readable by its owner only.

    Raises FileExistsError: a key is never written over.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("# Without this key no sealed field can be read. Back it up apart.\n")
        file.write(new_key() + "\n")
    return Keyring.from_file(path)


_in_use: Keyring | None = None


def use_keyring(keyring: Keyring | None) -> Keyring | None:
    """Make ``keyring`` the one this process uses; returns the one before. None forgets it."""
    global _in_use
    before, _in_use = _in_use, keyring
    return before


def keyring() -> Keyring:
    """The keyring of this process, read from the environment at first use. Raises KeyMissing."""
    global _in_use
    if _in_use is None:
        _in_use = Keyring.from_environment()
    return _in_use


def plain(text: str) -> str:
    """Full-width characters narrowed, outer spaces off."""
    return unicodedata.normalize("NFKC", text).strip()


def digits(text: str) -> str:
    """Only the digits: how phone numbers are compared; a leading 86 of mobile numbers is off."""
    only = re.sub(r"\D", "", plain(text))
    return only[2:] if len(only) == 13 and only.startswith("86") else only


def account_number(text: str) -> str:
    """An account number without spaces and hyphens."""
    return re.sub(r"[\s-]", "", plain(text))


def identity_number(text: str) -> str:
    """An identity number in capitals without spaces; 15 digits become 18 (GB 11643).

    Whether the number is right is the engine's to say: a wrong one is kept as it is.
    """
    number = re.sub(r"[\s-]", "", plain(text)).upper()
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        body = f"{number[:6]}19{number[6:]}"
        return body + ric.calc_check_digit(f"{body}0")  # it wants a place for the check digit
    return number


class Sealed:
    """A text attribute kept sealed in ``<field>_sealed`` of its row, with its blind indexes.

    Reading opens, writing seals and indexes; None or blank clears. On the class it searches:
    ``select(Member).where(Member.id_number.matches("…"))``.
    """

    def __init__(
        self,
        field: str,
        normalise: Callable[[str], str],
        *,
        index: str | None = None,
        tail: str | None = None,
        search: Callable[[str], str] | None = None,
    ) -> None:
        self.field = field
        self.normalise = normalise
        self.search = search or normalise
        self.index = index
        self.tail = tail
        self.column = f"{field}_sealed"

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner
        self.table: str = getattr(owner, "__tablename__")  # noqa: B009 (type knows no table)

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> str | None: ...
    def __get__(self, row: object | None, owner: type) -> Self | str | None:
        if row is None:
            return self
        sealed: bytes | None = getattr(row, self.column)
        if sealed is None:
            return None
        return keyring().open(sealed, self._context(row)).decode()

    def __set__(self, row: object, text: str | None) -> None:
        value = self.normalise(text) if text is not None else ""
        if not value:
            self._write(row, None, None, None)
            return
        found_by, ring = self.search(value), keyring()
        self._write(
            row,
            ring.seal(value.encode(), self._context(row)),
            ring.blind(self.field, found_by) if found_by else None,
            ring.blind(f"{self.field}:tail", found_by[-TAIL:]) if found_by else None,
        )

    def matches(self, text: str) -> ColumnElement[bool]:
        """Rows whose value is ``text`` in any spelling. Needs an index."""
        return self._among(self.index, self.field, self.search(text))

    def tail_matches(self, text: str) -> ColumnElement[bool]:
        """Rows whose value ends with the last four characters of ``text``. Needs a tail index."""
        return self._among(self.tail, f"{self.field}:tail", self.search(text)[-TAIL:])

    def _among(self, column: str | None, domain: str, text: str) -> ColumnElement[bool]:
        if column is None:
            raise TypeError(f"{self.table}.{self.field} keeps no such index")
        found: ColumnElement[bool] = getattr(self.owner, column).in_(keyring().blinds(domain, text))
        return found

    def _write(
        self, row: object, sealed: bytes | None, index: bytes | None, tail: bytes | None
    ) -> None:
        setattr(row, self.column, sealed)
        if self.index:
            setattr(row, self.index, index)
        if self.tail:
            setattr(row, self.tail, tail)

    def _context(self, row: object) -> str:
        uid: UUID | None = getattr(row, "uid", None)
        if uid is None:
            uid = uuid4()
            setattr(row, "uid", uid)  # noqa: B010 (object knows no uid)
        return f"{self.table}:{uid}:{self.field}"


def sealed_fields(owner: type) -> list[Sealed]:
    """The sealed attributes of a table class, for giving rows a new key."""
    return [value for value in vars(owner).values() if isinstance(value, Sealed)]


def reseal(row: object) -> bool:
    """Seal and index ``row`` anew where it was not under the current key; whether it changed."""
    changed = False
    for field in sealed_fields(type(row)):
        sealed: bytes | None = getattr(row, field.column)
        if sealed is not None and not keyring().is_current(sealed):
            field.__set__(row, field.__get__(row, type(row)))
            changed = True
    return changed


def keep_uid() -> Callable[[Any, str, UUID], UUID]:
    """A validator: the uid of a row with a sealed value cannot change, or it would not open."""

    @validates("uid")
    def _keep_uid(self: Any, key: str, uid: UUID) -> UUID:
        for field in sealed_fields(type(self)):
            if getattr(self, field.column) is not None and self.uid != uid:
                raise ValueError("set the uid before any sealed field")
        return uid

    kept: Callable[[Any, str, UUID], UUID] = _keep_uid
    return kept
