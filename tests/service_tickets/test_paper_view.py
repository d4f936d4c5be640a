"""What is printed: sheet and work plan, with the paid state; printing is recorded."""

import io

import pytest
from pypdf import PdfReader

from service_tickets import services
from service_tickets.models import PartnerFunction
from service_tickets.views import plan
from tests.service_tickets.conftest import NOW
from tests.service_tickets.helpers import body, header, url
from vipcrm.enums import AuditAction
from vipcrm.models import AuditEvent


@pytest.mark.parametrize("name", ["work_plan_pdf", "sheet_pdf"])
def test_pdfs_are_pdfs_and_recorded(browse, clerk, made, name):
    answer = browse(clerk).get(url(name, *([made.pk] if name == "sheet_pdf" else [])))
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action=AuditAction.PDF_PRINTED, by=clerk).count() == 1


def test_a_plan_that_is_cut_off_says_so(browse, clerk, member, made, monkeypatch):
    client, days = browse(clerk), {"since": "2026-11-21", "until": "2026-11-22"}
    services.create_notification(store=made.store, header=header(), member=member, by=clerk, at=NOW)
    for limit, cut in ((2, False), (1, True)):
        monkeypatch.setattr(plan, "MOST_PLANNED", limit)
        monkeypatch.setattr(plan, "MOST_EARLIER", limit)
        later, earlier = client.get(url("work_plan"), days), client.get(url("work_plan"), {"since": "2026-11-23"})
        for page in (body(later), body(earlier), words_of(client.get(url("work_plan_pdf"), days))):
            assert ("条，列表里有全部" in page) is cut
        assert later.context["days"][0][1] == earlier.context["earlier_count"] == limit


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
