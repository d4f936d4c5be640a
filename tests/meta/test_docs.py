"""What the documents say is there: commands, links, pictures, decisions."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

PROJECT = Path(settings.BASE_DIR)
READMES = ["README.md", "README.zh-CN.md"]
PAGES = sorted(
    path.relative_to(PROJECT).as_posix() for path in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
)
DECISIONS = sorted((PROJECT / "docs/decisions").glob("[0-9]*.md"))
PICTURES = sorted((PROJECT / "docs/pictures").glob("*.png"))
TEXTS = {".py", ".md", ".txt", ".in", ".toml", ".yml", ".yaml", ".html", ".css", ".js", ".sh", ".cfg", ".ini", ""}
FOLDERS = [
    *("vipcrm", "members", "followups", "service_tickets", "reports"),
    *("templates", "static", "tests", "bench", "scripts", "requirements", "docs", "locale", ".ci"),
]
# Where packages come from is the business of each machine; in pieces, so that this file does not name one either.
REGISTRIES = re.compile(
    r"pypi\." + r"org|python" + r"hosted|registry\.npm" + r"js|index-" + r"url\s*=|proxy\.golang", re.I
)
ALLOWED_OPTION = "--no-emit-index-" + "url"


def read(name):
    return (PROJECT / name).read_text()


def make_targets():
    return set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))


def make_commands(text):
    return set(re.findall(r"\bmake ([a-z]+)\b", code_of(text)))


def manage_commands(text):
    return set(re.findall(r"manage\.py ([a-z_]+)", text))


def code_of(text):
    """Only what stands in code: `make sense` in a sentence is no command."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


def links(text):
    return re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"", without_code(text))


def without_code(text):
    return re.sub(r"```.*?```|`[^`\n]+`", "", text, flags=re.S)


def local_targets(name):
    """Files that a page links to, relative to the page; addresses of the net and anchors left out."""
    for pair in links(read(name)):
        target = (pair[0] or pair[1]).split("#")[0]
        if target and not re.match(r"[a-z]+:", target):
            yield target


@pytest.mark.parametrize("name", PAGES)
def test_every_command_named_exists(name):
    text = read(name)
    assert make_commands(text) <= make_targets()
    assert manage_commands(text) <= set(get_commands())


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    lost = [target for target in local_targets(name) if not (PROJECT / name).parent.joinpath(target).exists()]
    assert lost == []


def test_readmes_name_the_same_commands():
    english, chinese = (read(name) for name in READMES)
    assert make_commands(english) == make_commands(chinese)
    assert manage_commands(english) == manage_commands(chinese)
    assert {"demo", "test"} <= make_commands(english)


def test_readmes_show_the_same_pictures_and_link_each_other():
    shown = [{target for target in local_targets(name) if target.endswith(".png")} for name in READMES]
    assert shown[0] == shown[1]
    assert shown[0]
    assert READMES[1] in set(local_targets(READMES[0]))
    assert READMES[0] in set(local_targets(READMES[1]))


def test_pictures_are_small_and_used():
    used = {Path(target).name for name in PAGES for target in local_targets(name)}
    assert PICTURES
    assert [path.name for path in PICTURES if path.stat().st_size > 300_000] == []
    assert [path.name for path in PICTURES if path.name not in used] == []


def test_the_demo_logins_of_the_readmes_are_those_of_the_demo():
    from vipcrm.demo import people

    told = "\n".join(people.logins())
    names = set(re.findall(r"^  (\w+)", told, re.M))
    assert len(names) >= 5
    for name in READMES:
        assert people.PASSWORD in read(name)
        assert [login for login in names if login not in read(name)] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_every_decision_is_in_the_list_and_short(path):
    text = path.read_text()
    assert path.name in set(local_targets("docs/decisions/README.md"))
    assert re.match(r"# \d+\W", text)
    assert int(re.match(r"# (\d+)", text)[1]) == int(path.name[:4])
    assert len(text.splitlines()) <= 60


def test_numbers_of_decisions_are_given_once():
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_no_file_names_a_registry():
    files = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*") if path.is_file()]
    files += [path for path in PROJECT.iterdir() if path.is_file()]
    texts = [path for path in files if path.suffix in TEXTS and "__pycache__" not in path.parts]
    assert len(texts) > 200
    found = [
        f"{path.relative_to(PROJECT)}: {line.strip()[:80]}"
        for path in texts
        for line in path.read_text(errors="ignore").splitlines()
        if REGISTRIES.search(line.replace(ALLOWED_OPTION, ""))
    ]
    assert found == []


def test_every_column_of_an_import_is_documented_in_both_languages():
    from members.imports.columns import COLUMNS

    text = read("docs/imports.md")
    names = [name for columns in COLUMNS.values() for column in columns for name in (column.name, column.chinese)]
    assert [name for name in names if name not in text] == []


def test_every_kind_of_file_is_in_the_readme():
    from members.enums import ImportKind

    for name in READMES:
        assert [kind for kind in ImportKind.values if kind not in read(name)] == []
