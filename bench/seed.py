"""A million members set-based: names as they occur, four stores, standings."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench.database import run
from bench.figure import step

MEMBERS = 1_000_000
STORES = 4
# The commonest first: the position is the square of an even share, so 王 and 李 stand for a tenth each.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董"
    "余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方"
)
GIVEN = (
    "晓梅静怡佳明月婷芳敏丽娟艳玲燕霞红秀英慧颖琳雪莉萍洁云凤兰芬娜文欣妍雅诗涵梓若溪雨桐"
    "思远安琪素琴婉清曼宁欢悦心语蕾薇菲璐瑶倩蓉春夏秋冬珍珠玉华国建志伟强军勇杰涛磊超鹏飞宇"
    "浩然子轩一凡博天成永康平"
)

PEOPLE = """
INSERT INTO members_member (card_no, name, phone, wechat, gender, birth_calendar, birth_month, birth_day, occupation,
       family, likes, other_brands, preferred_channel, do_not_contact, wrong_number, source, note, home_store_id,
       advisor_id, enrolled_on_given, enrolled_on, status, pinyin, initials, created_at, updated_at)
SELECT 'B' || lpad(n::text, 7, '0'), s.name || g.name, '+861' || (3000000000 + n::bigint * 7919 %% 6000000000)::text,
       '', 'female', 'solar', 1 + n %% 12, 1 + n %% 28, '', '', '', '', '', false, false, '', '',
       stores.ids[1 + n %% array_length(stores.ids, 1)], NULL, current_date - n %% 1400, current_date - n %% 1400,
       'active', s.pinyin || g.pinyin, s.initials || g.initials, now(), now()
  FROM generate_series(1, %(members)s) AS n
  CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM vipcrm_store) AS stores
  CROSS JOIN LATERAL (SELECT hashint4(n)::bigint & 65535 AS a, hashint4(n + 77)::bigint & 1048575 AS b) AS dice
  JOIN seed_surname s ON s.id = floor(power(dice.a / 65536.0::float8, 2) * %(surnames)s)::int
  JOIN seed_given g ON g.id = (dice.b %% %(givens)s)::int
"""

STANDINGS = """
INSERT INTO members_standing (member_id, tier, rank, tier_since, counted_spend, year_start, year_spend,
       purchases, spend, first_purchase_on, last_purchase_on)
SELECT m.id, (ARRAY['regular', 'senior', 'vip', 'supreme'])[r.rank], r.rank, current_date - 90, 100 + m.id %% 9000,
       current_date - 90, m.id %% 4000, 1 + m.id %% 9, 100 + m.id %% 9000, current_date - 1400,
       current_date - (hashint8(m.id)::bigint & 1023)::int
  FROM members_member m
  CROSS JOIN LATERAL (SELECT CASE WHEN m.id %% 50 = 0 THEN 4 WHEN m.id %% 20 = 0 THEN 3 WHEN m.id %% 5 = 0 THEN 2
                                  ELSE 1 END AS rank) r
"""

INDEXES = """
SELECT indexname, indexdef FROM pg_indexes i
 WHERE tablename IN ('members_member', 'members_standing')
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
"""


def _names(table: str, names: list[str]) -> None:
    from members.rules.pinyin import initials_of, pinyin_of

    run(f"CREATE TEMP TABLE {table} (id int PRIMARY KEY, name text, pinyin text, initials text)")
    rows = [(place, name, pinyin_of(name), initials_of(name)) for place, name in enumerate(names)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    run(f"INSERT INTO {table} SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[])", columns)
    run(f"ANALYZE {table}")


@contextmanager
def without_indexes() -> Iterator[None]:
    """The indexes of both tables are built afterwards, once, instead of row by row."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
    for name, _definition in indexes:
        run(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        run(definition)


def seed_members(members: int = MEMBERS) -> None:
    """Stores 9001–9004 with `members` members, evenly spread, cards from B0000001 on, bought within 1,023 days."""
    with step(f"{members:,} members"):
        run(
            "INSERT INTO vipcrm_store (code, name, time_zone, sales_org, business_area, opens, closes, closed_weekdays,"
            " is_head_office) SELECT '900' || n, 'Store 900' || n, 'Asia/Shanghai', 'F011', '1002', '10:00', '21:00',"
            " '{}', false FROM generate_series(1, %s) AS n",
            [STORES],
        )
        _names("seed_surname", list(SURNAMES))
        given = [*GIVEN, *(first + second for first in GIVEN for second in GIVEN)]
        _names("seed_given", given)
        run("ALTER TABLE members_member DISABLE TRIGGER give_standing")
        with without_indexes():
            run(PEOPLE, {"members": members, "surnames": len(SURNAMES), "givens": len(given)})
            run(STANDINGS, {})
        run("ALTER TABLE members_member ENABLE TRIGGER give_standing")
    with step("analysed"):
        run("VACUUM ANALYZE members_member")
        run("VACUUM ANALYZE members_standing")
