"""Names as they are typed on a keyboard: full pinyin and initials, without tones (handbook 2: `wxm` → 王晓梅)."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

# Characters that are read differently as a surname.
_SURNAMES = {
    "乐": "yue",
    "仇": "qiu",
    "佴": "nai",
    "单": "shan",
    "区": "ou",
    "参": "shen",
    "句": "gou",
    "召": "shao",
    "员": "yun",
    "尉": "wei",
    "幺": "yao",
    "么": "yao",
    "折": "she",
    "曾": "zeng",
    "朴": "piao",
    "朝": "chao",
    "查": "zha",
    "洗": "xian",
    "祭": "zhai",
    "种": "chong",
    "秘": "bi",
    "繁": "po",
    "缪": "miao",
    "翟": "zhai",
    "能": "nai",
    "莘": "shen",
    "薄": "bo",
    "覃": "qin",
    "解": "xie",
    "贠": "yun",
    "郇": "xun",
    "都": "du",
    "隗": "wei",
    "黑": "he",
    "盖": "ge",
}
_DOUBLE_SURNAMES = {
    "万俟": ("mo", "qi"),
    "乐正": ("yue", "zheng"),
    "令狐": ("ling", "hu"),
    "尉迟": ("yu", "chi"),
    "澹台": ("tan", "tai"),
    "鲜于": ("xian", "yu"),
    "长孙": ("zhang", "sun"),
}
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PARTS = re.compile(f"[{_HAN}]+|[a-z0-9]+")
_SILENT = re.compile("['’]")


def pinyin_of(name: str) -> str:
    """`王晓梅` → `wangxiaomei`, `Anna O'Neil` → `annaoneil`; ü is v. "" when nothing can be typed."""
    return "".join(_syllables(name))


def initials_of(name: str) -> str:
    """`王晓梅` → `wxm`, `Anna Lee` → `al`."""
    return "".join([syllable[0] for syllable in _syllables(name)])


def _syllables(name: str) -> tuple[str, ...]:
    """One entry per Chinese character or Latin word; a surname is looked for only where the name begins."""
    found: list[str] = []
    for part in _PARTS.findall(_plain(name)):
        if part.isascii():
            found.append(part)
        else:
            found += _read_name(part) if not found else _read(part)
    return tuple(found)


def _plain(name: str) -> str:
    """Lower case without accents; half-width; ü as it is typed."""
    lowered = _SILENT.sub("", unicodedata.normalize("NFKC", name).lower()).replace("ü", "v")
    apart = unicodedata.normalize("NFKD", lowered)
    return "".join([sign for sign in apart if not unicodedata.combining(sign)])


def _read_name(han: str) -> list[str]:
    if han[:2] in _DOUBLE_SURNAMES:
        return [*_DOUBLE_SURNAMES[han[:2]], *_read(han[2:])]
    if han[0] in _SURNAMES:
        return [_SURNAMES[han[0]], *_read(han[1:])]
    return _read(han)


def _read(han: str) -> list[str]:
    return list(_read_cached(han))


@lru_cache(maxsize=16_384)
def _read_cached(han: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(han, errors="ignore"))
