"""The members app's part of the timeline: purchases, returns, tier changes, notes, consents, who looked after her.

One statement reads them all, so the file costs the same with 5 and with 500 receipts.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.enums import Channel, ConsentState, MemberStatus, TierReason
from members.models import Member
from members.overview import Programme, load_programme
from members.rules.points import points_of
from vipcrm.formats import money, number
from vipcrm.timeline import Entry

# kind, at, id, amount, units, a, b, c, name of the person
HAPPENED = """
(SELECT 'receipt', r.sold_at, r.id, g.sold - g.back, coalesce(g.units, 0)::int, g.goods,
        CASE WHEN r.voided_at IS NOT NULL THEN 'voided' ELSE '' END, r.counted_amount::text, w.name
   FROM members_receipt r LEFT JOIN vipcrm_staff w ON w.id = r.staff_id
   LEFT JOIN LATERAL (
        SELECT coalesce(sum(l.amount) FILTER (WHERE l.quantity > 0), 0) AS sold,
               coalesce(-sum(l.amount) FILTER (WHERE l.quantity < 0), 0) AS back,
               sum(l.quantity) AS units,
               string_agg(l.product_name, %(comma)s ORDER BY l.line_no) FILTER (WHERE l.line_no <= 3) AS goods
          FROM members_receiptline l WHERE l.receipt_id = r.id) g ON true
  WHERE r.member_id = %(member)s ORDER BY r.sold_at DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'tier', t.at, t.id, t.spend, t.seq, t.from_tier, t.to_tier, t.reason, NULL
   FROM members_tierchange t
  WHERE t.member_id = %(member)s AND t.withdrawn_at IS NULL ORDER BY t.at DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'note', n.created_at, n.id, NULL, n.satisfaction, n.text, n.visited_on::text, '', w.name
   FROM members_visitnote n LEFT JOIN vipcrm_staff w ON w.id = n.by_id
  WHERE n.member_id = %(member)s ORDER BY n.visited_on DESC, n.id DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'consent', (c.given_on + time '12:00') AT TIME ZONE %(zone)s, c.id, NULL, 0, c.channel, c.state, '', w.name
   FROM members_consent c LEFT JOIN vipcrm_staff w ON w.id = c.by_id
  WHERE c.member_id = %(member)s ORDER BY c.given_on DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'status', s.at, s.id, NULL, 0, s.status, s.reason,
        CASE WHEN s.receipt_id IS NULL THEN '' ELSE 'sale' END, w.name
   FROM members_statuschange s LEFT JOIN vipcrm_staff w ON w.id = s.by_id
  WHERE s.member_id = %(member)s ORDER BY s.at DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'advisor', a.at, a.id, NULL, (a.store_before_id <> a.store_after_id)::int, coalesce(o.name, ''),
        coalesce(n.name, ''), sn.name, w.name
   FROM members_advisorchange a
   LEFT JOIN vipcrm_staff o ON o.id = a.advisor_before_id LEFT JOIN vipcrm_staff n ON n.id = a.advisor_after_id
   LEFT JOIN vipcrm_staff w ON w.id = a.by_id JOIN vipcrm_store sn ON sn.id = a.store_after_id
  WHERE a.member_id = %(member)s ORDER BY a.at DESC LIMIT %(limit)s)
