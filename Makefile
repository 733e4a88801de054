# Two commands matter: `make run` and `make test`. Everything they need goes into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
N ?= 100000
SEED ?= 1
DEMO ?=
# durable_rules is built from source and calls a C function that Python 3.13 dropped for this one
BUILD := CPPFLAGS="$(CPPFLAGS) -DPyEval_CallObject=PyObject_CallObject"
# PIP=--no-compile: the packages' modules are compiled when they are first imported. Most never are,
# so a run that throws .venv away is shorter; a server's .venv may be closed to those who run it.
PIP ?=
# where this is set, each process would compile every module again: the suite starts hundreds
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install run test check fuzz faults bench clean

help: ## what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# the pip that comes with an interpreter takes three times as long to choose among files; where a newer
# one is not to be had, it does
$(STAMP): requirements.lock pip.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install $(PIP) --quiet --disable-pip-version-check --require-hashes -r pip.lock || true
	$(BUILD) $(BIN)/python -m pip install $(PIP) --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

install: $(STAMP) ## install everything that is pinned in requirements.lock
	@$(BIN)/python -m admin.i18n compile

run: install ## a usable system with demonstration data, on SQLite; DEMO='--seed 7 --today 2026-11-18'
	@$(BIN)/python -m seeds.demo $(DEMO)

test: install check ## all tests that this machine can run
	@$(BIN)/python -m tests.groups

CHECKS := check-types check-collected check-format check-lint check-imports check-words
.PHONY: $(CHECKS)
check: install ## format, lint, types, import contracts, translations
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target $(CHECKS)

check-types:
	$(BIN)/mypy

# what it compiles, the processes of the run that follows need not compile each for itself
check-collected:
	@$(BIN)/python -m pytest --collect-only --quiet --quiet >/dev/null || $(BIN)/python -m pytest --collect-only --quiet

check-format:
	$(BIN)/ruff format --check .

check-lint:
	$(BIN)/ruff check .

check-imports:
	$(BIN)/lint-imports

check-words:
	$(BIN)/python -m admin.i18n check

fuzz: install ## N=… SEED=…: evaluators on random cases and policies; random steps of a whole office
	$(BIN)/python -m tests.engine.fuzz --cases $(N) --seed $(SEED)
	$(BIN)/python -m tests.engine.policy_fuzz --cases $(N) --seed $(SEED)
	$(BIN)/python -m tests.casework.office_fuzz --steps $(N) --seed $(SEED)

faults: install ## long runs: every route in both languages, kill and restart
	SUNSHINE_FAULTS=1 $(BIN)/python -m tests.groups

bench: install ## ratios against peers
	@for script in benchmarks/bench_*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

clean: ## remove what was built; data in var/ stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache
