"""`monthly_report`: names, options, exit codes and keys that other programs rely on."""

import io
import json
import re
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from tests.factories import MemberFactory, RegionFactory, StaffFactory, StoreFactory, sale

KEYS = {
    "base": ["start", "joined", "left", "end", "by_tier"],
    "growth": ["joined", "by_source", "by_staff", "capture_rate"],
    "new_vs_existing": ["new", "existing"],
    "frequency": ["month", "trailing_12", "buyers_by_purchases", "repeat_rate"],
    "basket": ["units_mean", "units_median", "purchases_by_units", "atv_mean", "atv_median"],
    "contribution": ["member_share", "by_tier", "top20_share", "member_spend", "all_spend"],
    "dead_cards": ["eligible", "dead", "rate", "by_tier", "never_returned"],
}
TIERS = ["none", "regular", "senior", "vip", "supreme"]


@pytest.fixture
def store(db):
    store = StoreFactory(code="4002", name="徐汇店", region=RegionFactory(name="华东"))
    clerk = StaffFactory(username="lin", name="林悦", store=store)
    member = MemberFactory(home_store=store, enrolled_by=clerk, enrolled_on_given="2026-03-05", source="event")
    member.refresh_from_db()
    sale(member, "2600.00", at=datetime(2026, 3, 5, 4, 0, tzinfo=UTC), units=2)
    sale(member, "400.00", at=datetime(2026, 3, 9, 4, 0, tzinfo=UTC))
    sale(None, "1000.00", store=store, at=datetime(2026, 3, 9, 5, 0, tzinfo=UTC))
    return store


def printed(*args, **options):
    out = io.StringIO()
    call_command("monthly_report", *args, stdout=out, **options)
    return out.getvalue()


def test_json_has_exactly_the_keys_of_the_definitions(store):
    found = json.loads(printed("2026-03", "--store", "4002"))
    assert list(found) == ["month", "scope", "computed_at", "definitions", "revision", *KEYS]
    assert {key: sorted(found[key]) for key in KEYS} == {key: sorted(fields) for key, fields in KEYS.items()}
    assert (found["month"], found["scope"], found["revision"]) == ("2026-03", {"kind": "store", "code": "4002"}, 1)
    assert datetime.fromisoformat(found["computed_at"]).tzinfo is not None
    assert sorted(found["base"]["by_tier"]) == sorted(found["dead_cards"]["by_tier"]) == sorted(TIERS)


def test_the_figures_by_hand(store):
    found = json.loads(printed("2026-03", "--store", "4002"))
    assert found["base"] == {
        "start": 0, "joined": 1, "left": 0, "end": 1,
        "by_tier": {"none": 0, "regular": 0, "senior": 0, "vip": 1, "supreme": 0},
    }  # fmt: skip
    assert found["growth"] == {"joined": 1, "by_source": {"event": 1}, "by_staff": {"lin": 1}, "capture_rate": 0.5}
    assert found["new_vs_existing"]["new"] == {
        "buyers": 1, "purchases": 2, "units": 3, "spend": 3000, "atv": 1500, "upt": 1.5, "unit_price": 1000,
    }  # fmt: skip
    assert found["new_vs_existing"]["existing"]["atv"] is None
    assert found["frequency"]["month"] == 2
    assert found["frequency"]["repeat_rate"] == 0
    assert found["basket"]["units_median"] == 1.5
    assert found["contribution"] == {
        "member_share": 0.75,
        "by_tier": {"none": 0.65, "regular": 0, "senior": 0, "vip": 0.1, "supreme": 0},
        "top20_share": 1, "member_spend": 3000, "all_spend": 4000,
    }  # fmt: skip


def test_region_and_all_are_named_in_the_scope(store):
    assert json.loads(printed("2026-03", "--region", "华东"))["scope"] == {"kind": "region", "code": "华东"}
    assert json.loads(printed("2026-03"))["scope"] == {"kind": "all", "code": None}


def test_printed_again_it_is_the_same_revision_to_the_letter(store):
    assert printed("2026-03") == printed("2026-03")


def test_a_language_that_there_is_not_is_refused(store):
    with pytest.raises(CommandError, match="fr"):
        printed("2026-03", "--format", "html", "--language", "fr")


@pytest.mark.parametrize(
    "args",
    [["2026-13"], ["soon"], ["9998-01"], ["2026-03", "--store", "none"], ["2026-03", "--region", "火星"]],
)
def test_what_cannot_be_computed_ends_with_2_and_a_message(store, args):
    with pytest.raises(CommandError) as raised:
        printed(*args)
    assert raised.value.returncode == 2
    assert str(raised.value)


def test_html_is_one_file_that_needs_nothing_beside_it(store, tmp_path):
    file = tmp_path / "report.html"
    printed("2026-03", "--format", "html", "--output", str(file))
    html = file.read_text()
    assert "2026年3月 VIP 月报" in html
    assert "3,000" in html
    assert "<svg" in html
    assert not re.search(r"<link|<script|src=|@import|(href=\"|url\([\"']?)(/|https?:)", html)


def test_pdf_has_chinese_text_pages_bookmarks_and_its_own_fonts(store, tmp_path):
    file = tmp_path / "report.pdf"
    printed("2026-03", "--store", "4002", "--format", "pdf", "--output", str(file))
    pdf = PdfReader(file)
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert 4 <= len(pdf.pages) <= 12
    for words in ("徐汇店", "VIP 月报", "会员贡献率", "目录", "死卡率", "内部资料，请勿外传", f"3 / {len(pdf.pages)}"):
        assert words in text, words
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "贡献率" in [entry.title for entry in pdf.outline if not isinstance(entry, list)] or pdf.outline
    assert fonts_without_file(pdf) == set()
    assert file.stat().st_size < 2_000_000


def fonts_without_file(pdf):
    missing = set()
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for descendant in font.get_object().get("/DescendantFonts", [font]):
                descriptor = descendant.get_object().get("/FontDescriptor", {})
                if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                    missing.add(font.get_object()["/BaseFont"])
    return missing


def test_pdf_in_english(store, tmp_path):
    file = tmp_path / "report.pdf"
    printed("2026-03", "--format", "pdf", "--output", str(file), "--language", "en")
    text = "\n".join(page.extract_text() for page in PdfReader(file).pages)
    assert "Contents" in text
    assert "Dead cards" in text


def test_a_file_that_cannot_be_written_is_said(store, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        printed("2026-03", "--output", str(tmp_path / "nowhere" / "x.json"))
