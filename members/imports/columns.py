"""What the columns of each kind of file are called and how a cell reads (import-formats.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from vipcrm.tabular import TableRefused, normalise_header


class Cell(Enum):
    """How the text of a cell becomes a value; (SQL condition, SQL value, SQL type), `{x}` is the text."""

    TEXT = ("length({x}) <= {limit}", "{x}", "text")
    AMOUNT = (
        r"{x} ~ '^[¥￥]? ?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]{{1,10}})(\.[0-9]{{1,2}})?$'"
        " AND length(translate({x}, '¥￥, ', '')) <= 13",
        "translate({x}, '¥￥, ', '')::numeric(12,2)",
        "numeric(12,2)",
    )
    WHOLE = (r"{x} ~ '^[+-]?[0-9]{{1,7}}(\.0{{1,4}})?$'", "{x}::numeric::int", "int")
    DAY = (
        r"{x} ~ '^[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}( 00:00(:00)?)?$'"
        " AND pg_input_is_valid(replace({x}, '/', '-'), 'date') AND left({x}, 4) BETWEEN '1900' AND '2100'",
        "replace({x}, '/', '-')::date",
        "date",
    )
    MOMENT = (
        r"{x} ~ '^[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}[ T][0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}})?$'"
        " AND pg_input_is_valid(replace({x}, '/', '-'), 'timestamp') AND left({x}, 4) BETWEEN '1900' AND '2100'",
        "replace({x}, '/', '-')::timestamp",
        "timestamp",
    )
    HOUR = (
        r"{x} ~ '^[0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}})?$' AND pg_input_is_valid({x}, 'time')",
        "{x}::time",
        "time",
    )
    WEEKDAYS = (
        r"{x} ~ '^[1-7]( ?[,，、;] ?[1-7])*$'",
        r"regexp_split_to_array({x}, '[^1-7]+')::smallint[]",
        "smallint[]",
    )
    CHOICE = ("lower({x}) IN ({choices})", "CASE lower({x}) {cases} END", "text")
    LOOKED_UP = ("true", "{x}", "text")  # read by Python, once per distinct value


@dataclass(frozen=True)
class Column:
    """One column: English and Chinese header, how its cells read, whether each row needs it."""

    name: str
    chinese: str
    cell: Cell = Cell.TEXT
    needed: bool = False
    limit: int = 200
    choices: Mapping[str, str] = field(default_factory=dict)

    def _fill(self, template: str, text: str) -> str:
        quoted = {_quoted(said): _quoted(meant) for said, meant in self.choices.items()}
        return template.format(
            x=text,
            limit=self.limit,
            choices=", ".join(quoted),
            cases=" ".join(f"WHEN {said} THEN {meant}" for said, meant in quoted.items()),
        )

    def is_valid(self, text: str) -> str:
        """SQL: whether the text (not null) reads as this column asks."""
        return self._fill(self.cell.value[0], text)

    def value(self, text: str) -> str:
        """SQL: the value of a text that is valid."""
        return self._fill(self.cell.value[1], text)

    @property
    def sql_type(self) -> str:
        return self.cell.value[2]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _both(pairs: Mapping[str, str]) -> dict[str, str]:
    """Codes and their Chinese words, both lead to the code."""
    return {**{code: code for code in pairs.values()}, **pairs}


YES_NO = {
    "yes": "t",
    "no": "f",
    "是": "t",
    "否": "f",
    "y": "t",
    "n": "f",
    "true": "t",
    "false": "f",
    "1": "t",
    "0": "f",
}
GENDERS = _both({"女": "female", "男": "male"})
ROLES = _both({"导购": "clerk", "店长": "store_manager", "区域经理": "region_manager", "服务人员": "service_agent"}) | {
    "管理员": "admin",
    "admin": "admin",
}
PRODUCT_ROLES = _both({"引流": "traffic", "利润": "profit", "边缘": "marginal", "潜力": "potential"})

COLUMNS: dict[str, tuple[Column, ...]] = {
    "stores": (
        Column("code", "编号", needed=True, limit=20),
        Column("name", "名称", needed=True, limit=80),
        Column("region", "区域", limit=60),
        Column("time_zone", "时区", Cell.LOOKED_UP),
        Column("sales_org", "销售组织", limit=10),
        Column("business_area", "业务范围", limit=10),
        Column("opens", "开门", Cell.HOUR),
        Column("closes", "关门", Cell.HOUR),
        Column("closed_weekdays", "休息日", Cell.WEEKDAYS),
    ),
    "staff": (
        Column("username", "用户名", needed=True, limit=150),
        Column("name", "姓名", needed=True, limit=60),
        Column("role", "角色", Cell.CHOICE, needed=True, choices=ROLES),
        Column("store", "门店", limit=20),
        Column("region", "区域", limit=60),
        Column("phone", "电话", limit=20),
    ),
    "products": (
        Column("product_code", "款号", needed=True, limit=40),
        Column("product_name", "品名", limit=120),
        Column("category", "品类", limit=60),
        Column("style", "风格", limit=60),
        Column("season", "季节", limit=40),
        Column("list_price", "吊牌价", Cell.AMOUNT),
        Column("launched_on", "上市日期", Cell.DAY),
        Column("role", "角色", Cell.CHOICE, choices=PRODUCT_ROLES),
        Column("excluded", "不计积分", Cell.CHOICE, choices=YES_NO),
    ),
    "members": (
        Column("card_no", "卡号", needed=True, limit=40),
        Column("name", "姓名", needed=True, limit=80),
        Column("phone", "手机", Cell.LOOKED_UP),
        Column("wechat", "微信", limit=60),
        Column("gender", "性别", Cell.CHOICE, choices=GENDERS),
        Column("birthday", "生日", Cell.LOOKED_UP),
        Column("store", "门店", needed=True, limit=20),
        Column("advisor", "顾问", limit=150),
        Column("enrolled_on", "入会日期", Cell.DAY),
        Column("source", "来源", limit=30),
        Column("consent", "同意联系", Cell.LOOKED_UP),
        Column("note", "备注", limit=10_000),
        Column("tier", "等级", limit=40),
        Column("tier_since", "等级起始", Cell.DAY),
        Column("year_spend", "本年消费", Cell.AMOUNT),
        Column("counted_spend", "累计消费", Cell.AMOUNT),
        Column("points", "积分", Cell.WHOLE),
        Column("points_expire_on", "积分到期", Cell.DAY),
    ),
    "purchases": (
        Column("receipt_no", "小票号", needed=True, limit=40),
        Column("line_no", "行号", Cell.WHOLE),
        Column("store", "门店", needed=True, limit=20),
        Column("sold_at", "销售时间", Cell.MOMENT, needed=True),
        Column("arrived_at", "到店时间", Cell.MOMENT),
        Column("staff", "导购", limit=150),
        Column("card_no", "卡号", limit=40),
        Column("phone", "手机", Cell.LOOKED_UP),
        Column("product_code", "款号", needed=True, limit=40),
        Column("product_name", "品名", limit=120),
        Column("category", "品类", limit=60),
        Column("style", "风格", limit=60),
        Column("list_price", "吊牌价", Cell.AMOUNT),
        Column("unit_price", "成交价", Cell.AMOUNT, needed=True),
        Column("quantity", "数量", Cell.WHOLE, needed=True),
        Column("returns_receipt_no", "原小票号", limit=40),
        Column("returns_line_no", "原行号", Cell.WHOLE),
        Column("returns_store", "原门店", limit=20),
    ),
}


@dataclass(frozen=True)
class Layout:
    """How the headers of one file meet the columns of its kind."""

    columns: tuple[Column, ...]
    positions: Mapping[str, int]  # column name → place in the row
    headers: Mapping[str, str]  # column name → header as the file has it
    ignored: tuple[str, ...]


def layout_of(kind: str, headers: list[str]) -> Layout:
    """Finds each column by its English or Chinese header, in any order.

    Unknown headers are ignored and named in the result. Raises TableRefused if a needed column is missing or one is
    there twice, once in each language.
    """
    columns = COLUMNS[kind]
    known = {normalise_header(text): column.name for column in columns for text in (column.name, column.chinese)}
    positions: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = known.get(normalise_header(header))
        if name in positions:
            raise TableRefused(format_lazy(_("Column “{column}” is there twice: delete one of them."), column=header))
        if name:
            positions[name] = place
    _refuse_missing(columns, positions)
    ignored = tuple(header for place, header in enumerate(headers) if header and place not in positions.values())
    return Layout(columns, positions, {name: headers[place] for name, place in positions.items()}, ignored)


def _refuse_missing(columns: tuple[Column, ...], positions: Mapping[str, int]) -> None:
    missing = [
        f"{column.chinese} ({column.name})" for column in columns if column.needed and column.name not in positions
    ]
    if missing:
        raise TableRefused(
            format_lazy(
                _("The first row does not name these columns, which are needed: {columns}."), columns="、".join(missing)
            )
        )
