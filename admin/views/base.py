"""Our table view on Flask-Admin's: closed, scoped, and calm about whatever the address says.

It keeps Flask-Admin's routes and registration and replaces what was unsafe in them. Reading is
here; creating, changing and deleting in writing.py; the address in asked.py; files in files.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView as StockView
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Query

from admin import looks, nav
from admin.acting import identifier
from admin.extensions import db
from admin.frame import View
from admin.security.account import inside
from admin.security.people import actor
from admin.views import asked, files, history, paging
from admin.views.asked import Asked, whole
from admin.views.bulk import BulkActions
from admin.views.columns import Column, Filter
from admin.views.fields import BoundForm
from admin.views.kept import KeptLists
from admin.views.lookups import FURTHEST, MOST_ROWS, Lookup
from admin.views.paging import Count, Key, Page
from casework import scope
from casework.search import by_number
from models import Member, OrgUnit

STREAMED = 500  # rows held at once while a file is written


def within(column: Any, permission: str) -> ColumnElement[bool]:
    """`column`, the number of a unit, lies where the signed-in person holds `permission`."""
    reach = scope.condition(actor(), permission, OrgUnit.path)
    condition: ColumnElement[bool] = column.in_(select(OrgUnit.id).where(reach))
    return condition


def anywhere(permission: str) -> ColumnElement[bool]:
    """For rows of the whole office, such as settings: all of them to whoever holds the permission."""
    return or_(true_if(actor().holds(permission)))


def true_if(yes: bool) -> ColumnElement[bool]:
    """SQL's true or false."""
    return ~false() if yes else false()


class NoSelects(AdminModelConverter):
    """Makes a form from a table, but never a select with every row of another one."""

    def _model_select_field(
        self, prop: Any, multiple: Any, remote_model: type[Any], **kwargs: Any
    ) -> Any:
        loader = getattr(self.view, "_form_ajax_refs", {}).get(prop.key)
        if not isinstance(loader, Lookup):
            raise TypeError(
                f"{self.view.__class__.__name__}.{prop.key} points to {remote_model.__name__}: give "
                "a Lookup in form_ajax_refs, a select of all its rows is not made."
            )
        return super()._model_select_field(prop, multiple, remote_model, **kwargs)


