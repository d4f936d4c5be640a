from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceTicketsConfig(AppConfig):
    name = "service_tickets"
    verbose_name = _("Service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tells the lower apps what they cannot know: which members an agent sees, what their pages show of service."""
        from members import querysets
        from service_tickets import panels as ours
        from service_tickets.querysets import members_with_unfinished
        from vipcrm import nav, panels, timeline

        if members_with_unfinished not in querysets.agent_scopes:
            querysets.agent_scopes.append(members_with_unfinished)
        panels.register("member.side", "service", 40, ours.member_panel)
        panels.register("receipt.side", "service", 40, ours.receipt_panel)
        timeline.register(ours.timeline_of)
        nav.register_badge("service", ours.agents_pressing)
        everybody = nav.ALL_ROLES
        nav.register_more(
            nav.Item("plan", _("Work plan"), "calendar-days", "service_tickets:work_plan", everybody, order=40)
        )
