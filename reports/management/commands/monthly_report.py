"""`monthly_report 2026-10 --store 4002 --format pdf --output october.pdf`: computes, stores and prints a report."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports import output, services
from reports.models import MonthlyReport
from reports.rules.months import MonthMalformed, month_text, parse_month
from reports.scopes import Scope, all_scope, region_scope, store_scope
from vipcrm.models import Region, Store

WRONG = 2


class Command(BaseCommand):
    help = "Computes the monthly report of a store, a region or all stores, stores it as a revision and prints it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="2026-10")
        scope = parser.add_mutually_exclusive_group()
        scope.add_argument("--store", metavar="CODE", help="one store")
        scope.add_argument("--region", metavar="NAME", help="the stores of one region")
        parser.add_argument("--format", choices=["json", "html", "pdf"], default="json")
        parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument(
            "--language", default="zh-hans", choices=languages, help="of html and pdf: zh-hans (default) or en"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            scope = scope_of(options["store"], options["region"])
            content = _content(scope, month_of(options["month"]), options["format"])
        if options["output"]:
            _write(Path(options["output"]), content)
        elif options["format"] == "pdf":
            self.stdout.buffer.write(content)  # type: ignore[attr-defined]
        else:
            self.stdout.write(content.decode())


def month_of(text: str) -> date:
    """The month that was typed. Raises CommandError (exit 2)."""
    try:
        return parse_month(text)
    except MonthMalformed as error:
        raise CommandError(
            _("“%(text)s” is not a month, write one like 2026-10.") % {"text": text}, returncode=WRONG
        ) from error


def scope_of(store: str | None, region: str | None) -> Scope:
    """The scope that was named. Raises CommandError (exit 2)."""
    try:
        if store is not None:
            return store_scope(Store.objects.get(code=store))
        stores = Store.objects.order_by("code")
        return all_scope(stores) if region is None else region_scope(Region.objects.get(name=region), stores)
    except Store.DoesNotExist as error:
        raise CommandError(_("There is no store “%(code)s”.") % {"code": store}, returncode=WRONG) from error
    except Region.DoesNotExist as error:
        raise CommandError(_("There is no region “%(name)s”.") % {"name": region}, returncode=WRONG) from error


def _content(scope: Scope, month: date, form: str) -> bytes:
    compute = services.compute_report if form == "json" else services.compute_with_comparisons
    try:
        report = compute(scope, month, at=timezone.now())
    except services.MonthNotOver as error:
        raise CommandError(
            _("%(month)s is not over yet: the report can be computed from the first of the next month on.")
            % {"month": month_text(month)},
            returncode=WRONG,
        ) from error
    return _rendered(report, scope, form)


def _rendered(report: MonthlyReport, scope: Scope, form: str) -> bytes:
    if form == "json":
        return json.dumps(output.as_document(report), ensure_ascii=False, indent=2).encode()
    from reports.documents import html_of, pdf_of  # loads the PDF renderer, which takes a second

    return html_of(report, scope).encode() if form == "html" else pdf_of(report, scope)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(_("Cannot write %(file)s: %(reason)s") % {"file": path, "reason": error.strerror}) from error
