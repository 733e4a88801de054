"""Read the tables of a worked-out value: decision tables, lookups and marginal bands.

Each becomes plain expressions that every evaluator knows: one condition per row, and one value.
What a table promises (one row holds, and only one) is proved here, or watched in each case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.labels import Label
from engine.language import tree as t
from engine.language.shapes import kind_of
from engine.language.types import INTEGER, MONEY, NUMBER, YES_NO, Type
from engine.loading.context import Context, conjunction, negation, truth
from engine.loading.cover import Boxes
from engine.model import Condition, Guard, Row, Rule, Table
from engine.source import Block, Mapping, Node, Scalar
from engine.source import Sequence as Items

HITS = (
    "unique", "first", "any", "priority",
    "collect sum", "collect min", "collect max", "collect count",
)  # fmt: skip
_TABLE_KEYS = "hit inputs rows otherwise? priority?"
_ROW_KEYS = "id? clause? zh? en? when then? note?"
_LOOKUP_KEYS = "of values otherwise?"
_BANDS_KEYS = "of rows"
MOST_ROWS = 400
_NOTHING, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Head:
    """What a table is called, and the kind of value asked for (None: whatever the rows give)."""

    name: str
    label: Label
    clause: str
    where: str
    want: Type | None


@dataclass
class _Raw:
    """A row as written."""

    id: str
    clause: str
    label: Label
    cells: tuple[Scalar, ...]
    then: Scalar | None
    note: str
    where: str


def scalars_in(node: Node | None) -> list[Scalar]:
    """Every text in a part of a file: what it may refer to."""
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Items):
        return [found for item in node.items for found in scalars_in(item)]
    if isinstance(node, Mapping):
        return [found for key, item in node.entries for found in (key, *scalars_in(item))]
    return []


# decision tables ----------------------------------------------------------------------------


def read_table(context: Context, head: Head, node: Node) -> t.Tree | None:
    """The value of a decision table; None after faults."""
    block = context.source.block(node, _TABLE_KEYS)
    hit = block.choice("hit", HITS, "first")
    columns = _columns(context, block.scalars("inputs"))
    rows = [
        _row(context, head, number, item, len(columns), hit)
        for number, item in enumerate(block.items("rows"), 1)
    ]
    if len(rows) > MOST_ROWS:
        context.source.fault("table_rows", block.at("rows"), most=MOST_ROWS)
        return None
    if not rows:
        context.source.fault("table_empty", block.where, name=head.name)
    if block.has("priority") != (hit == "priority"):
        context.source.fault("table_priority", block.at("priority"), name=head.name)
    order = block.scalars("priority")
    if hit == "priority":
        rows = _by_priority(context, block, rows, order)
    return _made(context, head, hit, columns, rows, block.scalar("otherwise"))


def read_lookup(context: Context, head: Head, node: Node) -> t.Tree | None:
    """The value of a lookup: a table of one column in which each key stands once."""
    block = context.source.block(node, _LOOKUP_KEYS)
    of = block.scalar("of")
    columns = _columns(context, (of,) if of is not None else ())
    rows = []
    for number, (key, value) in enumerate(block.entries("values"), 1):
        then = value if isinstance(value, Scalar) else None
        if then is None:
            context.source.fault("expected_text", value.where)
        label = _row_label(head, number)
        rows.append(_Raw(str(number), head.clause, label, (key,), then, "", key.where))
    return _made(context, head, "unique", columns, rows, block.scalar("otherwise"))


def _columns(context: Context, written: Sequence[Scalar]) -> list[Condition | None]:
    found: list[Condition | None] = []
    for scalar in written:
        tree = context.expression(scalar, None)
        found.append(None if tree is None else Condition(scalar.text, tree))
    return found


def _row(context: Context, head: Head, number: int, node: Node, width: int, hit: str) -> _Raw:
    outputs = 0 if hit == "collect count" else 1
    if isinstance(node, Items):
        scalars = [item for item in node.items if isinstance(item, Scalar)]
        for item in node.items:
            if not isinstance(item, Scalar):
                context.source.fault("expected_text", item.where)
        if len(scalars) != width + outputs:
            context.source.fault(
                "table_width", node.where, wanted=width + outputs, found=len(scalars)
            )
        then = scalars[-1] if outputs and len(scalars) == width + outputs else None
        cells = tuple(scalars[:width])
        return _Raw(str(number), head.clause, _row_label(head, number), cells, then, "", node.where)
    block = context.source.block(node, _ROW_KEYS)
    cells = block.scalars_or_null("when")
    if len(cells) != width:
        context.source.fault("table_width", block.at("when"), wanted=width, found=len(cells))
    if block.has("then") != bool(outputs):
        context.source.fault("table_then", block.where, hit=hit)
    label = _row_label(head, number)
    if block.has("zh"):
        label = Label(block.text("zh"), block.text("en", block.text("zh")))
    return _Raw(
        block.name_of("id", str(number)),
        block.text("clause", head.clause),
        label,
        cells,
        block.scalar("then"),
        block.text("note"),
        block.where,
    )


def _row_label(head: Head, number: int) -> Label:
    return Label(f"{head.label.zh}第{number}行", f"{head.label.en}, row {number}")


def _by_priority(
    context: Context, block: Block, rows: list[_Raw], order: Sequence[Scalar]
) -> list[_Raw]:
    """The rows in the order in which `priority` lists what they give."""
    places = {scalar.text: i for i, scalar in enumerate(order)}
    for row in rows:
        if row.then is not None and row.then.text not in places:
            context.source.fault("table_not_in_priority", row.then.where, text=row.then.text)
    return sorted(rows, key=lambda row: places.get(row.then.text if row.then else "", 0))


def _made(
    context: Context,
    head: Head,
    hit: str,
    columns: Sequence[Condition | None],
    raws: Sequence[_Raw],
    otherwise: Scalar | None,
) -> t.Tree | None:
    """The definitions of a table and its value."""
    known = [column for column in columns if column is not None]
    kind = INTEGER if hit == "collect count" else head.want
    rows = [row for raw in raws if (row := _checked(context, head, raw, columns, kind)) is not None]
    rest = context.expression(otherwise, kind) if otherwise is not None else None
    if len(known) < len(columns) or len(rows) < len(raws) or not rows:
        return None
    if otherwise is not None and rest is None:
        return None
    if hit == "collect count":
        kind = INTEGER
    elif kind is None:
        kind = _common_kind(context, head, rows, rest)
    if kind is None:
        return None
    table = Table(
        head.name, head.label, head.clause, hit, tuple(known), tuple(rows), rest, kind, head.where
    )
    context.tables[head.name] = table
    if not _promises(context, table):
        return None
    return _value(context, table)


def _checked(
    context: Context, head: Head, raw: _Raw, columns: Sequence[Condition | None], kind: Type | None
) -> Row | None:
    """A row with its condition, which becomes a rule of its own."""
    tests: list[t.Tree] = []
    shown: list[Condition] = []
    for cell, column in zip(raw.cells, columns, strict=False):
        tree = context.cell(cell, column) if column is not None else None
        if tree is None or column is None:
            continue
        tests.append(tree)
        if not isinstance(tree, t.Const):
            shown.append(Condition(f"{column.text}: {cell.text}", tree))
    then = context.expression(raw.then, kind) if raw.then is not None else None
    if len(tests) < len(columns) or len(raw.cells) != len(columns):
        return None
    if raw.then is not None and then is None:
        return None
    parts = [condition.tree for condition in shown]
    whole = conjunction(parts) if parts else t.Const(True, YES_NO, (0, 0))
    name = f"row:{head.name}:{raw.id}"
    context.define(name, whole)
    rule = context.rule(
        Rule(
            f"{head.name}.{raw.id}",
            "row",
            name,
            raw.clause,
            raw.label,
            whole,
            tuple(shown),
            raw.where,
        )
    )
    texts = tuple(cell.text for cell in raw.cells)
    return Row(rule, texts, tuple(tests), then, raw.then.text if raw.then else "", raw.note)


def _common_kind(
    context: Context, head: Head, rows: Sequence[Row], rest: t.Tree | None
) -> Type | None:
    kinds = [row.then.type for row in rows if row.then is not None]
    kinds += [rest.type] if rest is not None else []
    if all(kind.is_numeric for kind in kinds):
        if MONEY in kinds:
            return MONEY
        return INTEGER if all(kind == INTEGER for kind in kinds) else NUMBER
    if any(kind.kind != kinds[0].kind for kind in kinds):
        context.source.fault(
            "expr_units", head.where, left=kind_of(kinds[0]), right=kind_of(kinds[-1])
        )
        return None
    return kinds[0]


# promises -----------------------------------------------------------------------------------


def _promises(context: Context, table: Table) -> bool:
    """Prove that a row holds in every case (or `otherwise` stands) and that rows which may not
    meet do not; a promise that is broken is a fault, one that is not proved becomes a guard."""
    faults = len(context.source.faults)
    columns = [column.tree for column in table.columns]
    boxes = Boxes(columns, [row.tests for row in table.rows], context.names, context.facts)
    if table.hit in ("unique", "any"):
        _apart(context, table, boxes)
    adds = table.hit in ("collect sum", "collect count")
    if table.otherwise is None and not adds:
        _covered(context, table, boxes)
    return len(context.source.faults) == faults


def _apart(context: Context, table: Table, boxes: Boxes) -> None:
    both: list[t.Tree] = []
    for two, second in enumerate(table.rows):
        for one, first in enumerate(table.rows[:two]):
            if table.hit == "any" and _same(first.then, second.then):
                continue
            found = boxes.meeting(one, two)
            if found is None:
                both.append(t.All((truth(first.rule.name), truth(second.rule.name)), (0, 0)))
            elif not isinstance(found, bool):
                code = "table_overlap" if table.hit == "unique" else "table_any_differs"
                context.source.fault(
                    code, second.rule.where, first=first.rule.where, values=_spelled(table, found)
                )
    if both:
        _watch(context, table, "clash", both[0] if len(both) == 1 else t.Any(tuple(both), (0, 0)))


def _same(one: t.Tree | None, two: t.Tree | None) -> bool:
    return one is not None and two is not None and t.key(one) == t.key(two)


def _covered(context: Context, table: Table, boxes: Boxes) -> None:
    found = boxes.gap()
    if found is None:
        none = conjunction([negation(truth(row.rule.name)) for row in table.rows])
        _watch(context, table, "gap", none)
    elif not isinstance(found, bool):
        context.source.fault(
            "table_gap", table.where, name=table.name, values=_spelled(table, found)
        )


def _watch(context: Context, table: Table, what: str, tree: t.Tree) -> None:
    name = f"{what}:{table.name}"
    context.define(name, tree)
    context.guards.append(Guard(name, f"table_{what}_met", table.name, table.where))


def _spelled(table: Table, values: Sequence[str]) -> str:
    pairs = zip(table.columns, values, strict=False)
    return ", ".join(f"{column.text} = {value}" for column, value in pairs)


# values -------------------------------------------------------------------------------------


def _value(context: Context, table: Table) -> t.Tree:
    if table.hit == "collect count":
        one, none = (t.Const(n, INTEGER, (0, 0)) for n in (_ONE, _NOTHING))
        return _added(
            table, [t.If(truth(r.rule.name), one, none, INTEGER, (0, 0)) for r in table.rows]
        )
    if table.hit == "collect sum":
        none = t.Const(_NOTHING, INTEGER, (0, 0))
        return _added(
            table,
            [t.If(truth(r.rule.name), _then(r), none, table.kind, (0, 0)) for r in table.rows],
        )
    if table.hit in ("collect min", "collect max"):
        return _best(context, table)
    return _first(table)


def _added(table: Table, items: Sequence[t.Tree]) -> t.Tree:
    found = items[0]
    for item in items[1:]:
        found = t.Arith("+", found, item, table.kind, (0, 0))
    return found


def _then(row: Row) -> t.Tree:
    if row.then is None:
        raise AssertionError("a row that gives nothing")
    return row.then


def _first(table: Table) -> t.Tree:
    """What the first row that holds gives. Where the rows cover everything the last one needs no
    condition."""
    rows = list(table.rows)
    found = table.otherwise if table.otherwise is not None else _then(rows.pop())
    for row in reversed(rows):
        found = choice(truth(row.rule.name), _then(row), found, table.kind)
    return found


def _best(context: Context, table: Table) -> t.Tree:
    """The least or greatest of what the rows give that hold, worked out from the last row up."""
    function = table.hit.removeprefix("collect ")
    last = table.rows[-1]
    found = _then(last)
    if table.otherwise is not None:
        found = choice(truth(last.rule.name), found, table.otherwise, table.kind)
    later: list[t.Tree] = [truth(last.rule.name)]
    for number, row in reversed(list(enumerate(table.rows[:-1]))):
        name = f"best:{table.name}:{number}"
        context.define(name, found)
        rest = t.Ref(name, table.kind, (0, 0))
        both = t.Call(function, (_then(row), rest), table.kind, (0, 0))
        some = later[0] if len(later) == 1 else t.Any(tuple(later), (0, 0))
        here = choice(some, both, _then(row), table.kind)
        found = choice(truth(row.rule.name), here, rest, table.kind)
        later.append(truth(row.rule.name))
    return found


def choice(test: t.Tree, then: t.Tree, other: t.Tree, kind: Type) -> t.Tree:
    """if/then/else; of conditions with `and` and `or`, as evaluators know it."""
    if kind == YES_NO:
        return t.Any((t.All((test, then), (0, 0)), t.All((negation(test), other), (0, 0))), (0, 0))
    return t.If(test, then, other, kind, (0, 0))


# bands --------------------------------------------------------------------------------------


def read_bands(context: Context, node: Node) -> t.Tree | None:
    """Marginal bands: `of` a value, and rows [threshold, rate]."""
    block = context.source.block(node, _BANDS_KEYS)
    of = block.scalar("of")
    if of is None:
        return None
    texts = [of]
    for item in block.items("rows"):
        pair = item.items if isinstance(item, Items) else ()
        scalars = [part for part in pair if isinstance(part, Scalar)]
        if len(scalars) != 2:
            context.source.fault("bands_row", item.where)
            return None
        texts += scalars
    args = [context.expression(scalar, None) for scalar in texts]
    known = tuple(arg for arg in args if arg is not None)
    if len(known) < len(texts) or len(known) < 3:
        if not context.source.faults:
            context.source.fault("bands_row", block.where)
        return None
    return context.bands(of, known)
