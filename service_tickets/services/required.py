"""Which partner functions a type requires, and who plays them (service-notifications, "Fields")."""

from collections.abc import Collection

from service_tickets.models import Notification, PartnerFunction

# These stand in the header: sold-to party, ship-to party (the member), person responsible.
IN_HEADER = ("SP", "SH", "VW")


def required_functions(type_: str) -> list[PartnerFunction]:
    """The functions that somebody must play in notifications of this type, by code."""
    return list(PartnerFunction.objects.filter(**{f"required_{type_.lower()}": True}).order_by("code"))


def missing_functions(type_: str, played: Collection[str]) -> tuple[str, ...]:
    """Code and name of each required function that is not among the codes `played`."""
    return tuple(str(function) for function in required_functions(type_) if function.code not in played)


def played_in(notification: Notification) -> set[str]:
    """Codes of the functions that somebody plays in a stored notification."""
    header = {"SP": notification.sold_to_id or notification.member_id, "SH": notification.member_id}
    header["VW"] = notification.agent_id
    further = set(notification.partners.values_list("function__code", flat=True))
    return further | {code for code, who in header.items() if who is not None}
