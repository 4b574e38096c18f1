# A machine with python3, its venv module and make is enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test lint types floors docs check bench bench-scale clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(VENV)/.run  ## install, ask three stored questions, print cited answers
	@$(BIN)/kg query state-visits --cite --format table
	@echo; $(BIN)/kg query honours --cite --format table
	@echo; $(BIN)/kg query trade-balance --cite --format table

test: $(VENV)/.dev  ## install the test group and run all tests
	$(BIN)/python -m pytest -q

lint: $(VENV)/.dev  ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

floors: $(VENV)/.dev  ## imports go down
	$(BIN)/lint-imports

docs: $(VENV)/.run  ## write the generated pages anew
	$(BIN)/python docs/generate.py

check: lint types floors test  ## all of it: what CI runs

bench: $(VENV)/.dev  ## measure, and write docs/performance.md
	$(BIN)/python benchmarks/compare.py --write $(if $(ARTICLE),--article $(ARTICLE))

bench-scale: $(VENV)/.dev  ## measure against size, beside others; SIZES="10000 100000 1000000"; half an hour
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group benchmark
	$(BIN)/python benchmarks/scale.py --sizes $(or $(SIZES),10000 100000 1000000) --write

clean:  ## remove what this file makes
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q kg
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@
