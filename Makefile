# All tooling of Callboard. `make` alone lists it. Needs GNU make, a POSIX shell and Python 3.11 or later.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# --only-binary: nothing is compiled, and a platform without wheels says so instead of looking for a compiler.
INSTALL := $(PIP) install -qq --only-binary :all: --require-hashes
# The build backend is in the locks, so the package itself asks no index for anything.
INSTALL_SELF := $(PIP) install -qq --no-index --no-build-isolation --no-deps --editable .
# bench.lock and vendors.lock hold all of dev.lock, and dev.lock all of run.lock, at the same versions: with a
# stamp come the next.
# The extra `parquet` begins with dev.lock: the demo needs none of its 170 MB.
BENCH := $(VENV)/.installed-bench
DEV := $(VENV)/.installed-dev
VENDORS := $(VENV)/.installed-vendors
RUN := $(VENV)/.installed-run

# The first of these that is Python 3.11 or later makes the environment; `make setup PYTHON=…` decides it.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11

PAGE := $(BIN)/python hatch_build.py
PYTEST := $(BIN)/python -m pytest
# One more than the cores of a small machine: many tests wait for a disk, a process or a browser.
WORKERS ?= 3
# More arguments for pytest, as in: make test ARGS="-k stuck -x"
ARGS ?=

# Long tests read two variables, given on make's command line or in the environment (make hands on both):
# SHORT=1: minutes instead of hours. N: how many kills, cases…

# Images often set it. Without bytecode every process that tests start compiles all modules anew: twice the time.
unexport PYTHONDONTWRITEBYTECODE

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo page page-if-possible page-check test record test-long fuzz test-vendors crash mutants check format lint types generated generate fix bench bench-web screens lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(DEV) page-if-possible ## install everything into .venv (by version and hash), leaving .venv/bin/callboard

demo: $(RUN) page-if-possible ## a realistic month of campaigns, served on this machine; set-up included
	@$(BIN)/callboard demo $(ARGS)

page: $(RUN) ## build the board's page from web/ (Node: the system's, else from a Python wheel)
	@$(PAGE) build

# Without npm's registry everything but the page works, and the page says so.
page-if-possible: $(if $(filter demo,$(MAKECMDGOALS)),$(RUN),$(DEV))
	@$(PAGE) build --lenient

test: $(DEV) ## run the tests; set-up included, about a quarter of an hour on two cores
	@$(PYTEST) -n $(WORKERS) --dist worksteal $(ARGS)

record: $(DEV) ## write recorded answers and messages anew, when they change on purpose; add bytes of new fields
	@$(BIN)/python -m tests.unit.record_events
	@$(BIN)/python -m tests.recorded

test-long: $(DEV) ## kills, fuzz and mutants at length (SHORT=1: minutes; N=…: how many)
	@$(PYTEST) -m long -n $(WORKERS) --dist worksteal $(ARGS)

fuzz: export CALLBOARD_EXAMPLES ?= 100000
fuzz: $(DEV) ## any delivery of any platform, a million in all (CALLBOARD_EXAMPLES=1000: of each platform)
	@$(PYTEST) tests/platforms/test_any_delivery.py -n $(WORKERS) --timeout 0 $(ARGS)

test-vendors: $(VENDORS) ## hold signatures and words against the platforms' own packages (installs 250 MB)
	@$(PYTEST) tests/platforms/test_against_vendors.py $(ARGS)

crash: export N ?= 50
crash: $(DEV) ## kill a fed server N times and lose its power (make crash N=1000)
	@echo "Killing $(N) times"
	@$(PYTEST) tests/crash -m "long or not long" --timeout 0 $(ARGS)

mutants: $(DEV) ## break each promise on purpose: a test must notice every time
	@$(PYTEST) tests/mutants -m "long or not long" --timeout 0 $(ARGS)

check: format lint types page-check generated ## format, lint, types, generated files (make -k check goes on after a failure)
	@echo "check: all good"

format: $(DEV)
	@echo "format"; $(BIN)/ruff format --check --quiet . || { echo "format: 'make fix' formats these files" >&2; exit 1; }

lint: $(DEV)
	@echo "lint"; $(BIN)/ruff check --quiet .

types: $(DEV)
	@echo "types"; $(BIN)/mypy --no-error-summary src tests generate_fields.py $(wildcard bench)

page-check: $(DEV)
	@echo "page"; $(PAGE) run format || { echo "page: 'make fix' formats these files" >&2; exit 1; }
	@$(PAGE) run lint
	@$(PAGE) run check

