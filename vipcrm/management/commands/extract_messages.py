from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vipcrm import catalogues


class Command(BaseCommand):
    help = "Gathers what the pages say into locale/<area>, keeps the translations, names what still has none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("areas", nargs="*", help="only these areas")

    def handle(self, *args: Any, **options: Any) -> None:
        for area in options["areas"] or catalogues.areas():
            path = catalogues.po_path(area)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(catalogues.po_text(catalogues.merged_catalogue(area)))
            missing = catalogues.faults(area)
            self.stdout.write(f"{area}: {len(missing)} to do" if missing else f"{area}: complete")
            for fault in missing:
                self.stdout.write(f"  {fault}")
