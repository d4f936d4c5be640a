"""The table of steps that leaves through the admin (django-import-export)."""

from import_export.fields import Field

from followups.models import Step
from vipcrm.admin_parts import SafeResource


class StepResource(SafeResource):
    """Without phones; what she said stays in her file."""

    card_no = Field("member__card_no")
    store = Field("store__code")
    receipt = Field("receipt__number")
    step = Field("plan_step__code")
    owner = Field("owner__username")

    class Meta:
        model = Step
        fields = (
            "card_no", "store", "receipt", "step", "owner", "first_due_on", "due_on", "state", "result", "satisfaction",
            "closed_at",
        )  # fmt: skip
