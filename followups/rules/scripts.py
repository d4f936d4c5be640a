"""Placeholders in scripts: `{name}` and the like, filled from the member's file."""

import re
from collections.abc import Mapping

# What a script may hold; the call sheet fills each from the member's file and her last purchase.
PLACEHOLDERS = ("name", "clerk", "store", "product", "products", "day", "tier", "missing")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def unknown_placeholders(text: str) -> list[str]:
    """Placeholders of `text` that nothing fills, in their order: checked before a script is saved."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def fill_script(text: str, values: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Pieces of the filled text: (words, whether they came out of the file). Joined they are the whole text."""
    pieces: list[tuple[str, bool]] = []
    for position, piece in enumerate(_PLACEHOLDER.split(text)):
        from_file = position % 2 == 1
        words = values.get(piece, "") if from_file else piece
        if words:
            pieces.append((words, from_file))
    return pieces


TWO_SIGN_SURNAMES = frozenset(
    ["欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "南宫"]
)
TITLES = {"female": "姐", "male": "先生"}


def salutation(name: str, gender: str, *, chinese: bool) -> str:
    """How a clerk says her name: 王姐, 李先生; the whole name where the gender is unknown or in another language."""
    is_han = bool(name) and all("\u4e00" <= sign <= "\u9fff" for sign in name)
    if not (chinese and is_han and gender in TITLES):
        return name
    surname = name[:2] if name[:2] in TWO_SIGN_SURNAMES else name[0]
    return surname + TITLES[gender]
