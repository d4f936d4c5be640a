"""Birthdays as they are written down: solar or lunar, the year may be unknown (handbook 2, import formats)."""

import re
import unicodedata
from datetime import date
from typing import Literal, NamedTuple

BirthCalendar = Literal["solar", "lunar"]
BirthdayFault = Literal["form", "no_such_day", "year"]

FIRST_YEAR = 1900
_LEAP_YEAR = 2000
_LUNAR = re.compile(r"(?:农历|阴历|lunar\s*:?)\s*:?\s*", re.IGNORECASE)
_NUMBERS = re.compile(r"(?:([0-9]{4})[-/.年])?([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DIGITS = "零一二三四五六七八九"
_ENGLISH_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_MESSAGES: dict[BirthdayFault, str] = {
    "form": "write a birthday as 1988-05-20 or 05-20, a lunar one as 农历1988-05-20",
    "no_such_day": "there is no such day",
    "year": "the year of birth cannot be right",
}


class BirthdayError(ValueError):
    """Not a birthday; `fault` says why, in one word that a door translates."""

    def __init__(self, fault: BirthdayFault) -> None:
        super().__init__(_MESSAGES[fault])
        self.fault: BirthdayFault = fault


class Birthday(NamedTuple):
    """`year` None = unknown. A lunar month or day counts in the lunar calendar."""

    calendar: BirthCalendar
    year: int | None
    month: int
    day: int


def parse_birthday(text: str, *, today: date) -> Birthday:
    """`1988-05-20`, `1988/5/20`, `05-20`; `农历` or `lunar:` before it for a lunar one.

    A lunar day may be 1–30, whatever the length of that year's month. Raises BirthdayError (a ValueError), also for a
    year before 1900 or a day after `today`.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    lunar = _LUNAR.match(typed)
    found = _NUMBERS.fullmatch(typed[lunar.end() :] if lunar else typed)
    if not found:
        raise BirthdayError("form")
    year = int(found[1]) if found[1] else None
    birthday = Birthday("lunar" if lunar else "solar", year, int(found[2]), int(found[3]))
    check_birthday(birthday, today=today)
    return birthday


def written(birthday: Birthday) -> str:
    """The form that an import reads back: `1988-05-20`, `农历05-20`."""
    year = "" if birthday.year is None else f"{birthday.year}-"
    return f"{'农历' if birthday.calendar == 'lunar' else ''}{year}{birthday.month:02d}-{birthday.day:02d}"


def format_birthday(birthday: Birthday, *, chinese: bool) -> str:
    """For a page: `1988年5月20日`, `农历1988年五月二十`; `20 May 1988`, `lunar month 5, day 20, 1988`."""
    return _in_chinese(birthday) if chinese else _in_english(birthday)


def check_birthday(birthday: Birthday, *, today: date) -> None:
    """Raises BirthdayError for a day that does not exist, or one before 1900 or after `today`."""
    _, year, month, day = birthday
    if birthday.calendar == "lunar":
        if not (1 <= month <= 12 and 1 <= day <= 30):
            raise BirthdayError("no_such_day")
    else:
        try:
            solar = date(year or _LEAP_YEAR, month, day)
        except ValueError as error:
            raise BirthdayError("no_such_day") from error
        if year and solar > today:
            raise BirthdayError("year")
    if year is not None and not FIRST_YEAR <= year <= today.year:
        raise BirthdayError("year")


def _in_chinese(birthday: Birthday) -> str:
    year = "" if birthday.year is None else f"{birthday.year}年"
    if birthday.calendar == "solar":
        return f"{year}{birthday.month}月{birthday.day}日"
    return f"农历{year}{_lunar_month(birthday.month)}月{_lunar_day(birthday.day)}"


def _lunar_month(month: int) -> str:
    """`正`, `二` … `十`, `冬`, `腊`: the months as they are called."""
    return "正二三四五六七八九十冬腊"[month - 1]


def _lunar_day(day: int) -> str:
    """`初一` … `初十`, `十一` … `二十`, `廿一` … `三十`."""
    if day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return "初十廿"[day // 10] + _DIGITS[day % 10]


def _in_english(birthday: Birthday) -> str:
    if birthday.calendar == "lunar":
        year = "" if birthday.year is None else f", {birthday.year}"
        return f"lunar month {birthday.month}, day {birthday.day}{year}"
    year = "" if birthday.year is None else f" {birthday.year}"
    return f"{birthday.day} {_ENGLISH_MONTHS[birthday.month - 1]}{year}"
