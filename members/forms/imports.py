from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.enums import ImportKind

MAX_MEGABYTES = 200


class ImportForm(forms.Form):
    """A file, what it holds, and how to treat it."""

    kind = forms.ChoiceField(label=_("What the file holds"), choices=ImportKind.choices, initial=ImportKind.PURCHASES)
    file = forms.FileField(
        label=_("File"), help_text=_("CSV, CSV.GZ or XLSX; the first row names the columns, in Chinese or English.")
    )
    dry_run = forms.BooleanField(label=_("Only try: check everything, keep nothing"), required=False)
    all_or_nothing = forms.BooleanField(label=_("Keep nothing if any row is in error"), required=False)
    enrol_unknown = forms.BooleanField(
        label=_("Open a card for each unknown phone"), required=False, help_text=_("Purchases only.")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_MEGABYTES * 1_000_000:
            raise forms.ValidationError(_("The file is larger than %(limit)s MB: split it.") % {"limit": MAX_MEGABYTES})
        return file
