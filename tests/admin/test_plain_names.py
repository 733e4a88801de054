"""What pages call things: no codes before clerks, and no two columns of a list of the same name."""

from __future__ import annotations

from typing import Any

from admin.views.base import ReadView
from tests.admin.conftest import Office


def tables(office: Office) -> list[Any]:
    views = office.app.extensions["admin"][0]._views
    return [view for view in views if isinstance(view, ReadView)]


def test_no_list_offers_two_columns_of_one_name(office: Office) -> None:
    with office.app.test_request_context():
        found = tables(office)
        assert len(found) > 5
        for view in found:
            labels = [str(column.label) for column in view.columns]
            assert len(set(labels)) == len(labels), (view.endpoint, sorted(labels))


def test_editions_are_called_by_the_title_of_their_policy(office: Office) -> None:
    clerk = office.as_("branch_clerk")
    page = clerk.get("/editions/").text
    rows = page.split("<tbody")[1].split("</tbody>")[0]
    assert "历城区困难党员帮扶救助" in rows
    assert "licheng-2010" not in rows
    assert "sha256" not in rows
    details = clerk.get("/editions/details/?id=1").text
    assert "licheng-2010" in details
    assert "sha256:" in details


def test_skills_have_one_name(office: Office) -> None:
    clerk, number = office.as_("branch_clerk"), office.members["李芳"]
    for path in (f"/members/details/?id={number}", f"/members/edit/?id={number}", "/members/new/"):
        page = clerk.get(path).text
        assert "技能特长" in page, path
        assert "技能专长" not in page
