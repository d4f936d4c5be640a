from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from followups.enums import Result
from followups.models import Step
from members.enums import ConsentState
from vipcrm.models import Staff

POINTS = [(1, _("poor")), (2, ""), (3, _("fair")), (4, ""), (5, _("very good"))]


class ResultForm(forms.Form):
    """What came of a contact, and what she said."""

    result = forms.ChoiceField(
        choices=Result, error_messages={"required": _("Tap what came of it: reached, no answer, declined or other.")}
    )
    satisfaction = forms.TypedChoiceField(choices=POINTS, coerce=int, empty_value=None, required=False)
    note = forms.CharField(label=_("What she said"), max_length=2000, required=False)
    complaint = forms.CharField(label=_("What she complains about"), max_length=4000, required=False)
    consent = forms.ChoiceField(
        label=_("May we call her again?"),
        choices=[
            (ConsentState.GIVEN, pgettext_lazy("consent", "Yes")),
            (ConsentState.REFUSED, pgettext_lazy("consent", "No, she refuses")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    also = forms.ModelMultipleChoiceField(
        queryset=Step.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, also: list[Step], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["also"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Step.objects.filter(pk__in=[step.pk for step in also])

    def clean(self) -> dict[str, Any]:
        """Satisfaction and consent are the words of somebody who was reached."""
        data = super().clean() or {}
        if data.get("result") in {Result.NO_ANSWER, Result.WRONG_NUMBER}:
            data.update(satisfaction=None, consent="")
        return data


class PutOffForm(forms.Form):
    """Another day for a step, and why."""

    to_day = forms.DateField(label=_("New day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("For example: she is travelling"))

    def __init__(self, *args: Any, tomorrow: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tomorrow = tomorrow
        self.fields["to_day"].widget.attrs["min"] = tomorrow.isoformat()

    def clean_to_day(self) -> Any:
        day = self.cleaned_data["to_day"]
        if day < self.tomorrow:
            raise forms.ValidationError(_("Choose a day from tomorrow on."))
        if (day - self.tomorrow).days > 365:
            raise forms.ValidationError(_("Choose a day within a year."))
        return day


class ReassignForm(forms.Form):
    """To whom a step goes."""

    to = forms.ModelChoiceField(
        label=_("New owner"),
        queryset=Staff.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose who takes it over.")},
    )

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues
