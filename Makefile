# The commands of every day. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/mixline

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Mixline needs Python 3.11 or newer; none was found. Install it, or name one: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the virtual environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python -m venv failed; on Debian or Ubuntu type: sudo apt-get install python3-venv"; exit 1; }

$(BIN)/uv: $(BIN)/python requirements/setup.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
	@touch $(BIN)/uv

# A stamp is written last, so that an interrupted set-up is simply continued by the next one.
$(VENV)/ready-local: $(BIN)/uv requirements/local.txt pyproject.toml
	@echo "Installing packages (requirements/local.txt)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/local.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@echo "Compiling packages, once"
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@

$(VENV)/ready-test: $(VENV)/ready-local requirements/test.txt
	@echo "Installing packages for the tests (requirements/test.txt)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/test.txt
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@

.PHONY: setup
setup: $(VENV)/ready-local ## Install what running needs (done by every other command too)

.PHONY: run
run: $(VENV)/ready-local ## Start the whole product and print its address
	@$(RUN) run

.PHONY: demo
demo: $(VENV)/ready-local ## Fit the demo without servers and print its ROI table
	@$(RUN) demo

.PHONY: test
test: lint types ## Check everything: lint, types, unit, contract, integration and browser tests
	@$(BIN)/python tests/chromium.py
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests

.PHONY: lint
lint: $(VENV)/ready-test ## Check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: $(VENV)/ready-test ## Check types
	$(BIN)/mypy

.PHONY: format
format: $(VENV)/ready-test ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/ready-test ## Measure speed, side by side
	$(BIN)/python -m benchmarks

.PHONY: study
study: $(VENV)/ready-test ## Measure accuracy on simulated companies and write docs/accuracy.md (takes an hour or two)
	$(BIN)/python -m benchmarks.study_accuracy --seeds 31-56 --minutes 240
	$(BIN)/python -m benchmarks.study_backtest
	$(BIN)/python -m benchmarks.study_planner
	$(BIN)/python -m benchmarks.study_refresh
	$(BIN)/python -m benchmarks.study_calibration

.PHONY: images
images: $(VENV)/ready-test ## Photograph the pages for the README (docs/images)
	@$(BIN)/python tests/chromium.py
	$(BIN)/python -m pytest -n 0 -k drawn tests/browser/test_appearance.py
	@for page in overview contribution response planner data-review runs models compare; do \
		cp build/screenshots/$$page-top-light.png docs/images/$$page.png; done
	@cp build/screenshots/overview-top-dark.png docs/images/overview-dark.png
	@find docs/images -name '*.png' -size +300k -exec sh -c 'echo "{} is over 300 kB"; exit 1' ';'

LOAD ?= --minutes 10
.PHONY: load
load: $(VENV)/ready-test ## Let a hundred people click through the dashboard for ten minutes; shorter: make load LOAD="--seconds 60"
	$(BIN)/python -m benchmarks.load_dashboard $(LOAD)

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock"

.PHONY: lock
lock: $(BIN)/uv ## Compile the requirements of each deployable, with hashes
	@$(LOCK) --extra test pyproject.toml -o requirements/test.txt
	@for extra in dashboard trainer prediction tracking local; do \
		$(LOCK) --constraint requirements/test.txt --extra $$extra pyproject.toml -o requirements/$$extra.txt || exit 1; \
		echo "requirements/$$extra.txt"; done
	@$(LOCK) requirements/setup.in -o requirements/setup.txt
	@cp requirements/dashboard.txt requirements.txt
	@echo "requirements/test.txt, requirements/setup.txt and requirements.txt (the dashboard's, for App Engine)"
