# Each target does all its own set-up. Start with `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
PINNING := --quiet --no-header --generate-hashes --strip-extras --allow-unsafe \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help setup up demo test check format bench schemas lock browser clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

setup: $(READY) ## Make the virtual environment, every package pinned by hash

up: $(READY) ## Start Kafka, PostgreSQL and the services and stay (ARGS="--data DIR")
	$(BIN)/patuh up $(ARGS)

demo: $(READY) ## Run a sample city through the whole system (ARGS="--once --scale 0.1 --json out.json")
	$(BIN)/patuh demo $(ARGS)

test: $(READY) browser ## Run every test on real Kafka and PostgreSQL (ARGS="-k coverage")
	$(BIN)/python -m pytest $(ARGS)

browser: # A browser for tests/browser, where the machine lets us install one
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "no chromium here and none could be installed: the browser tests will say that they are skipped"

check: $(READY) ## Lint, types, and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## Measure the stream side by side (ARGS="--quick --json FILE --only quix")
	$(BIN)/python -m bench $(ARGS)

schemas: $(READY) ## Write schemas/ anew from the event types
	$(BIN)/python -m patuh.schemas

lock: $(READY) ## Pin every package anew, with hashes and without any index address
	$(BIN)/pip-compile $(PINNING) --extra dev -o requirements.lock pyproject.toml
	$(BIN)/pip-compile $(PINNING) -o bench/requirements.lock bench/requirements.in
	$(BIN)/python -m bench.frameworks.java

clean: ## Remove the environment and the caches, not the data
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
