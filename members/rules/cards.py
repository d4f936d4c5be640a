"""Card numbers given by the system: store code + running number + check digit (handbook 2)."""

RUNNING_DIGITS = 7


def make_card_number(store_code: str, running: int) -> str:
    """`4002`, 17 → `40020000017` and its check digit; running numbers count from 1 within a store.

    Raises ValueError for a running number that does not fit (from ten million on).
    """
    if not 1 <= running < 10**RUNNING_DIGITS:
        raise ValueError(f"a running number lies between 1 and {10**RUNNING_DIGITS - 1}, not at {running}")
    body = f"{store_code}{running:0{RUNNING_DIGITS}d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The Luhn digit: it tells one wrong digit and nearly every swap of neighbours. Letters count as 10 to 35."""
    digits = "".join([str(int(sign, 36)) for sign in body if sign.isascii() and sign.isalnum()])
    total = sum(_doubled(int(digit)) if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_right_check_digit(card_no: str) -> bool:
    """Whether the last digit is the one the others ask for. Cards brought from elsewhere need not have it."""
    return len(card_no) > 1 and check_digit(card_no[:-1]) == card_no[-1]


def _doubled(digit: int) -> int:
    return digit * 2 - 9 if digit > 4 else digit * 2
