"""Message catalogues: one per area, gathered from Python and templates, kept by hand in locale/<area>."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
NOISE = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Project-Id-Version)'
)


def areas() -> list[str]:
    """Areas in the order in which their catalogues win."""
    return [Path(folder).name for folder in settings.LOCALE_PATHS]


def po_path(area: str) -> Path:
    """The catalogue that translators edit."""
    return Path(settings.BASE_DIR) / "locale" / area / LOCALE / "LC_MESSAGES" / "django.po"


def sources(area: str) -> Iterator[Path]:
    """Files that speak in an area: the app, its templates; for vipcrm also the templates that belong to no app."""
    root = Path(settings.BASE_DIR)
    yield from sorted(path for path in (root / area).rglob("*.py") if "migrations" not in path.parts)
    for path in sorted((root / "templates").rglob("*.html")):
        owner = path.relative_to(root / "templates").parts[0]
        if owner == area or (area == "vipcrm" and owner not in areas()):
            yield path


def template_catalogue(area: str) -> Catalog:
    """Everything an area says now, without translations."""
    catalogue = Catalog()
    for path in sources(area):
        for _line, message, _comments, context in babel_extract("python", _readable(path), keywords=KEYWORDS):
            catalogue.add(message, context=context)
    return catalogue


def _readable(path: Path) -> io.BytesIO:
    text = path.read_text()
    if path.suffix == ".html":
        # What templatize leaves of the markup is not Python; its indentation would confuse the tokenizer.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    return io.BytesIO(text.encode())


def stored_catalogue(area: str) -> Catalog:
    """What is translated so far."""
    if not po_path(area).exists():
        return Catalog(locale=LOCALE)
    with po_path(area).open("rb") as file:
        return read_po(file, locale=LOCALE)


def merged_catalogue(area: str) -> Catalog:
    """What is said now with the translations there are; nothing guessed, nothing obsolete."""
    catalogue = stored_catalogue(area)
    catalogue.update(template_catalogue(area), no_fuzzy_matching=True)
    return catalogue


def po_text(catalogue: Catalog) -> str:
    """The catalogue as a file that changes only when its messages do: sorted, no places, no dates."""
    out = io.BytesIO()
    catalogue.header_comment, catalogue.fuzzy = "# Simplified Chinese.", False
    write_po(out, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return "\n".join(line for line in out.getvalue().decode().splitlines() if not NOISE.match(line)) + "\n"


def faults(area: str) -> list[str]:
    """What keeps an area from being spoken in Chinese: untranslated, fuzzy, or other placeholders than the English."""
    return [text for message in merged_catalogue(area) if message.id for text in _message_faults(message)]


def _message_faults(message: Message) -> Iterator[str]:
    english, chinese = _forms(message.id), _forms(message.string)
    if not all(chinese):
        yield f"not translated: {english[0]!r}"
    elif message.fuzzy:
        yield f"fuzzy: {english[0]!r}"
    elif set(PLACEHOLDER.findall(english[-1])) != set(PLACEHOLDER.findall(chinese[-1])):
        yield f"placeholders differ: {english[-1]!r}"


def _forms(text: object) -> list[str]:
    """Singular and plural of a message, or its one form."""
    return [str(form or "") for form in text] if isinstance(text, list | tuple) else [str(text or "")]
