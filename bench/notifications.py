"""The notification list with a million notifications: each usual selection against an empty page of the same person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

from bench.figure import ROUNDS, Figure, seconds, step

NOTIFICATIONS = 1_000_000
MEMBERS = 20_000
LIMIT = 4

SEED_MEMBERS = """
INSERT INTO members_member (card_no, name, phone, wechat, gender, birth_calendar, occupation, family, likes,
    other_brands, preferred_channel, do_not_contact, wrong_number, source, note, home_store_id, enrolled_on_given,
    enrolled_on, status, pinyin, initials, created_at, updated_at)
SELECT 'B' || lpad(n::text, 7, '0'), (%(names)s::text[])[1 + n %% array_length(%(names)s::text[], 1)],
       '+86139' || lpad(n::text, 8, '0'), '', '', 'solar', '', '', '', '', '', false, false, '', '',
       (%(stores)s::bigint[])[1 + n %% array_length(%(stores)s::bigint[], 1)],
       %(today)s::date - 900, %(today)s::date - 900,
       'active', 'wangxiaomei', 'wxm', now(), now()
  FROM generate_series(1, %(members)s) AS n
"""

# Six of a hundred are open; the short text is one of 400 combinations, with a rare word in each five-thousandth.
SEED_NOTIFICATIONS = """
INSERT INTO service_tickets_notification (number, type, kind, description, reporter, priority, paid, member_id,
    agent_id, work_centre, location, po_number, required_start, required_end, completed_at, store_id,
    sales_org, channel, division, sales_group, business_area, phase, marks, user_status_id, created_at, created_on,
    created_by_id, version)
SELECT lpad((10000000 + n)::text, 10, '0'), p.type, 'repair',
       (%(goods)s::text[])[1 + h1 %% 20] || (%(faults)s::text[])[1 + h2 %% 20]
           || CASE WHEN h3 %% 5000 = 0 THEN '加急' ELSE '' END,
       '林悦', (1 + h1 / 20 %% 4)::text, 'paid', m.id,
       CASE WHEN h2 / 20 %% 10 > 0 THEN
           (%(agents)s::bigint[])[array_position(%(stores)s::bigint[], m.home_store_id)] END,
       '改衣间', '江宁路 88 弄', '', p.day, p.day + 5,
       CASE WHEN p.phase = 'NOCO' THEN p.day + interval '4 days' END, m.home_store_id, 'F011', '10', '02', '', '1002',
       p.phase, CASE WHEN p.phase = 'NOPR' AND h1 %% 3 = 0 THEN '{TSOS}' ELSE '{}' END::varchar(4)[],
       CASE p.type WHEN 'Z1' THEN (%(z1)s::bigint[])[1 + h2 %% array_length(%(z1)s::bigint[], 1)]
                   ELSE (%(z2)s::bigint[])[1 + h2 %% array_length(%(z2)s::bigint[], 1)] END,
       p.day - 1, p.day - 1, %(clerk)s, 1
  FROM (SELECT n, h1, h2, h3, CASE WHEN h1 / 100 %% 8 = 0 THEN 'Z2' ELSE 'Z1' END AS type,
               %(today)s::date + 10 - ((%(count)s - n) * 900 / %(count)s)::int AS day,
               CASE WHEN h3 %% 100 < 94 THEN 'NOCO' WHEN h3 %% 100 < 96 THEN 'OSNO' WHEN h3 %% 100 < 99 THEN 'NOPR'
                    ELSE 'NOPO' END AS phase
          FROM (SELECT n::bigint AS n, abs(hashint8(n)::bigint) AS h1, abs(hashint8(n + 5000000)::bigint) AS h2,
                       abs(hashint8(n + 10000000)::bigint) AS h3
                  FROM generate_series(1, %(count)s) AS n) AS dice) AS p
  JOIN members_member m ON m.card_no = 'B' || lpad((1 + h2 / 50 %% %(members)s)::text, 7, '0')
