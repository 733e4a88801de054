"""Members: sealed fields bound to their row, search through indexes, the tree they stand in."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from models import Base, HouseholdItem, HouseholdPerson, Member, Objection, OrgUnit, Payment
from models.base import starts_with
from models.names import initials
from models.orgs import is_within, move
from models.secrets import CannotOpen, Keyring, Sealed, reseal, use_keyring
from tests import factories
from tests.factories import Tree

NUMBER = "37011219491231003X"


@pytest.fixture
def tree(session: Session) -> Tree:
    return factories.org_tree(session)


@pytest.fixture
def member(session: Session, tree: Tree) -> Member:
    """The member looked for, among others who must not be found."""
    factories.member(session, tree.branch, name="李四")
    factories.member(session, tree.other_branch, name="王五")
    return factories.member(
        session,
        tree.branch,
        name="王小明",
        id_number=NUMBER,
        phone="138 0013 8000",
        bank_account="6228 4800 0001",
    )


def test_sealed_fields_come_back_as_written(session: Session, member: Member) -> None:
    session.expire_all()
    assert (member.id_number, member.phone) == (NUMBER, "138 0013 8000")
    assert member.bank_account == "622848000001"


def test_no_number_stands_in_clear_in_the_database(session: Session, member: Member) -> None:
    row = session.execute(text(f"SELECT * FROM member WHERE id = {member.id}")).one()
    stored = b"|".join(
        bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row
    )
    for number in (NUMBER, "13800138000", "138 0013 8000", "622848000001", "003X"):
        assert number.encode() not in stored


@pytest.mark.parametrize("typed", [NUMBER, "370112491231003", " 370112 19491231 003x"])
def test_a_member_is_found_by_any_spelling_of_his_number(
    session: Session, member: Member, typed: str
) -> None:
    assert session.scalars(select(Member).where(Member.id_number.matches(typed))).all() == [member]


def test_a_member_is_found_by_phone_account_and_last_four(session: Session, member: Member) -> None:
    for found_by in (
        Member.phone.matches("+86 13800138000"),
        Member.bank_account.matches("6228480000 01"),
        Member.id_number.tail_matches("003X"),
        Member.phone.tail_matches("8000"),
    ):
        assert session.scalars(select(Member).where(found_by)).all() == [member]


def test_a_number_nobody_has_finds_nobody(session: Session, member: Member) -> None:
    for found_by in (Member.id_number.matches("370112194912310012"), Member.phone.matches("8000")):
        assert session.scalars(select(Member).where(found_by)).all() == []


def test_an_unindexed_field_cannot_be_searched() -> None:
    with pytest.raises(TypeError, match="no such index"):
        Payment.account.matches("622848000001")


def test_a_ciphertext_moved_to_another_row_does_not_open(session: Session, member: Member) -> None:
    other = session.scalars(select(Member).where(Member.name == "李四")).one()
    other.bank_account_sealed = member.bank_account_sealed
    session.flush()
    session.expire_all()
    with pytest.raises(CannotOpen, match="another row or field"):
        _ = other.bank_account


def test_a_ciphertext_moved_to_another_field_does_not_open(
    session: Session, member: Member
) -> None:
    member.phone_sealed = member.id_number_sealed
    with pytest.raises(CannotOpen):
        _ = member.phone


def test_clearing_a_field_clears_its_indexes(session: Session, member: Member) -> None:
    member.phone = "  "
    session.flush()
    cleared = [member.phone, member.phone_sealed, member.phone_index, member.phone_tail_index]
    assert cleared == [None] * 4


def test_the_uid_of_a_member_stays(session: Session, member: Member) -> None:
    with pytest.raises(ValueError, match="before any sealed field"):
        member.uid = uuid4()
    with pytest.raises(IntegrityError, match="content is fixed"):
        session.execute(text("UPDATE member SET uid = '" + uuid4().hex + "'"))


def test_two_members_cannot_have_one_number(session: Session, tree: Tree, member: Member) -> None:
    with pytest.raises(IntegrityError):
        factories.member(session, tree.other_branch, id_number="370112491231003")


def test_members_whose_number_is_unknown_stand_beside_each_other(
    session: Session, tree: Tree
) -> None:
    unknown = [factories.member(session, tree.branch, id_number=None) for _ in range(2)]
    assert [each.id_number for each in unknown] == [None, None]


def test_a_new_key_takes_over_row_by_row(session: Session, member: Member) -> None:
    use_keyring(Keyring([b"n" * 32, bytes(range(32))]))
    found = select(Member).where(Member.id_number.matches(NUMBER))
    assert session.scalars(found).all() == [member]
    assert reseal(member)
    assert not reseal(member)
    session.flush()
    use_keyring(Keyring([b"n" * 32]))
    assert session.scalars(select(Member).where(Member.phone.matches("13800138000"))).all() == [
        member
    ]
    assert (member.id_number, member.phone) == (NUMBER, "138 0013 8000")


def test_a_relative_is_found_among_the_members_by_number(session: Session, member: Member) -> None:
    household = factories.household(session, member)
    relative = HouseholdPerson(
        household=household, name="王大明", relation="父亲", id_number="37010119200101001X"
    )
    session.add(relative)
    clerk = factories.member(session, member.org, id_number="37010119200101001x")
    assert relative.id_number_index == clerk.id_number_index


def test_every_sealed_column_has_its_property() -> None:
    """A ciphertext column that nobody can read or write by its name would be a hole."""
    for mapper in Base.registry.mappers:
        columns = {
            c.key.removesuffix("_sealed") for c in mapper.columns if c.key.endswith("_sealed")
        }
        fields = {k for k, v in vars(mapper.class_).items() if isinstance(v, Sealed)}
        columns.discard("")
        assert columns == fields, mapper.class_.__name__
    assert isinstance(Objection.objector_name, Sealed)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("王小明", "wxm"),
        ("阿依古丽·买买提", "ayglmmt"),
        ("Li 四", "lis"),
        ("张", "z"),
        ("曾庆丰", "zqf"),
        ("单国芳", "sgf"),
        ("翟单", "zd"),
        ("尉迟明", "ycm"),
        ("", ""),
    ],
)
def test_initials_are_made_from_the_name(name: str, letters: str) -> None:
    assert initials(name) == letters
    assert Member(name=f" {name} ").name_initials == letters


def test_a_list_of_names_stands_as_in_a_dictionary(session: Session, member: Member) -> None:
    """By syllable, then by tone; names that sound alike are not mixed; a first name that is the
    beginning of another stands before it."""
    wanted = [
        "安娜",
        "丁一",
        "丁一凡",
        "李丽",
        "李丽",
        "李莉",
        "林海",
        "王小",
        "王小明",
        "曾丰",
        "张三",
    ]
    for name in ["李丽", "张三", "王小", "李莉", "丁一凡", "李丽", "安娜", "曾丰", "林海", "丁一"]:
        factories.member(session, member.org, name=name)
    named = select(Member.name).where(Member.name.in_(wanted))
    assert session.scalars(named.order_by(Member.name_place, Member.id)).all() == wanted


def test_names_are_found_by_two_characters_or_initials(session: Session, member: Member) -> None:
    factories.member(session, member.org, name="王小")
    factories.member(session, member.org, name="小明")
    named = select(Member.name).order_by(Member.name)
    assert session.scalars(named.where(starts_with(Member.name, "王小"))).all() == [
        "王小",
        "王小明",
    ]
    assert session.scalars(named.where(starts_with(Member.name_initials, "wxm"))).all() == [
        "王小明"
    ]


def test_a_name_with_signs_of_a_pattern_matches_only_itself(
    session: Session, member: Member
) -> None:
    assert session.scalars(select(Member).where(starts_with(Member.name, "%"))).all() == []
    assert session.scalars(select(Member).where(starts_with(Member.name, "王_"))).all() == []


def test_an_unknown_word_of_an_enum_is_refused(session: Session, tree: Tree) -> None:
    with pytest.raises(StatementError, match="sex"):
        factories.member(session, tree.branch, sex="男")


def test_an_enum_is_closed_in_the_database_too(session: Session, member: Member) -> None:
    with pytest.raises(IntegrityError, match="ck_member_sex"):
        session.execute(text("UPDATE member SET sex = 'x'"))


def test_amounts_of_the_worksheet_are_not_negative(session: Session, member: Member) -> None:
    household = factories.household(session, member)
    household.items.append(HouseholdItem(kind="income", label="工资", fen_per_year=-1))
    with pytest.raises(IntegrityError):
        session.flush()


def test_paths_hold_the_way_from_the_root(tree: Tree) -> None:
    department, committee, branch = tree.department, tree.committee, tree.branch
    assert branch.path == f"/{department.id}/{committee.id}/{branch.id}/"


def test_within_means_itself_and_below_and_nothing_beside(session: Session, tree: Tree) -> None:
    # an organisation whose number begins with the digits of the committee's must not be in it
    session.add(
        OrgUnit(
            id=int(f"{tree.committee.id}7"),
            level="branch",
            code="beside",
            name="旁支",
            parent=tree.department,
        )
    )
    session.flush()
    within = select(OrgUnit).where(is_within(OrgUnit.path, tree.committee)).order_by(OrgUnit.id)
    assert session.scalars(within).all() == [tree.committee, tree.branch, tree.sibling]


def test_only_a_path_names_a_part_of_the_tree() -> None:
    with pytest.raises(ValueError, match="not the path"):
        is_within(OrgUnit.path, "/1/4")


def test_a_part_of_the_tree_moves_as_a_whole(session: Session, tree: Tree) -> None:
    move(session, tree.committee, tree.other_committee)
    session.expire_all()
    assert tree.branch.path == (
        f"/{tree.department.id}/{tree.other_committee.id}/{tree.committee.id}/{tree.branch.id}/"
    )
    assert tree.committee.parent is tree.other_committee
    with pytest.raises(ValueError, match="below itself"):
        move(session, tree.committee, tree.branch)
