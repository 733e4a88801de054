"""Keys and sealed values: bound to their row, found through blind indexes, ready for a new key."""

import base64
from pathlib import Path

import pytest

from models.secrets import (
    CannotOpen,
    KeyMissing,
    Keyring,
    account_number,
    create_key_file,
    digits,
    identity_number,
    new_key,
)

OLD, NEW = b"o" * 32, b"n" * 32


def in_base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_what_is_sealed_opens_in_its_place_only() -> None:
    ring = Keyring([OLD])
    sealed = ring.seal(b"secret", "member:1:phone")
    assert ring.open(sealed, "member:1:phone") == b"secret"
    for place in ("member:2:phone", "member:1:id_number", "payment:1:phone"):
        with pytest.raises(CannotOpen, match="another row or field"):
            ring.open(sealed, place)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    ring = Keyring([OLD])
    assert ring.seal(b"secret", "x") != ring.seal(b"secret", "x")


def test_a_changed_byte_is_found_wherever_it_is() -> None:
    ring = Keyring([OLD])
    sealed = ring.seal(b"secret", "x")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(CannotOpen):
            ring.open(bytes(changed), "x")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + b"0" * 40, b"plain text, not sealed"])
def test_what_is_not_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        Keyring([OLD]).open(sealed, "x")


def test_a_new_key_opens_and_finds_what_the_old_one_sealed() -> None:
    old, both = Keyring([OLD]), Keyring([NEW, OLD])
    sealed = old.seal(b"secret", "x")
    assert both.open(sealed, "x") == b"secret"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal(b"secret", "x"))
    assert old.blind("phone", "138") in both.blinds("phone", "138")
    assert both.blind("phone", "138") != old.blind("phone", "138")


def test_without_the_old_key_its_values_stay_shut_and_say_which_key_they_need() -> None:
    sealed = Keyring([OLD]).seal(b"secret", "x")
    with pytest.raises(CannotOpen, match=sealed[1:5].hex()):
        Keyring([NEW]).open(sealed, "x")


def test_blind_indexes_of_two_fields_cannot_be_compared() -> None:
    ring = Keyring([OLD])
    assert ring.blind("phone", "123") != ring.blind("id_number", "123")
    assert ring.blind("phone", "123") == ring.blind("phone", "123")


def test_a_mark_is_known_again_and_cannot_be_made_without_the_key() -> None:
    ring = Keyring([OLD])
    assert Keyring([NEW, OLD]).is_marked(b"5:abc", ring.mark(b"5:abc"))
    assert not ring.is_marked(b"6:abc", ring.mark(b"5:abc"))
    assert not Keyring([NEW]).is_marked(b"5:abc", ring.mark(b"5:abc"))


def test_keys_come_from_the_environment_the_current_one_first() -> None:
    ring = Keyring.from_environment({"SUNSHINE_KEY": f"{in_base64(NEW)}, {in_base64(OLD)}"})
    assert ring.is_current(Keyring([NEW]).seal(b"", "x"))
    assert ring.open(Keyring([OLD]).seal(b"a", "x"), "x") == b"a"


def test_a_key_file_is_made_for_its_owner_only_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = create_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    read = Keyring.from_environment({"SUNSHINE_KEY_FILE": str(path)})
    assert read.open(made.seal(b"a", "x"), "x") == b"a"
    with pytest.raises(FileExistsError):
        create_key_file(path)
    assert Keyring.from_file(path).is_current(made.seal(b"a", "x"))


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    path.chmod(0o644)
    with pytest.raises(KeyMissing, match="chmod 600"):
        Keyring.from_file(path)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SUNSHINE_KEY": "  "},
        {"SUNSHINE_KEY": "not base64!"},
        {"SUNSHINE_KEY": base64.b64encode(b"too short").decode()},
        {"SUNSHINE_KEY_FILE": "no/such/file"},
    ],
    ids=["nothing", "blank", "not base64", "too short", "no file"],
)
def test_a_missing_or_wrong_key_says_what_to_do(environment: dict[str, str]) -> None:
    with pytest.raises(KeyMissing, match="SUNSHINE_KEY_FILE"):
        Keyring.from_environment(environment)


def test_a_keyring_does_not_print_its_keys() -> None:
    assert repr(Keyring([OLD])) == "<Keyring of 1>"
    assert len(base64.b64decode(new_key())) == 32


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("370112194912310039", "370112194912310039"),
        (" 370112 19491231 003x ", "37011219491231003X"),
        ("３７０１１２１９４９１２３１００３９", "370112194912310039"),
        ("370112491231003", "37011219491231003X"),
        ("wrong", "WRONG"),
    ],
)
def test_an_identity_number_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert identity_number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-13800138000", "13800138000"),
        ("0531-88123456", "053188123456"),
        ("无", ""),
    ],
)
def test_phones_are_compared_by_their_digits(typed: str, compared: str) -> None:
    assert digits(typed) == compared


def test_an_account_number_is_kept_without_its_gaps() -> None:
    assert account_number("6228 4800-0000") == "622848000000"
