from datetime import date

import pytest

from members.rules.birthdays import Birthday, BirthdayError, format_birthday, parse_birthday, written

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1988-05-20", Birthday("solar", 1988, 5, 20)),
        ("1988/5/20", Birthday("solar", 1988, 5, 20)),
        ("1988年5月20日", Birthday("solar", 1988, 5, 20)),
        ("05-20", Birthday("solar", None, 5, 20)),
        ("5/20", Birthday("solar", None, 5, 20)),
        (" 05-20 ", Birthday("solar", None, 5, 20)),
        ("02-29", Birthday("solar", None, 2, 29)),
        ("2024-02-29", Birthday("solar", 2024, 2, 29)),
        ("2026-11-21", Birthday("solar", 2026, 11, 21)),
        ("农历1988-05-20", Birthday("lunar", 1988, 5, 20)),
        ("农历 05-30", Birthday("lunar", None, 5, 30)),
        ("农历：02-30", Birthday("lunar", None, 2, 30)),
        ("lunar:1988-05-20", Birthday("lunar", 1988, 5, 20)),
        ("Lunar: 05-20", Birthday("lunar", None, 5, 20)),
    ],
)
def test_birthdays_are_read_and_written_back(text, birthday):
    assert parse_birthday(text, today=TODAY) == birthday
    assert parse_birthday(written(birthday), today=TODAY) == birthday


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "form"),
        ("May 20", "form"),
        ("88-05-20", "form"),
        ("1988-05", "form"),
        ("1988-05-20 10:00", "form"),
        ("农历", "form"),
        ("02-30", "no_such_day"),
        ("2023-02-29", "no_such_day"),
        ("13-01", "no_such_day"),
        ("农历13-01", "no_such_day"),
        ("农历05-31", "no_such_day"),
        ("农历00-10", "no_such_day"),
        ("1899-12-31", "year"),
        ("0000-05-20", "year"),
        ("2026-11-22", "year"),
        ("2100-01-01", "year"),
        ("农历2027-01-01", "year"),
    ],
)
def test_what_is_no_birthday_is_refused_with_the_reason(text, fault):
    with pytest.raises(BirthdayError) as refused:
        parse_birthday(text, today=TODAY)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("birthday", "chinese", "english"),
    [
        (Birthday("solar", 1988, 5, 20), "1988年5月20日", "20 May 1988"),
        (Birthday("solar", None, 12, 1), "12月1日", "1 December"),
        (Birthday("lunar", 1988, 5, 20), "农历1988年五月二十", "lunar month 5, day 20, 1988"),
        (Birthday("lunar", None, 1, 1), "农历正月初一", "lunar month 1, day 1"),
        (Birthday("lunar", None, 12, 23), "农历腊月廿三", "lunar month 12, day 23"),
        (Birthday("lunar", None, 10, 10), "农历十月初十", "lunar month 10, day 10"),
        (Birthday("lunar", None, 11, 15), "农历冬月十五", "lunar month 11, day 15"),
        (Birthday("lunar", None, 8, 30), "农历八月三十", "lunar month 8, day 30"),
    ],
)
def test_birthdays_are_shown_in_both_languages(birthday, chinese, english):
    assert format_birthday(birthday, chinese=True) == chinese
    assert format_birthday(birthday, chinese=False) == english