"""
GOODS = [
    *("大衣", "衬衫", "毛衣", "长裤", "半裙", "旗袍", "礼服", "风衣", "西装", "夹克"),
    *("围巾", "皮包", "皮鞋", "被子", "枕头", "窗帘", "毛巾", "地毯", "毛毯", "马甲"),
]
FAULTS = [
    *("开线", "勾丝", "破洞", "起球", "缩水", "变形", "褪色", "串色", "色差", "泛黄"),
    *("掉扣", "拉链", "里料", "油渍", "水渍", "霉斑", "偏小", "偏大", "偏长", "缺件"),
]
NAMES = ["王晓梅", "蒋丽萍", "顾明月", "邱淑怡", "韩若溪", "白露", "许文慧", "彭思齐", "曹安琪", "冯素琴"]


def measure() -> list[Figure]:
    """Seeds, then times every selection of clerk and administrator."""
    with step(f"{NOTIFICATIONS:,} notifications"):
        world = seed(NOTIFICATIONS, MEMBERS)
    figures = []
    for who in ("clerk", "admin"):
        client = signed_in(world[who])
        for name, address in selections(world).items():
            figures.append(timed(client, who, name, address))
    return [*figures, same_queries(world)]


def seed(count: int, members: int) -> dict[str, Any]:
    """Four stores with staff, members and notifications, set-based; `count` can be small for a try."""
    from django.db import connection
    from django.utils import timezone

    from bench.database import run
    from service_tickets.models import UserStatus
    from vipcrm.enums import Role
    from vipcrm.models import Region, Staff, Store

    region = Region.objects.create(name="华东")
    stores = [Store.objects.create(code=f"40{n:02}", name=f"门店{n}", region=region) for n in range(1, 5)]
    agents = [
        Staff.objects.create(username=f"agent{s.code}", name="陈国华", role=Role.SERVICE_AGENT, store=s) for s in stores
    ]
    clerk = Staff.objects.create(username="clerk", name="林悦", store=stores[0])
    admin = Staff.objects.create(username="admin", name="管理员", role=Role.ADMIN)
    values = {
        "count": count, "members": members, "today": timezone.localdate(), "stores": [s.pk for s in stores],
        "agents": [a.pk for a in agents], "clerk": clerk.pk, "goods": GOODS, "faults": FAULTS, "names": NAMES,
        "z1": list(UserStatus.objects.filter(profile__type="Z1").values_list("pk", flat=True)),
        "z2": list(UserStatus.objects.filter(profile__type="Z2").values_list("pk", flat=True)),
    }  # fmt: skip
    run(SEED_MEMBERS, values)
    with without_indexes("service_tickets_notification"), without_checks():
        run(SEED_NOTIFICATIONS, values)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE service_tickets_numberrange SET last = %s", [10_000_000 + count])
        for name in ("members_member", "service_tickets_notification"):
            cursor.execute(f"VACUUM ANALYZE {name}")
    return {
        "clerk": clerk,
        "admin": admin,
        "agent": agents[0],
        "number": 10_000_000 + count // 2,
        "today": values["today"],
    }


@contextmanager
def without_indexes(table: str) -> Iterator[None]:
    """Plain indexes are made again afterwards: a million rows come in in a fifth of the time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE '%%UNIQUE%%'",
            [table],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, definition in found:
            cursor.execute(definition)


@contextmanager
def without_checks() -> Iterator[None]:
    """Foreign keys are true by the way the rows are made; a server that does not let us skip them checks them."""
    from django.db import DatabaseError, connection

    with connection.cursor() as cursor:
        try:
            cursor.execute("SET session_replication_role = replica")
        except DatabaseError:
            yield
            return
        yield
        cursor.execute("SET session_replication_role = origin")


def selections(world: dict[str, Any]) -> dict[str, str]:
    """What people look for, as addresses of the list."""
    every = "phase=OSNO&phase=NOPO&phase=NOPR&phase=NOCO"
    today = world["today"]
    month = f"since={today - timedelta(days=30)}&until={today}"
    return {
        "open": "",
        "one box": "phase=NOPO",
        "completed": "phase=NOCO",
        "all boxes": every,
        "all, by required end": f"{every}&sort=due",
        "type": f"{every}&type=Z2",
        "number": f"q={world['number']}",
        "text, common": f"{every}&q=大衣",
        "text, rare": f"{every}&q=加急",
        "text, nothing": f"{every}&q=热气球",
        "user status": f"{every}&status=KCJS",
        "open with user status": "status=BPZ",
        "member by name": f"{every}&member=顾明月",
        "member by phone tail": f"{every}&member=1234",
        "agent": f"{every}&agent={world['agent'].pk}",
        "agent, open": f"agent={world['agent'].pk}",
        "nobody responsible": f"{every}&agent=none",
        "created in a month": f"{every}&dates=created&{month}",
        "required end in a month": f"{every}&dates=end&{month}",
        "required start in a month, open": f"dates=start&{month}",
        "completed, text and month": f"phase=NOCO&q=衬衫&dates=created&{month}",
    }


def signed_in(staff: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(staff)
    return client


def timed(client: Any, who: str, name: str, selection: str) -> Figure:
    """Medians of page and empty page, asked in turn."""
    page, empty = f"/service/?{selection}", "/accounts/more/"
    for address in (page, empty):
        assert client.get(address).status_code == 200, address
    pairs = [(seconds(lambda: client.get(page)), seconds(lambda: client.get(empty))) for _ in range(ROUNDS)]
    ours, floor = median(p[0] for p in pairs), median(p[1] for p in pairs)
    rows = rows_of(client.get(page))
    return Figure(f"notification list, {who}: {name}", ours, floor, LIMIT, detail={"rows": rows, "address": page})


def rows_of(answer: Any) -> int:
    return answer.content.count(b'class="c-name"')


def same_queries(world: dict[str, Any]) -> Figure:
    """The list asks as many queries for 1 row as for 50."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = signed_in(world["admin"]), {}
    for rows, selection in ((1, f"q={world['number']}"), (50, "size=50")):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/service/?{selection}")
        assert rows_of(answer) == rows
        counts[rows] = len(queries)
    return Figure("notification list: queries at 50 rows over 1 row", counts[50], counts[1], 1, "queries", counts)
