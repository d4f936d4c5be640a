"""Search in one field (handbook 2): what is found, in which order, and that an index answers."""

import pytest
from django.db import connection

from members.models import Member
from members.rules.pinyin import initials_of, pinyin_of
from members.rules.search import bigrams, digits_of, lookups, tidy
from tests.factories import MemberFactory, StoreFactory


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("1234", {"card_no": "1234"}),
        ("１２３４", {"card_no": "1234"}),
        ("王", {"name": "王"}),
        ("wxm", {"initials": "wxm"}),
        ("Wang Xiao-Mei", {"initials": "wangxiaomei"}),
    ],
)
def test_best_guess_first(typed, first):
    assert lookups(typed)[0] == first


def test_four_digits_are_a_phone_tail_too():
    assert {"phone_tail": "1234"} in lookups("1234")
    assert {"phone": "+8613800001234"} in lookups("138 0000 1234", "+8613800001234")
    assert {"phone_tail": "1234", "phone__endswith": "001234"} in lookups("001234")


def test_nothing_typed_finds_no_condition():
    assert lookups("  ") == []
    assert tidy("\x00王 ") == "王"
    assert digits_of("+86 (138) 0000") == "861380000"
    assert digits_of("٣") == ""
    assert bigrams("王晓梅") == ["晓梅", "王晓"]


@pytest.fixture
def people(db):
    store = StoreFactory()

    def make(name, phone, card):
        columns = {"pinyin": pinyin_of(name), "initials": initials_of(name)}
        return MemberFactory(home_store=store, name=name, phone=phone, card_no=card, **columns)

    return {
        "wxm": make("王晓梅", "+8613800001234", "4002001"),
        "wxm2": make("王晓梅子", "+8613800005678", "4002002"),
        "lxm": make("李晓梅", "+8613900001234", "1234999"),
        "anna": make("Anna Lee", "+447911123456", "VIP-7"),
        "single": make("王", "+8613700000000", "4002003"),
    }


def found(typed, phone=""):
    rows = Member.objects.with_standing().best_matches(typed, phone).order_by("match_rank", "pk")
    return [row.card_no for row in rows]


@pytest.mark.parametrize(
    ("typed", "cards"),
    [
        ("1234", ["4002001", "1234999"]),
        ("4002", ["4002001", "4002002", "4002003"]),
        ("4002002", ["4002002"]),
        ("001234", ["4002001", "1234999"]),
        ("王", ["4002003", "4002001", "4002002"]),
        ("晓梅", ["4002001", "4002002", "1234999"]),
        ("王晓梅", ["4002001", "4002002"]),
        ("王 晓梅", ["4002001", "4002002"]),
        ("wxm", ["4002001", "4002002"]),
        ("WangXiaoMei", ["4002001", "4002002"]),
        ("wang", ["4002003", "4002001", "4002002"]),
        ("anna", ["VIP-7"]),
        ("al", ["VIP-7"]),
        ("vip", ["VIP-7"]),
        ("梅晓", []),
        ("zzz", []),
        ("%", []),
        ("_", []),
    ],
)
def test_found_and_in_this_order(people, typed, cards):
    assert found(typed) == cards


def test_the_export_finds_the_same(people):
    for typed in ("1234", "晓梅", "wang", "al"):
        all_of_them = Member.objects.matching(typed).values_list("card_no", flat=True)
        assert sorted(all_of_them) == sorted(found(typed))


def test_an_index_answers_every_look_up(people):
    """With sequential scans forbidden, whatever has no index shows as a scan all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for typed in ("1234", "001234", "4002001", "王", "晓梅", "王晓梅", "wxm", "wangxiaomei"):
            for part in lookups(typed, "+8613800001234"):
                plan = Member.objects.filter(**part).values("pk").explain()
                assert "Seq Scan on members_member" not in plan, (typed, part, plan)


def test_nothing_typed_matches_nobody(people):
    assert found("  ") == []


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["%", "_", "\\"])
def test_signs_of_patterns_mean_themselves(sign):
    """`%` and `_` are no wildcards, a backslash hides nothing."""
    exact = MemberFactory(card_no=f"A{sign}1", name="甲", pinyin="jia", initials="j")
    MemberFactory(card_no="AX1", name="乙", pinyin="yi", initials="y")
    assert list(Member.objects.best_matches(f"A{sign}")) == [exact]
