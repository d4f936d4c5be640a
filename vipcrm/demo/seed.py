"""Puts the demo together: people, then their trade in the order of time with what the staff did in between."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from members.services.refresh import refresh_receipts
from members.services.reviews import review_tiers
from reports.rules.months import last_month
from reports.scopes import every_scope
from reports.services import compute_with_comparisons
from vipcrm.demo.load import Loader, load_people, next_id
from vipcrm.demo.people import Person, Shop, make_organisation, make_people
from vipcrm.demo.trade import Shelf, Visit, make_products, make_recent, make_visits, make_walk_ins
from vipcrm.demo.work import answer_steps, ask_consents, let_some_leave, write_notifications, write_visit_notes

ZONE = ZoneInfo("Asia/Shanghai")  # of all stores of the demo
PEOPLE_AT_ONCE = 20_000
# Beyond this size the calls of the past are left out: nobody reads them, and each week would be a pass of its own.
LIVED_THROUGH = 20_000
WEEKLY_DAYS = 130
Say = Callable[[str], None]


@transaction.atomic
def seed(*, members: int, months: int, number: int, now: datetime, say: Say = lambda text: None) -> None:
    """Fills an empty database; the same `number` on one day gives the same rows. Stopped half-way it leaves nothing.

    Raises ValueError if not empty.
    """
    if next_id("vipcrm_store") > 1:
        raise ValueError("there is data already: the demo fills an empty database only")
    random = Random(number)
    now = now.astimezone(ZONE)
    today = now.date()
    shops = make_organisation()
    shelf = Shelf(make_products(today))
    loader = Loader()
    people = make_people(shops, members, months=months, today=today, random=random)
    done = 0
    while some := list(islice(people, PEOPLE_AT_ONCE)):
        first_id = next_id("members_member")
        load_people(some, first_id=first_id, now=now)
        visits = _visits(some, first_id, now, shelf, random)
        if not done:
            visits += _recent(shops, some, first_id, visits, now, shelf, random)
        visits += _walk_ins(shops, len(visits) // 3, months, now, shelf, random)
        visits.sort(key=lambda visit: visit.at)
        _live_through(visits, loader, now, lived=members <= LIVED_THROUGH)
        done += len(some)
        say(f"{done:,} / {members:,} members")
    _finish(shops, random, now, members)
    review_tiers(now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if members <= LIVED_THROUGH:
        for scope in every_scope():
            compute_with_comparisons(scope, last_month(now, scope.zone), at=now)


def _visits(people: Sequence[Person], first_id: int, now: datetime, shelf: Shelf, random: Random) -> list[Visit]:
    return [
        visit
        for pk, one in enumerate(people, start=first_id)
        for visit in make_visits(pk, one.shop, one.advisor, one.enrolled_on, now=now, goods=shelf, random=random)
    ]


def _recent(
    shops: Sequence[Shop],
    people: Sequence[Person],
    first_id: int,
    visits: Sequence[Visit],
    now: datetime,
    shelf: Shelf,
    random: Random,
) -> list[Visit]:
    """Purchases of members who have not been here lately: a clerk's day in the demo is never empty."""
    long_ago = now - timedelta(days=30)
    lately = {visit.member_id for visit in visits if visit.at > long_ago}
    regulars: dict[int, list[int]] = defaultdict(list)
    for pk, one in enumerate(people, start=first_id):
        if one.advisor and one.enrolled_on < long_ago.date() and pk not in lately:
            regulars[one.advisor.pk].append(pk)
    return [
        visit
        for shop in shops
        for clerk in shop.clerks
        for visit in make_recent(shop, clerk, regulars[clerk.pk], now=now, goods=shelf, random=random)
    ]


def _walk_ins(
    shops: Sequence[Shop], count: int, months: int, now: datetime, shelf: Shelf, random: Random
) -> list[Visit]:
    each = count // len(shops)
    return [
        visit
        for shop in shops
        for visit in make_walk_ins(shop, count=each, days=months * 30, now=now, goods=shelf, random=random)
    ]


def _live_through(visits: list[Visit], loader: Loader, now: datetime, *, lived: bool) -> None:
    """Loads the visits stretch by stretch; after each, what follows from it is refreshed and the due calls are made."""
    for until, some in _stretches(visits, now, lived=lived):
        refresh_receipts(loader.load(some, now=now), at=until)
        if lived:
            answer_steps(until, now=now)


def _stretches(visits: list[Visit], now: datetime, *, lived: bool) -> Iterator[tuple[datetime, list[Visit]]]:
    """Months while it is long ago, weeks lately; one stretch for a base too large to live through."""
    if not lived:
        yield now, visits
        return
    place = 0
    for end in _ends(visits[0].at.date() if visits else now.date(), now):
        some = []
        while place < len(visits) and visits[place].at < end:
            some.append(visits[place])
            place += 1
        yield end, some


def _ends(first: date, now: datetime) -> Iterator[datetime]:
    end = now - timedelta(days=(now.date() - first).days)
    while end < now:
        end = min(end + timedelta(days=30 if now - end > timedelta(days=WEEKLY_DAYS) else 4), now)
        yield end


def _finish(shops: Sequence[Shop], random: Random, now: datetime, members: int) -> None:
    ask_consents()
    write_visit_notes()
    let_some_leave(random, now=now, count=min(members // 80, 200))
    write_notifications(shops, random, now=now, per_shop=18)
