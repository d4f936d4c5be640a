from collections import defaultdict

import pytest
from babel.messages.catalog import Catalog

from vipcrm import catalogues

AREAS = ["vipcrm", "members", "followups", "service_tickets", "reports"]


@pytest.mark.parametrize("area", AREAS)
def test_every_string_is_translated(area):
    assert catalogues.faults(area) == []


@pytest.mark.parametrize("area", AREAS)
def test_the_catalogue_is_as_extraction_writes_it(area):
    if not any(message.id for message in catalogues.template_catalogue(area)):
        pytest.skip("this area says nothing yet")
    assert catalogues.po_path(area).read_text() == catalogues.po_text(catalogues.merged_catalogue(area)), (
        "run `make messages`"
    )


def test_no_two_areas_translate_the_same_words_differently():
    """The first area's translation wins everywhere: words that differ need a context."""
    spoken = defaultdict(dict)
    for area in AREAS:
        for message in catalogues.stored_catalogue(area):
            if message.id and message.string:
                spoken[message.context, message.id][str(message.string)] = area
    assert {key: found for key, found in spoken.items() if len(found) > 1} == {}


def test_extraction_finds_python_and_templates():
    found = {message.id for message in catalogues.template_catalogue("vipcrm")}
    assert {"Store manager", "Sign out", "Nothing here"} <= found
    contexts = {message.context for message in catalogues.template_catalogue("vipcrm")}
    assert "navigation" in contexts


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ("Saved", "", "not translated"),
        ("%(count)s left", "还有 %(n)s 个", "placeholders differ"),
        (("%(n)s day", "%(n)s days"), ("%(n)s 天",), None),
    ],
)
def test_faults_are_seen(monkeypatch, english, chinese, fault):
    catalogue = Catalog(locale="zh_Hans")
    catalogue.add(english, chinese)
    monkeypatch.setattr(catalogues, "merged_catalogue", lambda area: catalogue)
    found = catalogues.faults("vipcrm")
    assert (fault is None and found == []) or (len(found) == 1 and found[0].startswith(fault))
