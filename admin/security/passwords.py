"""Passwords: argon2id hashes, and what a new one must look like. Knows no database."""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200  # argon2 over a megabyte of "password" would only waste our time

_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_hex(16))
TOO_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "password12",
        "qwertyuiop",
        "1111111111",
        "0000000000",
        "8888888888",
        "1qaz2wsx3edc",
        "abcd123456",
        "a123456789",
        "iloveyou11",
        "woaini1314",
        "5201314520",
    ]
)


def normal(password: str) -> str:
    """The same letters typed on another keyboard give the same password."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """An argon2id hash with its own salt."""
    return _hasher.hash(normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password fits. An unknown account (`stored` None) takes as long and fits never."""
    if len(password) > LONGEST:
        return False
    try:
        fits = _hasher.verify(stored or _nobody, normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(fits) and stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def weakness(password: str, username: str) -> str | None:
    """Why a new password will not do: too_short, too_long, like_name, too_common; or None."""
    plain = normal(password).casefold()
    if len(plain) < SHORTEST:
        return "too_short"
    if len(plain) > LONGEST:
        return "too_long"
    if username and username.casefold() in plain:
        return "like_name"
    if plain in TOO_COMMON or len(set(plain)) < 4:
        return "too_common"
    return None


def stamp() -> str:
    """A new session stamp."""
    return secrets.token_hex(16)
