"""PDF helper: Chinese type embedded, language set, nothing fetched that is not ours."""

import re
import zlib

import pytest
from django.utils.translation import gettext

from vipcrm.pdf import _LocalFetcher, render_pdf


@pytest.fixture
def template(settings, tmp_path):
    """`template(html)`: the name of a template with this content."""

    def make(html):
        (tmp_path / "sheet.html").write_text(html, encoding="utf-8")
        engine = {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
        settings.TEMPLATES = [engine]
        return "sheet.html"

    return make


def objects_of(content):
    """The file with its packed objects opened."""
    found = [content]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_the_chinese_font_is_embedded(template):
    name = template('<html lang="{{ pdf_lang }}"><body><h1>静安店</h1><p>服务通知 {{ what }}</p></body></html>')
    content = render_pdf(name, {"what": "大衣"}, "zh-hans")
    assert content.startswith(b"%PDF")
    assert b"/FontFile" in objects_of(content)
    assert b"zh-Hans" in objects_of(content)


def test_the_language_of_the_request_holds(template):
    name = template("{% load i18n %}{% translate 'Yes' %}")
    with_english, before = render_pdf(name, {}, "en"), gettext("Yes")
    assert with_english.startswith(b"%PDF") and gettext("Yes") == before


@pytest.mark.parametrize(
    "address", ["http://example.org/x.png", "https://example.org/", "file:///etc/hostname", "ftp://x/y"]
)
def test_nothing_is_fetched_from_elsewhere(address):
    with pytest.raises(ValueError, match="disallowed"):
        _LocalFetcher().fetch(address)


@pytest.mark.parametrize("address", ["static:../../etc/hostname", "static:nothing/here.css", "font:comic"])
def test_only_our_own_files_are_read(address):
    with pytest.raises(Exception):  # noqa: B017  which one is the renderer's business: it leaves the file out
        _LocalFetcher().fetch(address)
