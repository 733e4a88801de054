"""Who may do what, where: permissions, roles as data, scope over the tree."""

from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import people, scope
from casework.permissions import ALL, Permission, step_permission
from casework.scope import may, may_as, visible
from engine.procedure import StageKind
from models import Member, OrgUnit, UserRole
from tests import factories
from tests.factories import TODAY

ROLES = YAML(typ="safe", pure=True).load(
    (Path(__file__).parents[2] / "seeds" / "reference" / "roles.yaml").read_text("utf-8")
)


def test_every_role_holds_only_permissions_that_exist() -> None:
    for code, role in ROLES.items():
        assert set(role["permissions"]) <= ALL, code
        assert len(set(role["permissions"])) == len(role["permissions"]), code


def test_every_permission_is_held_by_some_role() -> None:
    held = {permission for role in ROLES.values() for permission in role["permissions"]}
    assert ALL - held == set()


def test_every_kind_of_step_has_its_permission() -> None:
    assert {step_permission(kind.value) for kind in StageKind} <= ALL


@pytest.mark.parametrize(
    ("role", "never"),
    [
        ("branch_clerk", {Permission.Step.APPROVE, Permission.Step.VERIFY, Permission.Step.PAY}),
        ("committee_clerk", {Permission.Step.VERIFY, Permission.Step.APPROVE}),
        ("committee_verifier", {Permission.Application.WRITE, Permission.Step.PAY}),
        ("department_reviewer", {Permission.Step.APPROVE, Permission.Step.MEET}),
        ("department_leader", {Permission.Application.WRITE, Permission.Member.WRITE}),
        ("screener", {Permission.Application.READ, Permission.Member.READ}),
        ("finance", {Permission.Application.WRITE, Permission.Step.APPROVE}),
        ("policy_officer", {Permission.Application.READ, Permission.Member.READ}),
        ("auditor", {Permission.Application.WRITE, Permission.Member.WRITE}),
        ("administrator", {Permission.Application.READ, Permission.Member.READ}),
    ],
)
def test_no_role_holds_what_the_requirements_deny_it(role: str, never: set[str]) -> None:
    assert not never & set(ROLES[role]["permissions"])


def test_a_role_reaches_its_unit_and_everything_below_it(session: Session) -> None:
    tree = factories.org_tree(session)
    user = factories.user(session, ("committee_clerk", tree.committee))
    who = people.actor(session, user, TODAY)
    read = Permission.Member.READ
    assert may(who, read, tree.branch.path)
    assert may(who, read, tree.committee.path)
    assert not may(who, read, tree.department.path)
    assert not may(who, read, tree.other_branch.path)


def test_a_unit_whose_number_begins_alike_is_another_unit(session: Session) -> None:
    tree = factories.org_tree(session)
    user = factories.user(session, ("branch_clerk", tree.branch))
    who = people.actor(session, user, TODAY)
    alike = tree.branch.path[:-1] + "7/"
    assert not may(who, Permission.Member.READ, alike)


def test_lists_and_counts_show_only_what_is_in_reach(session: Session) -> None:
    tree = factories.org_tree(session)
    for branch in (tree.branch, tree.sibling, tree.other_branch):
        factories.member(session, branch)
    user = factories.user(session, ("branch_clerk", tree.branch), ("branch_clerk", tree.sibling))
    who = people.actor(session, user, TODAY)
    members = visible(
        select(Member).join(OrgUnit, OrgUnit.id == Member.org_id),
        who,
        Permission.Member.READ,
        OrgUnit.path,
    )
    assert {m.org_id for m in session.scalars(members)} == {tree.branch.id, tree.sibling.id}
    count = select(func.count()).select_from(Member).join(OrgUnit, OrgUnit.id == Member.org_id)
    assert session.scalar(visible(count, who, Permission.Member.READ, OrgUnit.path)) == 2
    assert session.scalar(visible(count, who, Permission.User.GRANT, OrgUnit.path)) == 0


def test_a_role_counts_only_on_its_days_and_in_an_open_account(session: Session) -> None:
    tree = factories.org_tree(session)
    user = factories.user(session)
    session.add(
        UserRole(
            user_id=user.id,
            role_id=factories.role(session, "branch_clerk").id,
            org_id=tree.branch.id,
            from_on=TODAY,
            until_on=TODAY + timedelta(days=1),
        )
    )
    session.flush()
    held = [
        bool(people.actor(session, user, TODAY + timedelta(days=days)).roles)
        for days in (-1, 0, 1, 2)
    ]
    assert held == [False, True, True, False]
    user.active = False
    assert people.actor(session, user, TODAY).roles == ()


def test_data_cannot_invent_a_permission(session: Session) -> None:
    tree = factories.org_tree(session)
    factories.role(session, "odd", ["everything", Permission.Member.READ])
    user = factories.user(session, ("odd", tree.department))
    assert people.actor(session, user, TODAY).roles[0].permissions == {Permission.Member.READ}


def test_a_service_centre_serves_the_department_it_stands_in(session: Session) -> None:
    tree = factories.org_tree(session)
    user = factories.user(session, ("screener", tree.service_centre))
    who = people.actor(session, user, TODAY)
    assert may(who, Permission.Step.SCREEN, tree.branch.path)


def test_two_half_rights_do_not_make_a_whole_one(session: Session) -> None:
    tree = factories.org_tree(session)
    user = factories.user(
        session, ("committee_verifier", tree.committee), ("branch_clerk", tree.other_branch)
    )
    who = people.actor(session, user, TODAY)
    assert may(who, Permission.Step.SEAL, tree.other_branch.path)
    assert not may_as(who, Permission.Step.SEAL, {"committee_verifier"}, tree.branch.path)
    assert not may_as(who, Permission.Step.SEAL, {"branch_clerk"}, tree.branch.path)


def test_paths_give_the_outermost_units_only(session: Session) -> None:
    tree = factories.org_tree(session)
    user = factories.user(
        session, ("committee_clerk", tree.committee), ("branch_clerk", tree.branch)
    )
    who = people.actor(session, user, TODAY)
    assert scope.paths(who, Permission.Member.READ) == (tree.committee.path,)
