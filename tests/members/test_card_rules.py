import pytest

from members.rules.cards import check_digit, has_right_check_digit, make_card_number


@pytest.mark.parametrize(
    ("body", "digit"),
    [("7992739871", "3"), ("453201511283036", "6"), ("0", "0"), ("1", "8"), ("18", "2"), ("20", "8"), ("K", "8")],
)
def test_check_digit_is_the_luhn_digit(body, digit):
    assert check_digit(body) == digit


@pytest.mark.parametrize(
    ("store", "running", "card"),
    [("4002", 1, "400200000018"), ("4002", 2, "400200000026"), ("4002", 9_999_999, "400299999997")],
)
def test_a_card_number_is_store_code_running_number_and_check_digit(store, running, card):
    assert make_card_number(store, running) == card
    assert has_right_check_digit(card)


@pytest.mark.parametrize("running", [0, -1, 10_000_000])
def test_a_running_number_that_does_not_fit_is_refused(running):
    with pytest.raises(ValueError, match="running number"):
        make_card_number("4002", running)


def test_no_two_stores_and_numbers_share_a_card_number():
    cards = {make_card_number(store, running) for store in ("400", "4002", "40020", "SH1") for running in range(1, 400)}
    assert len(cards) == 4 * 399


def test_one_wrong_digit_is_noticed():
    card = make_card_number("4002", 1234)
    wrong = {card[:at] + digit + card[at + 1 :] for at in range(len(card)) for digit in "0123456789"} - {card}
    assert len(wrong) == 9 * len(card)
    assert not any(has_right_check_digit(other) for other in wrong)
