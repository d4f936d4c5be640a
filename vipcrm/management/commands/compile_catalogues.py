"""Translations for the running program: locale/<area>/…/django.po → django.mo, without gettext installed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


def compile_catalogue(source: Path) -> Path:
    """Write the .mo beside a .po; doubtful (fuzzy) and obsolete entries stay out. Returns the new file."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, domain="django")
    target = source.with_suffix(".mo")
    partial = target.with_suffix(".mo.new")
    with partial.open("wb") as file:
        write_mo(file, catalogue)
    partial.replace(target)
    return target


class Command(BaseCommand):
    """Compiles every area's catalogue; safe to repeat."""

    help = "Compile the message catalogues of all areas."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sources = sorted(po for path in settings.LOCALE_PATHS for po in Path(path).rglob("django.po"))
        for source in sources:
            compile_catalogue(source)
        self.stdout.write(f"{len(sources)} catalogues compiled")
