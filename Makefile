# Bare `make` lists what can be asked of it. Needs make and Python 3.11 or later; everything else lands in .venv.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
EQUIPPED := $(VENV)/.equipped
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PURE := portal_backend.domain frontend.site

.DEFAULT_GOAL := help
.PHONY: help setup run test check pure browser node fix words bench screenshots docs reference clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(EQUIPPED) ## make .venv with the product and the tools to work on it

run: $(INSTALLED) ## start the index, its portal and the sweeper as visitors see them; prints the address to open
	@exec $(BIN)/workshop-index serve --no-live $(ARGS)

test: check pure browser node ## everything: lint, types, tests with coverage, packaging, browser
	@sh .ci/postgresql $(BIN)/python \
		$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term --cov-fail-under=95 $(ARGS)

check: $(EQUIPPED) ## the fast part of test: lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

pure: $(EQUIPPED) ## the rules without a framework, covered to the last branch by their own tables
	@COVERAGE_FILE=.coverage.pure $(BIN)/python -m pytest -q tests/domain tests/site \
		$(PURE:%=--cov=%) --cov-report=term:skip-covered --cov-fail-under=100

browser: $(EQUIPPED) ## find a Chromium for the browser tests, or install one
	@sh .ci/browser $(BIN)

node: ## find Node for the tests of signing in and of HTML, or install it
	@sh .ci/node

fix: $(EQUIPPED) ## mend what lint and format can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

words: $(EQUIPPED) ## bring the translations up to date with what the pages say
	@sh .ci/words $(BIN)
	@$(BIN)/python -m pytest -q tests/test_translations.py

bench: $(EQUIPPED) ## measure what the portal answers a second, and how fast
	@PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

screenshots: browser ## take docs/screenshots anew from a freshly started example
	@$(BIN)/python tests/screenshots.py docs/screenshots

docs: $(EQUIPPED) ## build the documentation into build/docs; every warning is an error
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -d build/doctrees docs build/docs
	@echo "Open build/docs/index.html"

reference: $(EQUIPPED) ## write the generated pages of docs/ and the schema of site.yaml anew
	@$(BIN)/python tests/reference.py

clean: ## remove what can be made again; the instance folder stays
	rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later was not found: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(PYTHON) is not Python 3.11 or later: install that, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "Making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'

$(INSTALLED): pyproject.toml | $(BIN)/python
	@echo "Installing the product into $(VENV) (once; takes a minute)"
	@$(PIP) install --editable .
	@touch $@

$(EQUIPPED): $(INSTALLED)
	@echo "Installing the tools to work on it"
	@$(PIP) install --group dev
	@touch $@
