PYTHON ?= python3.13
BIN := .venv/bin
AZURITE := emulators/azurite/node_modules/.installed

.DEFAULT_GOAL := help

# Mutated lines of `make soundness`, and the number from which they follow.
LINES = 1000000
SEED = 1

# Generated files of `make attacks`.
FILES = 1000000

.PHONY: help setup demo up check format test bench soundness attacks clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed $(AZURITE) ## Install everything the project needs, inside the project

.venv/.installed: requirements.txt requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is missing; see README, What you need"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(AZURITE): emulators/azurite/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 or later with npm is missing; see README, What you need"; exit 1; }
	cd emulators/azurite && npm ci --loglevel=error
	@touch $@

demo: setup ## Watch three device files go through, with no Azure account
	@$(BIN)/python -m cli demo

up: setup ## Start the local stack and keep it running
	@$(BIN)/python -m emulators up

check: .venv/.installed ## Format, lint, types and floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.installed ## Put the code into house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup ## Run every test
	$(BIN)/python -m pytest -n $$(($$(nproc) * 2)) --dist loadfile --no-loadscope-reorder

bench: setup ## Measure everything: an hour, and BENCH=--help tells of less
	@$(BIN)/python -m benchmarks $(BENCH)

soundness: .venv/.installed ## Judge LINES mutated lines, of SEED, by patterns and by the schema
	SOUNDNESS_LINES=$(LINES) SOUNDNESS_SEED=$(SEED) \
		$(BIN)/python -m pytest tests/soundness/test_soundness.py

attacks: .venv/.installed ## Give the app FILES spoilt files, of SEED
	ATTACKS_FILES=$(FILES) ATTACKS_SEED=$(SEED) \
		$(BIN)/python -m pytest tests/attacks/test_generated_files.py

clean: ## Remove what the other targets made
	rm -rf .venv .local emulators/azurite/node_modules .*_cache .hypothesis .coverage htmlcov