OPENAPI := docs/reference/openapi.json

generated: $(DEV)
	@echo "generated files"
	@$(BIN)/python generate_fields.py --check
	@$(BIN)/callboard openapi > $(VENV)/openapi.json
	@diff -u $(OPENAPI) $(VENV)/openapi.json || { \
		echo "generated: $(OPENAPI) differs from what the routes say; 'make generate' writes it anew" >&2; exit 1; }
	@$(PAGE) run types --check > /dev/null || { \
		echo "generated: the page's types differ from $(OPENAPI); 'make generate' writes them anew" >&2; exit 1; }

generate: $(DEV) ## write generated text anew (fields of structs, docs/reference/openapi.json, the page's types, pages of platforms)
	@$(BIN)/python generate_fields.py
	@$(BIN)/python -m tests.connect.pages && echo "wrote docs/how-to/connect"
	@$(BIN)/ruff format --quiet src
	@$(BIN)/callboard openapi > $(VENV)/openapi.json
	@mkdir -p $(dir $(OPENAPI)) && cp $(VENV)/openapi.json $(OPENAPI) && echo "wrote $(OPENAPI)"
	@$(PAGE) run types > /dev/null && echo "wrote web/src/lib/api/schema.d.ts"

fix: $(DEV) ## format, and mend what the linters can mend by themselves
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .
	@$(PAGE) run fix --lenient

bench: $(BENCH) ## measure side by side on this machine, as JSON (needs wrk, and PostgreSQL for reports)
	@command -v wrk > /dev/null || { echo "bench: wrk is not installed (apt-get install wrk, brew install wrk)" >&2; exit 1; }
	@$(BIN)/python -m bench $(ARGS)

bench-web: $(DEV) page ## the board in a real Chromium: script, first content, scrolling a million calls
	@$(BIN)/python -m bench web $(ARGS)

screens: $(DEV) page ## every page of the board in every size, theme and state, as PNG in screens/
	@$(BIN)/python -m tests.board.screens $(ARGS)

lock: $(DEV) ## remake requirements/*.lock from pyproject.toml (UPGRADE=1: newest versions)
	@$(COMPILE) pyproject.toml --group build --output-file requirements/run.lock > /dev/null
	@$(COMPILE) pyproject.toml --extra parquet --group dev --constraint requirements/run.lock --output-file requirements/dev.lock > /dev/null
	@$(COMPILE) --group node --output-file requirements/node.lock > /dev/null
	@$(COMPILE) pyproject.toml --extra parquet --group bench --constraint requirements/dev.lock --output-file requirements/bench.lock > /dev/null
	@$(COMPILE) pyproject.toml --extra parquet --group vendors --constraint requirements/dev.lock --output-file requirements/vendors.lock > /dev/null
	@! grep -n '://' requirements/*.lock || { echo "lock: a lock must not record where packages come from" >&2; exit 1; }
	@echo "requirements/run.lock, dev.lock, vendors.lock and bench.lock are made; 'make setup' installs them"

clean: ## remove the environment and everything tools left behind
	rm -rf $(VENV) src/callboard/board web/node_modules web/dist build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2> /dev/null || true

$(BIN)/python:
	@for python in $(PYTHON); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)"; \
			"$$python" -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "$$python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
		fi; \
	done; \
	echo "Callboard needs Python 3.11 or later; none of these is: $(PYTHON)" >&2; \
	python3 --version >&2 || true; \
	echo "Install one, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1

$(BENCH): requirements/bench.lock pyproject.toml | $(BIN)/python
	@echo "Installing callboard, its tools and the engines it is measured beside, pinned by version and hash"
	@$(INSTALL) --requirement requirements/bench.lock
	@$(INSTALL_SELF)
	@touch $(RUN) $(DEV) $@

$(VENDORS): requirements/vendors.lock pyproject.toml | $(BIN)/python
	@echo "Installing callboard, its tools and what voice platforms publish, pinned by version and hash"
	@$(INSTALL) --requirement requirements/vendors.lock
	@$(INSTALL_SELF)
	@touch $(RUN) $(DEV) $@

$(DEV): requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing callboard and its tools, pinned by version and hash"
	@$(INSTALL) --requirement requirements/dev.lock
	@$(INSTALL_SELF)
	@touch $(RUN) $@

$(RUN): requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing callboard, pinned by version and hash"
	@$(INSTALL) --requirement requirements/run.lock
	@$(INSTALL_SELF)
	@touch $@
