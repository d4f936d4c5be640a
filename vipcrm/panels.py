"""Panels that higher apps add to pages of lower ones: a followups panel on the member file of members.

An app registers in its `AppConfig.ready`; the page names the slot: `{% panels "member.side" member %}`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """One section of a page: heading, the template of its body and what that template needs.

    `note` stands small behind the title; `more_url` with `more_label` is the link at the head's end.
    With `bare` the template brings its own heading and sheet.
    """

    template: str
    title: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    icon: str = ""
    note: str = ""
    more_url: str = ""
    more_label: str = ""
    bare: bool = False


Render = Callable[[HttpRequest, Any], Panel | None]
_slots: dict[str, dict[str, tuple[int, Render]]] = defaultdict(dict)


def register(slot: str, key: str, order: int, render: Render) -> None:
    """Adds `render(request, obj) -> Panel | None` to a slot. `key` becomes the section's id; twice = replaced."""
    _slots[slot][key] = (order, render)


def panels_for(slot: str, request: HttpRequest, obj: Any) -> list[tuple[str, Panel]]:
    """(key, panel) of a slot in order, without those that have nothing to show."""
    ordered = sorted(_slots[slot].items(), key=lambda item: (item[1][0], item[0]))
    found = ((key, render(request, obj)) for key, (_, render) in ordered)
    return [(key, panel) for key, panel in found if panel is not None]
