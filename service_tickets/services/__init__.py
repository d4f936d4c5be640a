from service_tickets.services.creation import (
    Header,
    create_notification,
    draft_header,
    items_of,
    next_number,
    open_complaint,
)
from service_tickets.services.errors import ChangedMeanwhile, MoveNotAllowed
from service_tickets.services.header import assign_agent, change_header
from service_tickets.services.moves import (
    ask_head_office,
    complete,
    delete_user_status,
    perform,
    reopen,
    set_user_status,
)
from service_tickets.services.partners import (
    PartnerInput,
    add_partner,
    change_partner,
    partners_of,
    remove_partner,
)
from service_tickets.services.parts import (
    CauseInput,
    ItemInput,
    TaskInput,
    add_activity,
    add_item,
    add_long_text,
    add_task,
    change_item,
    move_task,
)
from service_tickets.services.required import IN_HEADER, required_functions
from service_tickets.services.states import load_state

__all__ = [
    "IN_HEADER",
    "CauseInput",
    "ChangedMeanwhile",
    "Header",
    "ItemInput",
    "MoveNotAllowed",
    "PartnerInput",
    "TaskInput",
    "add_activity",
    "add_item",
    "add_long_text",
    "add_partner",
    "add_task",
    "ask_head_office",
    "assign_agent",
    "change_header",
    "change_item",
    "change_partner",
    "complete",
    "create_notification",
    "delete_user_status",
    "draft_header",
    "items_of",
    "load_state",
    "move_task",
    "next_number",
    "open_complaint",
    "partners_of",
    "perform",
    "remove_partner",
    "reopen",
    "required_functions",
    "set_user_status",
]
