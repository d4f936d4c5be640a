"""Forms of the accounts, and how any form field is dressed for `{% field %}`."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

CHECKS = (forms.CheckboxInput,)
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)
INPUT_MODES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.DecimalField, "decimal"),
    (forms.FloatField, "decimal"),
    (forms.IntegerField, "numeric"),
)


def shape_of(bound: forms.BoundField) -> str:
    """How a field is laid out: `check`, `choices`, `password`, `select` or `text`."""
    widget = bound.field.widget
    if isinstance(widget, CHECKS):
        return "check"
    if isinstance(widget, CHOICES):
        return "choices"
    if isinstance(widget, forms.PasswordInput):
        return "password"
    return "select" if isinstance(widget, forms.Select) else "text"


def input_attrs(bound: forms.BoundField, shape: str) -> dict[str, Any]:
    """Class, inputmode and `aria-invalid` of a field's input; the widget's own attributes win."""
    css = {"check": "form-check-input", "choices": "", "select": "form-select"}.get(shape, "form-control")
    own = bound.field.widget.attrs
    classes = [css, own.get("class", ""), "is-invalid" if bound.errors else ""]
    attrs = {"class": " ".join(filter(None, classes))}
    mode = _input_mode(bound)
    if mode and "inputmode" not in own:
        attrs["inputmode"] = mode
    return attrs


def _input_mode(bound: forms.BoundField) -> str:
    kind = getattr(bound.field.widget, "input_type", "")
    if kind not in {"text", "number"}:
        return ""
    if bound.name.endswith("phone"):
        return "tel"
    return next((mode for kind, mode in INPUT_MODES if isinstance(bound.field, kind)), "")


class LoginForm(AuthenticationForm):
    """User name and password, and whether this device stays signed in."""

    remember = forms.BooleanField(label=_("Only I use this phone: stay signed in for 7 days"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("Staff number or name in pinyin")
        self.fields["username"].widget.attrs.update(autocapitalize="none", spellcheck="false")
        # Django only tells the browser how long a name may be; a longer one must not reach the record of failures.
        self.fields["username"].validators.append(MaxLengthValidator(self.fields["username"].max_length))


class NewPasswordForm(PasswordChangeForm):
    """The old password, and the new one twice; the rules are said before anything is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _(
            "8 characters or more, not only digits, nothing that others guess: not your name, not 12345678."
        )
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password2"].help_text = ""
