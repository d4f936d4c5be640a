"""What the demo's staff did: calls, visit notes, members who left, service notifications."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.db.models import F

from members.enums import MemberStatus
from members.models import Member, Receipt, ReceiptLine, StatusChange
from members.services.refresh import refresh_members
from service_tickets.enums import Action, NotificationType
from service_tickets.models import CatalogueCode, Notification
from service_tickets.services import (
    CauseInput,
    ItemInput,
    TaskInput,
    complete,
    create_notification,
    draft_header,
    perform,
    set_user_status,
)
from vipcrm.demo.people import Shop
from vipcrm.demo.words import EXCEPTIONS, FOLLOWUP_NOTES, LEAVING, REQUESTS, SHADES, TYPES, VISIT_NOTES
from vipcrm.enums import Role
from vipcrm.models import Staff

# Steps whose day is over: most were done on the day, some a day late, a few not at all (those of the last days stay
# open and are overdue). The share of a step hangs on its id alone.
ANSWER = """
WITH due AS (
    SELECT s.id, s.due_at, s.due_on, coalesce(s.owner_id, r.staff_id) AS by_id, abs(hashint8(s.id) %% 1000) AS chance,
           abs(hashint8(s.id + 77) %% 1000) AS other
      FROM followups_step s JOIN members_receipt r ON r.id = s.receipt_id
     WHERE s.state = 'open' AND s.due_on < %(day)s AND coalesce(s.owner_id, r.staff_id) IS NOT NULL
       AND NOT (s.due_on >= %(today)s - 3 AND abs(hashint8(s.id) %% 1000) < 280)),
said AS (
    SELECT id, by_id, due_on, due_at + make_interval(mins => other %% 500, days => (chance %% 23 = 0)::int) AS at,
           CASE WHEN chance < 60 THEN 'no_answer' WHEN chance < 85 THEN 'declined' WHEN chance < 90 THEN 'wrong_number'
                WHEN chance < 150 THEN 'came_to_store' ELSE 'reached' END AS result,
           CASE WHEN chance >= 90 AND other %% 3 > 0 THEN 5 - (other %% 7 = 0)::int - (other %% 31 = 0)::int
                END AS satisfaction,
           CASE WHEN chance >= 90 THEN (%(notes)s::text[])[1 + other %% array_length(%(notes)s::text[], 1)] ELSE '' END
                AS note
      FROM due),
closed AS (
    UPDATE followups_step s
       SET state = CASE t.result WHEN 'no_answer' THEN 'not_reached' WHEN 'declined' THEN 'declined'
                        WHEN 'wrong_number' THEN 'wrong_number' ELSE 'done' END,
           result = t.result, satisfaction = t.satisfaction, note = t.note, closed_at = t.at, closed_by_id = t.by_id,
           no_answers = CASE t.result WHEN 'no_answer' THEN 3 ELSE 0 END, reminded_on = s.due_on, overdue_at = NULL
      FROM said t WHERE s.id = t.id)
INSERT INTO followups_stepevent (step_id, kind, at, "on", by_id, result, satisfaction, note, due_on, before,
       notification)
SELECT id, 'result', at, (at AT TIME ZONE 'Asia/Shanghai')::date, by_id, result, satisfaction, note, due_on, '{}', ''
  FROM said
"""

NOTES = """
INSERT INTO members_visitnote (member_id, receipt_id, visited_on, text, by_id, created_at)
SELECT r.member_id, r.id, r.sold_on, (%(texts)s::text[])[1 + abs(hashint8(r.id)) %% array_length(%(texts)s::text[], 1)],
       r.staff_id, r.sold_at + interval '20 minutes'
  FROM members_receipt r
 WHERE r.member_id IS NOT NULL AND r.staff_id IS NOT NULL AND r.net_units > 0 AND abs(hashint8(r.id + 5)) %% 100 < 62
"""

CONSENTS = """
INSERT INTO members_consent (member_id, channel, state, given_on, wording, by_id)
SELECT m.id, c.channel, CASE WHEN abs(hashint8(m.id + c.salt)) %% 100 < 3 THEN 'refused' ELSE 'given' END,
       m.enrolled_on, '1', m.advisor_id
  FROM members_member m, (VALUES ('phone', 1, 78), ('wechat', 2, 55), ('sms', 3, 30)) AS c(channel, salt, share)
 WHERE abs(hashint8(m.id * 10 + c.salt)) %% 100 < c.share
