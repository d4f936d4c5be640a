from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowupsConfig(AppConfig):
    name = "followups"
    verbose_name = _("Follow-ups")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from followups import panels as ours
        from followups import receivers  # noqa: F401  listens to members
        from vipcrm import nav, panels, timeline
        from vipcrm.enums import SUPERVISORS

        nav.register_badge("today", ours.overdue_count)
        nav.register_more(
            nav.Item("overdue", _("Overdue follow-ups"), "triangle-alert", "followups:overdue", SUPERVISORS, order=20)
        )
        panels.register("member.rows", "followups", 30, ours.next_steps)
        panels.register("member.main", "followups", 30, ours.member_steps)
        panels.register("sale.result", "followups", 30, ours.sale_steps)
        timeline.register(ours.entries_of)
