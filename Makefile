# Modelyard: `make run` serves an example, `make test` passes every test. Both set up all they need.

PYTHON ?= python3
PORT ?= 8080
DEMO ?= demo
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check benchmarks reference lock clean

help: ## Say what can be made.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/run.ok ## Serve an example workspace on http://localhost:8080 (PORT=... for another port).
	@test -f $(DEMO)/modelyard.toml || $(BIN)/modelyard new $(DEMO) --example
	@exec $(BIN)/modelyard serve $(DEMO) --port $(PORT)

test: $(VENV)/test.ok ## Check the code and run every test.
	@scripts/prepare-tests
	@$(MAKE) --no-print-directory check
	@scripts/run-tests $(BIN)/pytest

check: $(VENV)/test.ok ## Check style, types and the arrows between the rooms.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }

benchmarks: $(VENV)/test.ok ## Measure the speed claims.
	@for script in benchmarks/*.py; do $(BIN)/python $$script; done

reference: $(VENV)/test.ok ## Write the generated pages of the documentation again.
	@$(BIN)/python scripts/commands_reference.py > docs/commands.md

lock: ## Choose the newest versions of all dependencies again (needs uv).
	@scripts/lock

clean: ## Remove what the other commands made.
	rm -rf $(VENV) $(DEMO)

$(VENV)/run.ok: requirements/full.txt pyproject.toml
	@scripts/set-up $(PYTHON) $(VENV) requirements/full.txt
	@touch $@

$(VENV)/test.ok: requirements/dev.txt pyproject.toml
	@scripts/set-up $(PYTHON) $(VENV) requirements/dev.txt
	@touch $(VENV)/run.ok $@