class ReadView(KeptLists, BulkActions, View, StockView):
    """A list with search, filters, order, details and export over what the person may see."""

    # -- what a table states; None closes that part, and its route is not even registered
    read: ClassVar[str | None] = None
    write: ClassVar[str | None] = None
    add: ClassVar[str | None] = None
    remove: ClassVar[str | None] = None
    export_with: ClassVar[str | None] = None
    title: ClassVar[object] = ""
    one: ClassVar[object] = ""  # the word for one row: "Member"
    new: ClassVar[object] = ""  # what makes another one: "New member"
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    order: ClassVar[Sequence[Any]] = ()
    loading: ClassVar[Sequence[Any]] = ()
    search_hint: ClassVar[object] = ""
    entry: ClassVar[nav.Entry | None] = None
    finds_people: ClassVar[bool] = False  # a search by a person's number is written down
    inspected: ClassVar[str] = ""  # what the log calls a row whose reading by an auditor is noted
    routes: ClassVar[Mapping[str, str]] = {}  # further methods → permission attribute

    # -- Flask-Admin's
    form: Any = BoundForm
    model_form_converter = NoSelects
    can_view_details = True
    list_template = "model/list.html"
    details_template = "model/details.html"
    column_display_actions = True

    _OPENED_BY: ClassVar[Mapping[str, str]] = {
        "index_view": "read",
        "views_view": "read",
        "details_view": "read",
        "ajax_lookup": "read",
        "export": "export_with",
    }

    def __init__(self, model: type[Any], **settings: Any) -> None:
        self.column_list = [column.name for column in self.columns]
        self.column_labels = {column.name: column.label for column in self.columns}
        self.column_sortable_list: list[str] = []
        settings.setdefault("name", self.title)
        super().__init__(model, db, **settings)
        if self.inline_models:
            raise TypeError("Rows of another table get a page of their own, not inline_models.")

    # -- who may
    def permissions_for(self, name: str) -> tuple[str, ...]:
        """The permission that opens a method; a method not listed anywhere is closed."""
        if name == "ajax_lookup" and not self.form_ajax_refs:
            return ()
        if name == "bulk_view":
            return tuple(dict.fromkeys(bulk.permission for bulk in self.bulks))
        attribute = {**self._OPENED_BY, **self.routes}.get(name)
        permission = getattr(self, attribute, None) if attribute else None
        return (permission,) if permission else ()

    def create_blueprint(self, admin: Any) -> Any:
        """Register only the routes that somebody can open."""
        offered: Sequence[Any] = getattr(type(self), "_urls")  # noqa: B009  # set by a metaclass
        self._urls = [rule for rule in offered if self.permissions_for(rule[1])]
        return super().create_blueprint(admin)

    def _may(self, permission: str | None) -> bool:
        return permission is not None and actor().holds(permission)

    @property
    def can_create(self) -> bool:
        return self._may(self.add)

    @property
    def can_edit(self) -> bool:
        return self._may(self.write)

    @property
    def can_delete(self) -> bool:
        return self._may(self.remove)

    @property
    def can_export(self) -> bool:
        return self._may(self.export_with)

    # -- which rows
    def visible(self, permission: str) -> ColumnElement[bool]:
        """SQL for the rows on which the person holds `permission`. Nothing unless a table says."""
        return false()

    def selection(self, permission: str) -> Select[Any]:
        """The rows on which the person holds `permission`."""
        return select(self.model).where(self.visible(permission))

    def get_query(self) -> Query[Any]:
        """Flask-Admin's query, scoped, for whatever of it still asks."""
        return db.session.query(self.model).filter(self.visible(str(self.read)))

    def get_count_query(self) -> Query[Any]:
        """Flask-Admin's count, scoped."""
        return (
            db.session.query(func.count())
            .select_from(self.model)
            .filter(self.visible(str(self.read)))
        )

    def key(self, text: object) -> Any:
        """The primary key out of an address; None when it cannot be one."""
        return identifier(text)

    def get_one(self, id: Any, permission: str | None = None) -> Any:  # noqa: A002  # Flask-Admin's name
        """The row with this number if the person holds `permission` (reading) on it, else None."""
        number = self.key(id)
        if number is None:
            return None
        query = self.selection(permission or str(self.read)).where(self.primary == number)
        return db.session.scalars(query.options(*self.loading)).unique().first()

    def one_or_404(self, permission: str | None) -> Any:
        """The row that `?id=` names, on which the person holds `permission`."""
        row = self.get_one(request.args.get("id", ""), permission)
        if row is None:
            abort(404)
        return row

    # -- lists
    def search(self, words: str) -> ColumnElement[bool] | None:
        """SQL for the search box; None: this table has no search."""
        return None

    def conditions(self, wish: Asked) -> list[ColumnElement[bool]]:
        """Scope, search and filters of a list."""
        found = [self.visible(str(self.read))]
        looked_for = self.search(wish.search) if wish.search else None
        if looked_for is not None:
            found.append(looked_for)
        by_name = {each.name: each for each in self.filters}
        found += [by_name[name].condition(value) for name, value in wish.active.items()]
        return found

    def keys(self, wish: Asked) -> tuple[Key, ...]:
        """The order as asked for, told apart to the last row."""
        by_name = {column.name: column.sort for column in self.columns}
        wanted = by_name.get(wish.sort or "")
        order = self.order if wanted is None else [wanted.desc() if wish.down else wanted]
        return paging.keys_of(order, self.primary)

    @property
    def primary(self) -> Any:
        """The column of the primary key."""
        return getattr(self.model, self._primary_key)

    def ordered(self, wish: Asked) -> Select[Any]:
        """The whole list as asked for, in a fixed order to the last row."""
        query = select(self.model).where(*self.conditions(wish)).options(*self.loading)
        return query.order_by(*(key.clause() for key in self.keys(wish)))

    def get_list(
        self,
        page: int | None,
        sort_column: Any = None,
        sort_desc: bool = False,
        search: str | None = None,
        filters: Any = None,
        execute: bool = True,
        page_size: int | None = None,
    ) -> tuple[int, list[Any]]:
        """Flask-Admin's way to the first page, for whatever of it still asks."""
        count, found = self.page_of(Asked(search=(search or "")[:100]))
        return count.number, found.rows

    def page_of(self, wish: Asked) -> tuple[Count, Page]:
        """(how many there are, the rows of the page). A place in the list that is gone, or was
        never the person's to see, gives the first page."""
        session, conditions, keys = db.session(), self.conditions(wish), self.keys(wish)
        count = paging.count(session, conditions, self.primary, paging.COUNTED)
        if count.more:
            conditions[0] = paging.widely(session, conditions[0])
        query = select(self.model).where(*conditions).options(*self.loading)
        number, place = wish.after or wish.before, None
        if number is not None:
            here = (self.visible(str(self.read)), self.primary == number)
            place = paging.place_of(session, keys, here)
        back = wish.after is None
        return count, paging.fetch(session, query, keys, wish.size, place, back=back)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The list."""
        views = self.kept()
        wish = self.wish(views)
        count, found = self.page_of(wish)
        rows = found.rows
        if self.finds_people:
            looks.note_search(wish.search, count.number)
        page: str = self.render(
            self.list_template,
            wish=wish,
            views=views,
            rows=rows,
            count=count,
            found=found,
            shown=self.chosen_columns(wish),
            chips=self.chips(wish),
            actions=self.offered_actions(),
            bulks=self.offered_bulks(),
            searchable=self.search("x") is not None,
            may_change=self.changeable(rows),
        )
        return page

    def chips(self, wish: Asked) -> list[tuple[Filter, str]]:
        """The filters in use, each with the words of what was chosen."""
        return [
            (each, each.words(wish.active[each.name]))
            for each in self.filters
            if each.name in wish.active
        ]

    def offered_actions(self) -> list[tuple[str, str]]:
        """(name, text) of what can be done to selected rows."""
        offered: list[tuple[str, str]] = self.get_actions_list()[0]
        return offered

    def changeable(self, rows: Sequence[Any]) -> frozenset[Any]:
        """Keys of the rows that the person may change, asked in one query."""
        if not rows or not self.can_edit:
            return frozenset()
        keys = [self.get_pk_value(row) for row in rows]
        query = select(self.primary).where(self.primary.in_(keys), self.visible(str(self.write)))
        return frozenset(db.session.scalars(query))

    def get_pk_value(self, model: Any) -> Any:
        return getattr(model, self._primary_key)

    # -- one row
    def name_of(self, row: Any) -> str:
        """What a row is called on the screen."""
        return f"{self.one} {self.get_pk_value(row)}"

    def beside(self, row: Any) -> dict[str, Any]:
        """Further variables of the details page."""
        return {}

    def history(self, row: Any) -> list[history.Entry]:
        """What was done to a row, for those who may read it."""
        return []

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One row."""
        row = self.one_or_404(self.read)
        if self.inspected:
            looks.note_inspection(self.inspected, self.get_pk_value(row))
        return self.details_page(row)

    def details_page(self, row: Any, **instead: Any) -> str:
        """The page of a row; `instead` of what usually stands beside it, a form that was refused."""
        page: str = self.render(
            self.details_template,
            row=row,
            heading=self.name_of(row),
            facts=[column for column in self.columns if column.in_details],
            may_change=bool(self.changeable([row])),
            may_delete=self.can_delete
            and self.get_one(self.get_pk_value(row), self.remove) is not None,
            entries=self.history(row),
            **{**self.beside(row), **instead},
        )
        return page

    # -- look-ups and files
    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> Response:
        """Rows for a combobox; only names that this table offers, only rows the person may see."""
        loader: Lookup | None = self._form_ajax_refs.get(request.args.get("name", ""))
        if loader is None:
            abort(404)
        offset = whole(request.args.get("offset"), 0, FURTHEST, 0)
        limit = whole(request.args.get("limit"), 1, MOST_ROWS, 10)
        words = request.args.get("query", "")
        rows = loader.get_list(words, offset, limit)
        if loader.model is Member:
            looks.note_search(words.strip(), len(rows))
        return jsonify([loader.format(row) for row in rows])

    def _create_ajax_loader(self, name: str, options: dict[str, Any]) -> Any:
        raise TypeError(f"{name}: a look-up needs its scope; give a Lookup, not {options!r}.")

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The list as asked for, every page of it, as a workbook or CSV; who took it is written
        down first."""
        if export_type not in files.KINDS:
            abort(404)
        wish = asked.read(self.columns, self.filters)
        looks.note(
            "export",
            self.endpoint,
            None,
            {"search": bool(wish.search), "filters": dict(wish.texts), "kind": export_type},
        )
        taken = [column for column in self.columns if column.in_export]
        head = [str(column.label) for column in taken]
        narrowed = [(str(each.label), str(words)) for each, words in self.chips(wish)]
        if wish.search:
            # a number typed to find somebody is on no file, as it is in no log
            words = "…" if self.finds_people and by_number(wish.search) else wish.search
            narrowed.insert(0, (_("Search"), words))
        cells = self._cells(wish, taken)
        return files.answer(str(self.title), head, cells, kind=export_type, narrowed=narrowed)

    def _cells(self, wish: Asked, taken: Sequence[Column]) -> Iterator[list[object]]:
        show: list[Callable[[Any], object]] = [column.export or column.show for column in taken]
        # an export reaches as far as the right to export, which may be less than the right to read
        reach = self.visible(str(self.export_with or self.read))
        query = self.ordered(wish).where(reach).execution_options(yield_per=STREAMED)
        with closing(db.session.scalars(query)) as found:
            for rows in found.partitions(STREAMED):
                for row in rows:
                    yield [cell(row) for cell in show]
                    db.session.expunge(row)  # or a million rows might stay in memory

    def back(self) -> str:
        """Where the person came from inside this site, else the list."""
        target = request.values.get("url")
        return inside(target) or self.get_url(".index_view")