"""


def _run(sql: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def ask_consents() -> None:
    """Most members said on enrolment by which channels they may be called; some refused, some were not asked."""
    _run(CONSENTS)


def answer_steps(before: datetime, *, now: datetime) -> None:
    """Closes the steps whose day was over at a moment, as clerks would have."""
    _run(ANSWER, day=before.date(), today=now.date(), notes=list(FOLLOWUP_NOTES))


def write_visit_notes() -> None:
    """About six purchases of ten have their story."""
    _run(NOTES, texts=list(VISIT_NOTES))


def let_some_leave(random: Random, *, now: datetime, count: int) -> None:
    """A few members who left in the last months, with the reason."""
    gone = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    for pk in random.sample(gone, min(count, len(gone))):
        at = now - timedelta(days=5 + int(random.random() * 120))
        StatusChange.objects.create(
            member_id=pk, at=at, on=at.date(), status=MemberStatus.LEFT, reason=random.choice(LEAVING)
        )
        refresh_members([pk], at=now)


def write_notifications(shops: Sequence[Shop], random: Random, *, now: datetime, per_shop: int) -> None:
    """Service notifications of the last two months in every state, through the services that pages use."""
    for shop in shops:
        receipts = list(
            Receipt.objects.purchases()
            .filter(store=shop.store, member__isnull=False)
            .filter(sold_at__range=(now - timedelta(days=100), now - timedelta(days=3)))
            .annotate(mixed=F("id") * 7919 % 10007)
            .order_by("mixed", "pk")
            .select_related("member", "store")[:per_shop]
        )
        for place, receipt in enumerate(receipts):
            _write_one(shop, receipt, place, random, now=now)


def _write_one(shop: Shop, receipt: Receipt, place: int, random: Random, *, now: datetime) -> None:
    type_ = NotificationType.Z2 if place % 6 == 5 else NotificationType.Z1
    day = now - timedelta(days=1 + int(44 * random.random() ** 1.5))
    created_at = max(day.replace(hour=10 + place % 10, minute=place * 7 % 60), receipt.sold_at)
    agent = Staff.objects.filter(
        role=Role.SERVICE_AGENT, **({"store__is_head_office": True} if type_ == "Z2" else {"store": shop.store})
    ).first()
    line = receipt.lines.filter(quantity__gt=0, product__excluded=False).select_related("product").first()
    if line is None:
        return
    wishes = REQUESTS[line.category] if type_ == "Z1" else EXCEPTIONS
    wish, kind, damage, cause = wishes[place % len(wishes)]
    text = f"{line.product_name}{wish}"
    header = draft_header(
        store=shop.store,
        today=created_at.astimezone(shop.store.tz).date(),
        by=shop.clerks[0],
        type_=type_,
        receipt=receipt,
    )
    values = {**header.__dict__, "description": text, "kind": kind or header.kind, "agent": agent or header.agent}
    notification = create_notification(
        store=shop.store,
        header=type(header)(**values),
        member=receipt.member,
        receipt=receipt,
        text=f"顾客到店说明：{text}。",
        items=[_item(line, damage, cause)],
        tasks=[TaskInput(text="联系顾客约时间")] if place % 4 == 3 else (),
        by=shop.clerks[place % len(shop.clerks)],
        at=created_at,
    )
    _work_off(notification, place, agent or shop.manager, created_at, now)


def _item(line: ReceiptLine, damage: str, cause: str) -> ItemInput:
    """The garment it is about, with what is wrong with it and why."""
    return ItemInput(
        product_type=_code("B", TYPES[line.category]),
        colour=_code("F", SHADES[line.product.colour]),
        material=line.product.code,
        name=line.product_name,
        damage=_code("C", damage),
        causes=[CauseInput(code=_code("5", cause))] if cause else (),
    )


def _code(catalogue: str, code: str) -> CatalogueCode | None:
    return CatalogueCode.objects.filter(group__catalogue=catalogue, code=code).first()


def _work_off(notification: Notification, place: int, agent: Staff, created_at: datetime, now: datetime) -> None:
    """Two of three are taken up, half of all are done; every tenth is postponed."""
    later = min(created_at + timedelta(days=1, minutes=25), now)
    if place % 10 == 9:
        perform(notification, action=Action.POSTPONE, reason="顾客出差，月底再来", by=agent, at=later)
    elif place % 3 < 2:
        perform(notification, action=Action.PUT_IN_PROCESS, by=agent, at=later)
        if place % 4 != 3 and place % 2 == 0:
            code = "KCJS" if notification.type == "Z1" else "DDKH"
            set_user_status(notification, code=code, by=agent, at=later)
            done = min(created_at + timedelta(days=2 + place % 4), now)
            complete(notification, completed_at=done, by=agent, at=done)
