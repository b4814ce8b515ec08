# Every developer command. `make help` lists them; each line after ## is its description.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# What changes the installed project: its dependencies, its commands, its version.
SOURCES := pyproject.toml setup.py CHANGELOG.md scripts/setup
# One worker more than cores: many a test waits for a process or a browser of its own. `make test JOBS=8` for more.
JOBS ?= $(shell expr $$(nproc 2>/dev/null || sysctl -n hw.ncpu) + 1)
# Options passed on to pytest: make test ARGS="-k audit -x".
ARGS ?=

.venv/installed-%: requirements/%.lock $(SOURCES)
	@scripts/setup $*
.PRECIOUS: .venv/installed-%

.PHONY: help setup setup-dev demo test test-sqlite test-postgres check lint types layers migrations format lock bench roundtrip clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed-base ## Make .venv and install what the product needs (a second call is instant)
	@:

setup-dev: .venv/installed-dev ## The same, with everything the tests and checks need
	@:

demo: setup ## Fill a demonstration brokerage and serve it; the sign-ins are printed
	@.venv/bin/dakehu demo

test: test-sqlite test-postgres ## Every test: on SQLite, then those that also belong to PostgreSQL

test-sqlite: setup-dev ## Every test that does not need PostgreSQL, in parallel
	@$(PYTHON) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

test-postgres: setup-dev ## The tests marked `postgres`, on a throw-away server
	@$(PYTHON) scripts/with_postgres.py -- $(PYTHON) -m pytest -m postgres -n $(JOBS) --dist worksteal $(ARGS)

check: lint types layers migrations test ## All that must be green before a commit

lint: setup-dev ## Formatting and lint (ruff)
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .

types: setup-dev ## Types of the foundation, analytics, rules and actions (mypy)
	@$(PYTHON) -m mypy

layers: setup-dev ## Check that imports only point down (import-linter)
	@.venv/bin/lint-imports --no-cache

migrations: setup-dev ## No model has changed without its migration
	@home=$$(mktemp -d) && DAKEHU_HOME=$$home DJANGO_SETTINGS_MODULE=dakehu.project.settings \
		$(PYTHON) -m django makemigrations --check --dry-run; status=$$?; rm -rf "$$home"; exit $$status

format: setup-dev ## Format the code and mend what ruff can mend
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

lock: setup-dev ## Write requirements/*.lock anew (needs pip-tools in .venv)
	@scripts/lock

bench: .venv/installed-dev .venv/installed-bench ## Imports and the portfolio kernel, each beside its peers
	@$(PYTHON) benchmarks/import_far_trans.py
	@$(PYTHON) benchmarks/kernel.py

roundtrip: setup-dev ## 200 random edit scripts on exported workbooks, and 24 through LibreOffice, against a model
	@DAKEHU_ROUNDTRIPS=200 DAKEHU_ROUNDTRIPS_OFFICE=24 $(PYTHON) -m pytest -q tests/exchange/test_roundtrip.py

clean: ## Remove .venv and what the tools leave behind; the desk's data stays
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