"""


class Row(NamedTuple):
    """One row of `HAPPENED`; what the texts a, b, c hold depends on the kind."""

    kind: str
    at: datetime
    id: int
    amount: Decimal | None
    units: int | None
    a: str
    b: str
    c: str
    by: str | None


def entries_of(member: Member, limit: int) -> list[Entry]:
    """The newest `limit` of each kind, as entries of the timeline. One query, and two for the names of the tiers
    unless the page put its `Programme` on `member.programme`."""
    values: dict[str, Any] = {
        "member": member.pk,
        "limit": limit,
        "zone": member.home_store.time_zone,
        "comma": _(", "),
    }
    with connection.cursor() as cursor:
        cursor.execute(HAPPENED, values)
        rows = [Row(*row) for row in cursor.fetchall()]
    programme = getattr(member, "programme", None)
    if programme is None and any(row.kind == "tier" for row in rows):
        programme = load_programme(timezone.localdate(timezone=member.home_store.tz))
    return [SHOWN[row.kind](row, programme) for row in rows]


def _receipt(row: Row, _programme: Programme) -> Entry:
    units, amount = row.units or 0, row.amount or Decimal(0)
    if units < 0 or amount < 0:
        title = ngettext("Returned %(n)s item", "Returned %(n)s items", -units) % {"n": number(-units)}
    else:
        title = ngettext("Bought %(n)s item", "Bought %(n)s items", units) % {"n": number(units)}
    points = points_of(Decimal(row.c))
    earned = _("Points %(points)s") % {"points": number(points, signed=True)} if points else ""
    return Entry(
        at=row.at,
        icon="undo-2" if amount < 0 else "shopping-bag",
        title=title,
        text=_(". ").join(filter(None, [row.a, "" if row.b else earned])),
        url=reverse("members:receipt", args=[row.id]),
        state="overdue" if row.b else "",
        state_text=_("Voided") if row.b else "",
        amount=money(amount),
        by=row.by or "",
    )


def _tier(row: Row, programme: Programme) -> Entry:
    before, after = programme.name(row.a), programme.name(row.b)
    if before == after:
        title = _("Stays %(tier)s") % {"tier": after}
    else:
        title = f"{before} → {after}" if before else _("Became %(tier)s") % {"tier": after}
    old, new = programme.tier(row.a), programme.tier(row.b)
    falls = old is not None and new is not None and new.rank < old.rank
    return Entry(
        at=row.at, icon="arrow-down" if falls else "arrow-up", title=title, text=tier_reason(row.c, row.amount)
    )


def tier_reason(reason: str, spend: Decimal | None) -> str:
    """Why a tier changed, with the spend that it rests on."""
    words = {
        TierReason.JOINED: _("First purchase, ¥%(spend)s"),
        TierReason.SINGLE: _("One purchase of ¥%(spend)s"),
        TierReason.CUMULATIVE: _("¥%(spend)s in total"),
        TierReason.RETAINED: _("¥%(spend)s in the membership year, enough to keep it"),
        TierReason.DOWNGRADED: _("¥%(spend)s in the membership year, not enough to keep the tier"),
        TierReason.PROGRAMME: _("New tier rules"),
        TierReason.MANUAL: _("Set by hand"),
        TierReason.OPENING: _("Brought in at go-live"),
    }
    return words[TierReason(reason)] % {"spend": number(spend)}


def _note(row: Row, _programme: Programme) -> Entry:
    liked = _("Satisfaction %(n)s of 5") % {"n": row.units} if row.units else ""
    return Entry(at=row.at, icon="notebook-pen", title=_("Visit note"), text=row.a, by=row.by or "", amount=liked)


def _consent(row: Row, _programme: Programme) -> Entry:
    words = {
        ConsentState.GIVEN: _("Agrees to be contacted: %(channel)s"),
        ConsentState.REFUSED: _("Does not want to be contacted: %(channel)s"),
    }
    channel = dict(Channel.choices).get(row.a, row.a)
    icon = "message-circle" if row.b == ConsentState.GIVEN else "message-circle-off"
    return Entry(at=row.at, icon=icon, title=words[ConsentState(row.b)] % {"channel": channel}, by=row.by or "")


def _status(row: Row, _programme: Programme) -> Entry:
    left = row.a == MemberStatus.LEFT
    title = _("Left the programme") if left else _("Is a member again")
    return Entry(
        at=row.at,
        icon="log-out" if left else "log-in",
        title=title,
        text=row.b or (_("By this purchase") if row.c else ""),
        by=row.by or "",
    )


def _advisor(row: Row, _programme: Programme) -> Entry:
    nobody = _("nobody")
    text = _("%(before)s → %(after)s") % {"before": row.a or nobody, "after": row.b or nobody}
    title = _("Moved to %(store)s") % {"store": row.c} if row.units else _("New advisor")
    return Entry(at=row.at, icon="users", title=title, text=text, by=row.by or "")


SHOWN: dict[str, Callable[[Row, Any], Entry]] = {
    "receipt": _receipt,
    "tier": _tier,
    "note": _note,
    "consent": _consent,
    "status": _status,
    "advisor": _advisor,
}
