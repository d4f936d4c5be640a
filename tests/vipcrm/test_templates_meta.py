import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
BY_NAME = {"404.html", "403.html", "403_csrf.html", "500.html"}  # Django asks for these by name
APPS = ["vipcrm", "members", "followups", "service_tickets", "reports"]
# WeasyPrint's documents are no pages: no policy holds for them.
DOCUMENTS = re.compile(r"pdf|_print")
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=[\"']|javascript:", re.IGNORECASE)


@pytest.fixture(scope="module")
def mentioned():
    """Everything that stands in quotes in the code and in the templates."""
    files = [*FOLDER.rglob("*.html"), *(path for app in APPS for path in (ROOT / app).rglob("*.py"))]
    text = "\n".join(path.read_text() for path in files)
    return set(re.findall(r"[\"']([\w/.-]+\.html)(?:#[\w-]+)?[\"']", text))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_used(name, mentioned):
    assert name in BY_NAME | mentioned


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    engines["django"].get_template(name)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not DOCUMENTS.search(name)])
def test_nothing_is_inline(name):
    assert INLINE.findall((FOLDER / name).read_text()) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_included_template_exists(name):
    source = (FOLDER / name).read_text()
    wanted = set(re.findall(r"{% (?:include|extends) [\"']([^\"'#]+)", source))
    assert {other for other in wanted if not (FOLDER / other).exists()} == set()


def test_both_themes_name_the_same_colours():
    def names(sheet):
        text = (ROOT / "static/css" / sheet).read_text()
        return set(re.findall(r"^  (--vc-[\w-]+): (?:#|url)", text, re.MULTILINE))

    cloth = {name for name in names("tokens.css") if name.startswith("--vc-cloth")}
    assert names("tokens.css") - cloth == names("dark.css")


def test_every_colour_that_is_used_is_defined():
    sheets = "\n".join(path.read_text() for path in (ROOT / "static/css").rglob("*.css"))
    used, defined = set(re.findall(r"var\((--vc-[\w-]+)", sheets)), set(re.findall(r"(--vc-[\w-]+):", sheets))
    assert used - defined == set()


def test_djlint_finds_nothing():
    command = [sys.executable, "-m", "djlint", str(FOLDER), "--lint", "--quiet"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert answer.returncode == 0, answer.stdout


def test_the_guard_sees_an_undefined_variable(strict_templates):
    page = engines["django"].from_string("{{ member.nmae }}")
    with pytest.raises(AssertionError, match="nmae"):
        page.render({"member": object()})
