"""Lucide icons as inline SVG, sized and coloured by the text beside them."""

from functools import cache, lru_cache
from xml.etree import ElementTree

import lucide
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


@cache
def _shapes(name: str) -> str:
    svg = ElementTree.fromstring(lucide._render_icon(name, None))  # noqa: S314  the package's own file
    return "".join(ElementTree.tostring(shape, encoding="unicode").strip() for shape in svg)


@lru_cache(maxsize=4096)
def icon_svg(name: str, css: str = "", label: str = "") -> SafeString:
    """`<svg class="i …">` of the icon `name` as on lucide.dev; hidden from screen readers unless it has a `label`.

    Raises lucide.IconDoesNotExist for a name that lucide does not know.
    """
    classes = f"i {css}".strip()
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="{escape(classes)}" viewBox="0 0 24 24" {role}>{_shapes(name)}</svg>')  # noqa: S308
