"""What is said of a bad row: a code in the database, words here. `{value}` is the cell as it came."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    # a cell by itself
    "missing": _("Missing: this column is needed in every row."),
    "TEXT": _("“{value}” is too long: at most {limit} characters are taken."),
    "AMOUNT": _("“{value}” is not an amount: write it like 1234.50, 1,234.50 or ¥1234.5."),
    "WHOLE": _("“{value}” is not a whole number."),
    "DAY": _("“{value}” is not a date: write it like 2026-10-31 or 2026/10/31."),
    "MOMENT": _("“{value}” is not a time: write it like 2026-10-31 18:05."),
    "HOUR": _("“{value}” is not a time of day: write it like 10:00."),
    "WEEKDAYS": _("“{value}” are not weekdays: write them like 1,7 (Monday = 1)."),
    "CHOICE": _("“{value}” is not one of: {choices}."),
    # what it names
    "unknown_store": _("There is no store “{value}”: import the stores first or correct the code."),
    "unknown_staff": _("There is no staff member “{value}”: import the staff first or correct the username."),
    "unknown_card": _("There is no member with card “{value}”: import the members first or correct the number."),
    "unknown_region": _("There is no region “{value}”: import the stores first or correct the name."),
    "unknown_tier": _("There is no tier “{value}” in the programme."),
    "unknown_zone": _("“{value}” is not a time zone: write one like Asia/Shanghai."),
    "bad_phone": _("“{value}” is not a phone number: {why}."),
    "unknown_phone": _("No member has the phone “{value}”: correct it, or import with “enrol unknown phones”."),
    "shared_phone": _("Several members have the phone “{value}”: name the card number instead."),
    "phone_disagrees": _("The phone “{value}” is not that of the card in this row: correct one of them."),
    "bad_birthday": _("“{value}” is not a birthday: write 1988-05-20, 05-20, or 农历05-20."),
    "bad_consent": _("“{value}”: name phone, sms, wechat, email, or none."),
    "phone_or_wechat": _("A new member needs a phone number or a WeChat name."),
    "role_needs_store": _("This role belongs to a store: fill in the column."),
    "role_needs_region": _("A region manager belongs to a region: fill in the column."),
    "closes_first": _("The store would close before it opens: correct one of the times."),
    "in_future": _("“{value}” lies in the future."),
    "arrived_late": _("She would have arrived after she paid: correct one of the times."),
    "tier_since_missing": _("A tier brought in needs the day since when: fill in tier_since."),
    "not_negative": _("“{value}” is below zero."),
    # rows among themselves
    "twice": _("The same key stands above with other content: keep one of the two rows."),
    "time_differs": _("The rows of one receipt name different times: “{value}” differs from the first."),
    "card_differs": _("The rows of one receipt name different members: “{value}” differs from the first."),
    "staff_differs": _("The rows of one receipt name different clerks: “{value}” differs from the first."),
    # sales and returns
    "zero": _("The quantity is 0: write the units sold, or as a negative number the units returned."),
    "line_too_dear": _("Price times quantity is 100,000,000 or more: correct one of them."),
    "line_no_low": _("Line numbers start at 1."),
    "voided": _("This receipt was voided: a voided receipt is not changed."),
    "not_a_return": _("Only a return (negative quantity) names an original receipt."),
    "return_of_whom": _("A return without original receipt needs the member: fill in returns_receipt_no or card_no."),
    "nothing_to_return": _("Nothing left to return: no such line was sold (or all its units are back already)."),
    "return_too_much": _("More would be returned than was sold and not yet returned."),
    "return_too_dear": _("More money would be paid back than was paid: at most what was paid for the units."),
    "other_product": _("“{value}” is not what the named line sold: correct the product code or the line number."),
    "sold_later": _("The return lies before the sale that it undoes."),
    "already_returned": _("More units of this line were already returned than would remain."),
}

# The reasons of rules.phones.
WHY = {
    "empty": _("it has no digits"),
    "not_digits": _("it holds more than digits"),
    "too_short": _("it has too few digits"),
    "too_long": _("it has too many digits"),
    "unknown": _("there is none like it"),
}
