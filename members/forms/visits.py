"""The note after a visit."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class VisitNoteForm(forms.Form):
    """What she picked, what she asked for, her mood (handbook 2)."""

    text = forms.CharField(
        label=_("What happened"), max_length=4000, widget=forms.Textarea({"rows": 5}),
        help_text=_("What she picked, what she asked for, her mood."),
    )  # fmt: skip
    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied was she"), required=False, coerce=int, empty_value=None,
        choices=[(score, str(score)) for score in range(1, 6)], widget=forms.RadioSelect,
    )  # fmt: skip
    visited_on = forms.DateField(
        label=_("Visited on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("visited_on", today)

    def clean_visited_on(self) -> date:
        day = self.cleaned_data["visited_on"] or self.today
        if day > self.today:
            raise ValidationError(_("This day is still to come."))
        return day
