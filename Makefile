# Everything runs in .venv, made on first use from any Python >= 3.11 (choose one with PYTHON=...).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test lint bench clients browser clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## make the virtual environment

# Only the lock and the metadata decide what is installed; the package itself is editable.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $@

demo: $(INSTALLED) ## an e-mail in, valid JSON out
	@echo "--- e-mail" >&2; cat examples/order.txt >&2
	@echo "--- JSON" >&2
	@$(BIN)/dllm-struct generate @examples/order.txt --schema examples/order.schema.json --seed 0

test: lint ## lint, types and tests
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: $(INSTALLED) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict dllm_struct benchmarks

VOCABULARY ?=
bench: $(INSTALLED) ## benchmarks; VOCABULARY=file.tiktoken[.gz] for those that need one
	$(BIN)/python benchmarks/extraction.py
	$(BIN)/python benchmarks/caches.py
	@test -z "$(VOCABULARY)" || for name in compile posterior random_network grammars step; do \
		echo "== $$name"; $(BIN)/python benchmarks/$$name.py $(VOCABULARY) || exit 1; done

clients: $(INSTALLED) ## the server against client libraries, each installed on its own
	$(BIN)/python tests/clients/run.py

browser: $(INSTALLED) ## the page in Chromium, which has to be installed
	@command -v chromium chromium-browser >/dev/null || { echo "chromium is needed" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group browser
	$(BIN)/python -m pytest -q tests/serve/test_page_in_browser.py

clean: ## remove the environment and every cache
	rm -rf $(VENV) .venv-clients dist build .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
