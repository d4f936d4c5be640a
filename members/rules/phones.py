"""Phone numbers in one form, E.164, whatever was typed (handbook 2)."""

import re
import unicodedata
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

PhoneFault = Literal["empty", "not_digits", "too_short", "too_long", "unknown"]

HOME = "CN"
_SIGNS = re.compile(r"[\s()\-–—.·/]+")
_DIGITS = re.compile(r"\+?[0-9]+")
# Every mobile number of the home country, also of blocks handed out after the library's tables were made.
_HOME_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_MESSAGES: dict[PhoneFault, str] = {
    "empty": "no phone number",
    "not_digits": "a phone number has digits only",
    "too_short": "the phone number has too few digits",
    "too_long": "the phone number has too many digits",
    "unknown": "there is no such phone number",
}


class PhoneError(ValueError):
    """Not a phone number; `fault` says why, in one word that a door translates."""

    def __init__(self, fault: PhoneFault) -> None:
        super().__init__(_MESSAGES[fault])
        self.fault: PhoneFault = fault


def normalise_phone(text: str) -> str:
    """`138 0000 1234` → `+8613800001234`; numbers without a country code are of the home country.

    Full-width digits, spaces, brackets and hyphens are understood. Raises PhoneError (a ValueError).
    """
    typed = _SIGNS.sub("", unicodedata.normalize("NFKC", text))
    home = _HOME_MOBILE.fullmatch(typed)
    if home:
        return f"+86{home[1]}"
    if not typed:
        raise PhoneError("empty")
    if not _DIGITS.fullmatch(typed):
        raise PhoneError("not_digits")
    number = _parse(typed)
    _check(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def try_normalise(text: str) -> str:
    """`normalise_phone`, or "" for what is no phone number."""
    try:
        return normalise_phone(text)
    except PhoneError:
        return ""


def mask_phone(phone: str) -> str:
    """`+8613800001234` → `138****1234`; other numbers keep country code and at most the last four digits."""
    if not phone:
        return ""
    home = _HOME_MOBILE.fullmatch(phone)
    if home:
        return f"{home[1][:3]}****{home[1][-4:]}"
    try:
        number = phonenumbers.parse(phone, HOME)
    except NumberParseException:
        return "****"
    digits = str(number.national_number)
    shown = digits[-4:] if len(digits) >= 8 else digits[-2:]
    return f"+{number.country_code} ****{shown}"


def _parse(typed: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(typed, HOME)
    except NumberParseException as error:
        raise PhoneError(_PARSE_FAULTS.get(error.error_type, "unknown")) from error


_PARSE_FAULTS: dict[int, PhoneFault] = {
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}


def _check(number: PhoneNumber) -> None:
    if phonenumbers.is_valid_number(number):
        return
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.TOO_SHORT or possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise PhoneError("too_short")
    if possible == ValidationResult.TOO_LONG:
        raise PhoneError("too_long")
    raise PhoneError("unknown")
