"""What is printed: sheet and work plan, with the paid state; printing is recorded."""

import io

import pytest
from pypdf import PdfReader

from service_tickets import services
from service_tickets.models import PartnerFunction
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import url
from vipcrm.enums import AuditAction
from vipcrm.models import AuditEvent


@pytest.mark.parametrize("name", ["work_plan_pdf", "sheet_pdf"])
def test_pdfs_are_pdfs_and_recorded(browse, clerk, made, name):
    answer = browse(clerk).get(url(name, *([made.pk] if name == "sheet_pdf" else [])))
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action=AuditAction.PDF_PRINTED, by=clerk).count() == 1


def words_of(answer):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_paper_says_whether_it_is_paid_what_was_said_and_done_and_who_plays_a_part(browse, clerk, made):
    partner = services.PartnerInput(PartnerFunction.objects.get(code="MK"), name="云织")
    services.add_partner(made, partner=partner, by=clerk, at=NOW)
    services.add_activity(made, text="看过实物", done_at=NOW, by=clerk, at=NOW)
    client = browse(clerk)
    sheet, plan = words_of(client.get(url("sheet_pdf", made.pk))), words_of(client.get(url("work_plan_pdf")))
    for text in (made.number, "已完款", "约 4 厘米", "云织", "看过实物"):
        assert text in sheet, text
    for text in (made.number, "已完款", "陈国华"):
        assert text in plan, text
