from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Tier


class ManualTierForm(forms.Form):
    """A tier by hand: which, why, until when."""

    tier = forms.ChoiceField(label=_("Tier"))
    reason = forms.CharField(label=_("Why"), max_length=200)
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("Empty: until the next review. Purchases may lift above it at any time."),
    )

    def __init__(self, *args: Any, tiers: list[Tier], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = [(tier.code, tier.name) for tier in tiers]
