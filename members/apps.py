from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from members import history
        from vipcrm import timeline
        from vipcrm.enums import Role
        from vipcrm.nav import Item, register_more

        timeline.register(history.entries_of)
        register_more(
            Item("import", _("Import"), "upload", "members:import_list", frozenset({Role.ADMIN}), help=_("CSV or XLSX"))
        )
