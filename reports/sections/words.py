"""How figures and their changes are written."""

from datetime import date

from django.utils.translation import gettext as _

from reports.rules.finding import Turn, turn_of
from reports.sections.values import Cell
from vipcrm.formats import NOTHING, is_chinese, number

ARROWS = {Turn.UP: "▲", Turn.DOWN: "▼"}
Value = float | int | None


def hundred(value: Value) -> float | None:
    """A share in percent, free of the dust of floating point that would round 14.25 down."""
    return None if value is None else round(100 * value, 6)


def percent(value: Value) -> str:
    """`20.5` for 0.2046: the sign stands in the column's head."""
    return NOTHING if value is None else number(hundred(value), 1)


def percent_sign(value: Value) -> str:
    return NOTHING if value is None else f"{percent(value)}%"


def amount(value: Value) -> str:
    """Whole CNY in tables; cents only matter for small ones."""
    return number(value, 0 if value is None or abs(value) >= 1000 else 2)


def head_count(value: Value, figure: str = "") -> Cell:
    """A number of members or receipts; opens its list when there is anybody in it."""
    return Cell(number(value, 0), figure if value else "")


def short_month(month: date) -> str:
    """`9月` / `Sep`."""
    return f"{month.month}月" if is_chinese() else f"{month:%b}"


def count_change(now: Value, then: Value, places: int = 0) -> Cell:
    """`▲ 11`: how many more."""
    if now is None or then is None:
        return Cell(NOTHING)
    return _signed(round(now - then, 6), number(abs(now - then), places))


def point_change(now: Value, then: Value) -> Cell:
    """`▲ 1.6`: percentage points."""
    if now is None or then is None:
        return Cell(NOTHING)
    return _signed(round((now - then) * 100, 6), number(abs(round((now - then) * 100, 6)), 1))


def relative_change(now: Value, then: Value) -> Cell:
    """`▲ 8.2%`."""
    if now is None or not then:
        return Cell(NOTHING)
    change = round((now / then - 1) * 100, 6)
    return _signed(change, f"{number(abs(change), 1)}%")


def _signed(change: float, text: str) -> Cell:
    if not change or not any(digit in text for digit in "123456789"):
        return Cell(_("same"))
    return Cell(f"{ARROWS[Turn.UP if change > 0 else Turn.DOWN]} {text}")


def judged(change: Cell, now: Value, then: Value, *, is_share: bool, more_is_better: bool) -> Cell:
    """The change with its judgement: arrow for the direction, colour and “worse” for the judgement."""
    turn = turn_of(now, then, is_share=is_share)
    if turn is None or turn == Turn.FLAT:
        return Cell(change.text, tone="flat")
    better = (turn == Turn.UP) == more_is_better
    if better:
        return Cell(change.text, tone="up")
    return Cell(_("%(change)s worse") % {"change": change.text}, tone="down")
