"""What describes the set-up agrees with what the settings read."""

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent.parent
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "PORT"}


def documented():
    """Variable → whether a comment stands above it."""
    lines = (PROJECT / ".env.example").read_text().splitlines()
    return {
        line.split("=")[0]: above.startswith("#")
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"[A-Z_]+=", line)
    }


def read_by_settings():
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (PROJECT / "vipcrm/settings.py").read_text()))


def compose():
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


def test_every_setting_is_documented_and_nothing_else():
    assert read_by_settings() | COMPOSE_ONLY == set(documented())


def test_every_setting_has_a_word_on_it():
    assert [name for name, explained in documented().items() if not explained] == []


def test_compose_uses_documented_variables_only():
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (PROJECT / "docker-compose.yml").read_text()))
    assert used
    assert used <= set(documented())


def test_compose_gives_the_app_only_what_settings_read():
    assert set(compose()["services"]["web"]["environment"]) <= read_by_settings()


def test_compose_has_every_part_with_health_checks_and_volumes():
    services = compose()["services"]
    assert {"postgres", "valkey", "web", "worker", "beat"} <= set(services)
    assert services["postgres"]["image"] == "postgres:18"
    for name in ("postgres", "valkey", "worker"):
        assert "test" in services[name]["healthcheck"]
    assert {"uploads", "backups", "database"} <= set(compose()["volumes"])
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_image_does_not_run_as_root_and_says_whether_it_is_well():
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert "\nUSER vipcrm\n" in dockerfile
    assert "HEALTHCHECK" in dockerfile
    assert "--require-hashes" in dockerfile
    for part in re.findall(r"^COPY (\w\S*) ", dockerfile, re.MULTILINE):
        assert (PROJECT / part).exists(), part


@pytest.mark.parametrize("name", ["base", "dev"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name):
    text = (PROJECT / f"requirements/{name}.txt").read_text()
    pins = re.findall(r"^([a-z0-9._-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-zA-Z]", text, re.MULTILINE))
    assert "://" not in text
    assert "--index-url" not in text


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_direct_dependency_is_explained_and_pinned(name):
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (PROJECT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
    lines = (PROJECT / f"requirements/{name}.in").read_text().splitlines()
    direct = [line for line in lines if re.match(r"[A-Za-z]", line)]
    assert direct
    for line in direct:
        assert " # " in line, line
        assert re.match(r"[A-Za-z0-9._-]+", line)[0].lower() in pinned, line
