# One word each: install, demo, test, check, bench, lock, messages, screenshots. Quick when there is nothing to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
STAMPS := .venv/.stamps
MANAGE := $(BIN)/python manage.py
NO_SERVERS := DATABASE_URL=postgres://none@localhost/none REDIS_URL=redis://localhost/0 SECRET_KEY=none
PORT ?= 8000
export PORT

.PHONY: help install demo test check bench lock messages screenshots clean

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /make \1|/' | column -t -s '|' 2>/dev/null \
		|| grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST)

install: $(STAMPS)/packages $(STAMPS)/system $(STAMPS)/catalogues ## set up .venv, system libraries, translations

$(STAMPS)/packages: requirements/base.txt requirements/dev.txt scripts/make_venv.sh
	@bash scripts/make_venv.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/system: scripts/system_packages.sh
	@bash scripts/system_packages.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/catalogues: $(shell find locale -name '*.po' 2>/dev/null) | $(STAMPS)/packages
	@$(NO_SERVERS) $(MANAGE) compile_catalogues
	@mkdir -p $(STAMPS) && touch $@

demo: install ## the product with believable data on http://localhost:$PORT; Ctrl-C stops all
	@exec $(MANAGE) run_demo --port $(PORT)

test: install ## every test, browser ones too
	$(BIN)/pytest -n auto $(PYTEST_ARGS)

check: install ## format, lint, types, import arrows, migrations, deployment settings
	@bash scripts/check.sh

bench: install ## the figures of the README, each as a ratio to a floor
	$(BIN)/python -m bench $(BENCH_ARGS)

lock: | $(STAMPS)/packages ## pin requirements/*.in with hashes
	@bash scripts/lock.sh

messages: install ## collect texts for translation, per area
	$(MANAGE) extract_messages

screenshots: install ## pictures for README and docs, made by the project itself
	$(BIN)/pytest -n0 -q tests/browser/test_screenshots.py --screenshots

clean: ## forget what install made (data in var/ stays)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
