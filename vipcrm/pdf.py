"""PDF out of a template: Chinese type embedded, nothing fetched from anywhere but this machine."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as fonts
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

# `font:sans` and `font:serif` in a style sheet of a PDF.
FONT_FILES = {"sans": fonts.sans_path, "serif": fonts.serif_path}
STYLE = "css/pdf.css"


def render_pdf(template: str, context: Mapping[str, Any], request_lang: str, *, styles: tuple[str, ...] = ()) -> bytes:
    """The PDF of `template` in the language `request_lang` (`zh-hans`, `en`).

    Every PDF gets the page style `static/css/pdf.css` (A4, running head and foot, tables); `styles` names further files
    under `static/`. A template may use `data:` and `static:path/under/static` addresses and nothing else: other
    addresses are left out, so that no render reaches the network. Slow for dense tables (0.3 s a page): long lists
    belong in the XLSX.
    """
    with translation.override(request_lang):
        html = render_to_string(template, {**context, "pdf_lang": _html_lang(request_lang)})
    font_config = FontConfiguration()
    with _without_gc():
        sheets = [
            CSS(string=_static_text(path), url_fetcher=_LocalFetcher(), font_config=font_config, base_url="static:")
            for path in (STYLE, *styles)
        ]
        document = HTML(string=html, base_url="static:", url_fetcher=_LocalFetcher())
        return bytes(document.write_pdf(stylesheets=sheets, font_config=font_config, pdf_tags=True))


def _html_lang(language: str) -> str:
    return "zh-Hans" if language.lower().startswith("zh") else language


def _static_path(path: str) -> Path:
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(f"static/{path}")
    return Path(found)


def _static_text(path: str) -> str:
    return _static_path(path).read_text(encoding="utf-8")


class _LocalFetcher(URLFetcher):
    """Opens fonts of the wheel, our static files and data addresses; refuses everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data"])

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        if scheme == "font":
            return URLFetcherResponse(url, FONT_FILES[rest]().read_bytes(), {"Content-Type": "font/otf"})
        if scheme == "static":
            return URLFetcherResponse(url, _static_path(rest.lstrip("/")).read_bytes())
        return super().fetch(url, headers)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Layout makes millions of small objects that all live to the end: collecting meanwhile costs 40 %."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
