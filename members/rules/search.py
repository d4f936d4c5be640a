"""What somebody typed into the one search field, as look-ups that an index answers (handbook 2). Pure."""

import re
import unicodedata
from typing import Any

Lookup = dict[str, Any]

# Unihan blocks: the everyday one, extension A, compatibility, and everything beyond the first plane.
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PHONE_SIGNS = re.compile(r"[\s()\-–·.]")
_NOT_LETTERS = re.compile(r"[\s'’·.\-]")

MAX_LENGTH = 60


def tidy(text: str) -> str:
    """Full-width letters and digits become plain ones, spaces at the ends go, the rest stays as typed."""
    return unicodedata.normalize("NFKC", text.replace("\x00", "")).strip()[:MAX_LENGTH]


def digits_of(text: str) -> str:
    """The digits of something that looks like a phone number or a piece of one, else ""."""
    bare = _PHONE_SIGNS.sub("", tidy(text)).removeprefix("+")
    return bare if bare.isascii() and bare.isdigit() else ""


def bigrams(text: str) -> list[str]:
    """`晓梅花` → 晓梅, 梅花: what the column `name_bigrams` holds."""
    return sorted({text[at : at + 2] for at in range(len(text) - 1)})


def lookups(text: str, phone: str = "") -> list[Lookup]:
    """Conditions on Member, the best match first; [] when nothing was typed.

    `phone` is the text as a phone number in its one form, "" if it is none. Four digits are a phone's tail or the
    beginning of a card number; Chinese characters a name or a part of one; letters pinyin, initials or a card number.
    """
    typed = tidy(text)
    if not typed:
        return []
    if digits_of(typed):
        return _by_digits(digits_of(typed), typed, phone)
    if HAN.search(typed):
        return _by_name(re.sub(r"\s", "", typed))
    return _by_letters(typed)


def is_covered(lookup: Lookup, others: list[Lookup]) -> bool:
    """Whether another look-up reads all that this one finds, the closest first, so that it only serves the ranking."""
    (name, value), *more = lookup.items()
    if name in ("initials", "pinyin"):
        return not more and {f"{name}__startswith": value} in others
    return name in ("name", "name__startswith") and any("name_bigrams__contains" in other for other in others)


def _by_digits(digits: str, typed: str, phone: str) -> list[Lookup]:
    found: list[Lookup] = [{"phone": phone}] if phone else []
    found.append({"card_no": typed})
    if len(digits) == 4:
        found.append({"phone_tail": digits})
    elif len(digits) > 4 and not phone:
        found.append({"phone_tail": digits[-4:], "phone__endswith": digits})
    return [*found, {"card_no__startswith": typed}]


def _by_name(name: str) -> list[Lookup]:
    found: list[Lookup] = [{"name": name}, {"name__startswith": name}]
    if len(name) == 2:
        found.append({"name_bigrams__contains": [name]})
    elif len(name) > 2:
        found.append({"name_bigrams__contains": bigrams(name), "name__contains": name})
    return found


def _by_letters(typed: str) -> list[Lookup]:
    key = _NOT_LETTERS.sub("", typed.lower())
    card = [{"card_no": typed.upper()}, {"card_no__startswith": typed.upper()}]
    if not key:
        return card
    names = [{"initials": key}, {"pinyin": key}, {"initials__startswith": key}, {"pinyin__startswith": key}]
    # Plain letters at the beginning of a name are the beginning of its pinyin too (rules.pinyin); é is not.
    as_written = [] if key.isascii() else [{"name__startswith": typed}]
    return [names[0], names[1], card[0], *names[2:], card[1], *as_written]
