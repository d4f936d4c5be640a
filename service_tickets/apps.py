from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceTicketsConfig(AppConfig):
    name = "service_tickets"
    verbose_name = _("Service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tells the lower apps what they cannot know: which members an agent sees."""
        from members import querysets
        from service_tickets.querysets import members_with_unfinished

        if members_with_unfinished not in querysets.agent_scopes:
            querysets.agent_scopes.append(members_with_unfinished)
