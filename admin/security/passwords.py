"""Passwords: argon2id hashes, and what a new one must look like. Knows no database."""

from __future__ import annotations

import secrets
import string
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200  # argon2 over a megabyte of "password" would only waste our time

_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_hex(16))
TOO_COMMON = frozenset(
    [
        "1qaz2wsx3edc",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "qwerty",
        "qwertyui",
        "asdfgh",
        "asdf",
        "abc",
        "abcd",
        "abcdef",
        "abcdefg",
        "password",
        "passwd",
        "passw0rd",
        "p@ssw0rd",
        "p@ssword",
        "admin",
        "administrator",
        "root",
        "welcome",
        "letmein",
        "iloveyou",
        "woaini",
        "woaiwojia",
        "mima",
        "wodemima",
        "aini",
        "a",
        "aa",
        "aaa",
        "qq",
        "qaz",
    ]
)
"""What is tried first, also with figures and signs before and after it: password1234, Admin@2026."""


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
    return "too_common" if _common(plain) else None


def _common(plain: str) -> bool:
    """Few different signs, figures alone (a telephone, a birthday), or a common word with figures
    and signs around it."""
    if len(set(plain)) < 4 or plain.isdecimal():
        return True
    around = string.digits + string.punctuation + " "
    return plain in TOO_COMMON or plain.strip(around) in TOO_COMMON


def stamp() -> str:
    """A new session stamp."""
    return secrets.token_hex(16)
