import pytest

from members.rules.phones import PhoneError, mask_phone, normalise_phone, try_normalise


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800001234", "+8613800001234"),
        ("138 0000 1234", "+8613800001234"),
        ("138-0000-1234", "+8613800001234"),
        ("+86 138 0000 1234", "+8613800001234"),
        ("0086 13800001234", "+8613800001234"),
        ("8613800001234", "+8613800001234"),
        ("(+86)13800001234", "+8613800001234"),
        ("13800001234 ", "+8613800001234"),
        ("+852 9123 4567", "+85291234567"),
        ("+1 (650) 253-0000", "+16502530000"),
        ("021-62345678", "+862162345678"),
        ("16412345678", "+8616412345678"),  # a block of numbers younger than most tables
    ],
)
def test_whatever_was_typed_is_stored_in_one_form(typed, stored):
    assert normalise_phone(typed) == stored
    assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", "empty"),
        ("  -- ", "empty"),
        ("abc", "not_digits"),
        ("1-800-FLOWERS", "not_digits"),
        ("电话13800001234", "not_digits"),
        ("13800001234 ext 5", "not_digits"),
        ("13800001234;ext=5", "not_digits"),
        ("1234", "too_short"),
        ("62345678", "unknown"),
        ("138000012345", "unknown"),
        ("12000001111", "too_short"),
        ("138000012345678901", "too_long"),
        ("+999 12345678", "unknown"),
        ("=1+1", "not_digits"),
        ("1" * 10_000, "too_long"),
        ("\x0013800001234", "not_digits"),
        ("=13800001234", "not_digits"),
        ("+", "not_digits"),
        ("1380000123\u0664", "not_digits"),
    ],
)
def test_what_is_no_phone_number_is_refused_with_the_reason(typed, fault):
    with pytest.raises(PhoneError) as refused:
        normalise_phone(typed)
    assert refused.value.fault == fault
    assert isinstance(refused.value, ValueError)
    assert try_normalise(typed) == ""


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613800001234", "138****1234"),
        ("+85291234567", "+852 ****4567"),
        ("+16502530000", "+1 ****0000"),
        ("+376312345", "+376 ****45"),
        ("+862162345678", "+86 ****5678"),
        ("", ""),
        ("what is this", "****"),
    ],
)
def test_a_list_shows_no_number_in_full(phone, masked):
    assert mask_phone(phone) == masked
