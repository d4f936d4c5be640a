"""Who works and who buys in the demo: made from a seed, the same on every machine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from members.rules.cards import make_card_number
from vipcrm.demo.words import GIVEN, SURNAMES
from vipcrm.enums import Role
from vipcrm.models import Region, Staff, Store

# Only demo data has logins with a known password.
PASSWORD = "vipcrm-demo"  # noqa: S105

STORES = (
    ("4000", "总部", None, True),
    ("4001", "静安店", "华东", False),
    ("4002", "徐汇店", "华东", False),
    ("4003", "朝阳店", "华北", False),
    ("4004", "海淀店", "华北", False),
)
CLERKS = {
    "4001": ("林悦", "赵一帆", "何婷"),
    "4002": ("周敏", "孙晨", "马丽"),
    "4003": ("刘畅", "高洁", "吴迪"),
    "4004": ("郑爽", "冯雪", "田甜"),
}
MANAGERS = {"4001": "陈店长", "4002": "黄店长", "4003": "杨店长", "4004": "徐店长"}
AGENTS = {"4000": "投诉专员 罗", "4001": "服务 梁", "4002": "服务 宋", "4003": "服务 韩", "4004": "服务 唐"}


@dataclass(frozen=True)
class Shop:
    """A selling store with those who sell in it."""

    store: Store
    clerks: Sequence[Staff]
    manager: Staff


@dataclass(frozen=True)
class Person:
    """A member to be: everything that a row of Member needs."""

    card_no: str
    name: str
    pinyin: str
    initials: str
    phone: str
    gender: str
    lunar: bool
    born: date | None
    shop: Shop
    advisor: Staff | None
    enrolled_on: date
    source: str


def make_organisation() -> list[Shop]:
    """Two regions, four stores and head office, staff of each role; all share the demo password."""
    regions = {name: Region.objects.create(name=name) for name in ("华东", "华北")}
    stores = {
        code: Store.objects.create(code=code, name=name, region=regions.get(region or ""), is_head_office=office)
        for code, name, region, office in STORES
    }
    _login("admin", "管理员", Role.ADMIN)
    _login("east", "华东经理", Role.REGION_MANAGER, region=regions["华东"])
    _login("north", "华北经理", Role.REGION_MANAGER, region=regions["华北"])
    for code, name in AGENTS.items():
        _login(f"agent{code}", name, Role.SERVICE_AGENT, store=stores[code])
    return [
        Shop(
            stores[code],
            [_login(f"clerk{code}{n}", name, Role.CLERK, store=stores[code]) for n, name in enumerate(names, start=1)],
            _login(f"manager{code}", MANAGERS[code], Role.STORE_MANAGER, store=stores[code]),
        )
        for code, names in CLERKS.items()
    ]


def _login(username: str, name: str, role: Role, store: Store | None = None, region: Region | None = None) -> Staff:
    person: Staff = Staff.objects.create_user(
        username=username, password=PASSWORD, name=name, role=role, store=store, region=region
    )
    return person


def logins() -> list[str]:
    """Lines for the terminal: who may log in with which password, one of each role."""
    people = [
        ("clerk40011", f"店员 clerk, {STORES[1][1]}"),
        ("manager4001", f"店长 store manager, {STORES[1][1]}"),
        ("east", "区域经理 region manager, 华东"),
        ("agent4001", f"服务专员 service agent, {STORES[1][1]}"),
        ("admin", "管理员 administrator"),
    ]
    lines = [f"  {username:<12} {what}" for username, what in people]
    return [f"Logins, all with the password {PASSWORD}:", *lines]


def make_people(shops: Sequence[Shop], count: int, *, months: int, today: date, random: Random) -> Iterator[Person]:
    """`count` members, enrolled over the months; phones and cards are all different."""
    span = months * 30
    for n in range(count):
        shop = shops[min(int(random.random() * len(shops) * 1.15), len(shops) - 1)]
        born = date(1958, 1, 1) + timedelta(days=int(random.random() * 365 * 45)) if random.random() < 0.85 else None
        yield Person(
            make_card_number(shop.store.code, n + 1),
            *_name(random),
            f"+86{random.choice(('138', '139', '136', '158', '186', '187', '199'))}{n * 7919 % 10**8:08d}",
            "female" if random.random() < 0.88 else "male",
            random.random() < 0.12,
            born,
            shop,
            random.choice(shop.clerks) if random.random() < 0.96 else None,
            today - timedelta(days=enrolled_days_ago(span, random)),
            random.choices(("walk_in", "referral", "event", "online", ""), (55, 20, 10, 10, 5))[0],
        )


def enrolled_days_ago(span: int, random: Random) -> int:
    """When somebody enrolled: a third in the first weeks, when the card was new, the others evenly since."""
    if random.random() < 0.33:
        return span - int(min(70, span / 8) * random.random())
    return 1 + int(span * random.random())


def _name(random: Random) -> tuple[str, str, str]:
    """Name, pinyin and initials."""
    places = [random.randrange(len(SURNAMES) // 2)]
    words = [(SURNAMES[places[0] * 2], SURNAMES[places[0] * 2 + 1])]
    for _ in range(2 if random.random() < 0.8 else 1):
        place = random.randrange(len(GIVEN) // 2)
        words.append((GIVEN[place * 2], GIVEN[place * 2 + 1]))
    return (
        "".join(han for han, _sound in words),
        "".join(sound for _han, sound in words),
        "".join(sound[0] for _han, sound in words),
    )
