"""A text that a spreadsheet would run as a formula is written with a leading ' and restored on reading.

`restore(escape(text)) == text.strip()` for every text, also for one that itself begins with an apostrophe.
"""

from __future__ import annotations

import re

_LIVE = re.compile(r"[\s']*[=+\-@＝＋－＠\t\r]")
_ESCAPED = re.compile(r"'[\s']*[=+\-@＝＋－＠\t\r]")


def escape(text: str) -> str:
    """The text, safe to open in a spreadsheet."""
    text = text.rstrip()
    return "'" + text if _LIVE.match(text) else text


def restore(text: str) -> str:
    """The stripped text as it was before `escape`; a text that was never escaped stays as it is."""
    text = text.strip()
    return text[1:].strip() if _ESCAPED.match(text) else text
