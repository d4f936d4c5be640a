"""A text that a spreadsheet would run as a formula is written with a leading ' and restored on reading.

`restore(escape(text)) == text.strip(BLANKS)` for every text, also for one that itself begins with an apostrophe.
"""

from __future__ import annotations

import re

BLANKS = " \t\r\n\x0b\x0c\xa0\u3000"  # stripped from the ends of every cell

_LIVE = re.compile(r"[\s']*[=+\-@＝＋－＠\t\r]")
_ESCAPED = re.compile(r"'[\s']*[=+\-@＝＋－＠\t\r]")


def escape(text: str) -> str:
    """The text, safe to open in a spreadsheet."""
    text = text.rstrip(BLANKS)
    return "'" + text if _LIVE.match(text) else text


def restore(text: str) -> str:
    """The stripped text as it was before `escape`; a text that was never escaped stays as it is."""
    text = text.strip(BLANKS)
    return text[1:].strip(BLANKS) if _ESCAPED.match(text) else text
