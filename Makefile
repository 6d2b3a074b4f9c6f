# Everything runs from .venv; `make help` lists what there is.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
JOBS ?= 2
# One more than there are processors: some tests wait for a clock
WORKERS ?= 3
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help demo test lint pytest fuzz chaos bench docs clean
.PHONY: lint-python lint-types lint-sql

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) \
	  | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(STAMP)  ## the main job on an embedded Postgres; LEADS=my.csv for yours
	$(BIN)/python -m dispatcher.demo $(if $(LEADS),--leads '$(LEADS)')

test: lint pytest  ## all checks: lint, types, dbt parse and build, pytest

lint: $(STAMP)  ## ruff, mypy, sqlfluff, import-linter
	$(MAKE) --no-print-directory --jobs $(JOBS) --output-sync \
	  lint-sql lint-types lint-python

lint-sql:
	$(BIN)/sqlfluff lint --processes $(JOBS) --disable-progress-bar \
	  models macros tests/dbt

lint-types:
	$(BIN)/mypy

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

pytest: $(STAMP)  ## dbt parse, dbt build and the Python tests, in parallel
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -q --durations 30

fuzz: $(STAMP)  ## random histories against the rules; FUZZ_RUNS=20 FUZZ_SEED=1
	FUZZ_RUNS=$(or $(FUZZ_RUNS),20) FUZZ_SEED=$(or $(FUZZ_SEED),1) \
	  FUZZ_BUILDS=$(or $(FUZZ_BUILDS),4) FUZZ_SHRINK=$(or $(FUZZ_SHRINK),1) \
	  $(BIN)/pytest -q -x tests/fuzz/test_fuzz.py

bench: $(STAMP)  ## what it costs at a million leads; BENCH="queue --runs 5"
	$(BIN)/pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m tests.benchmarks $(BENCH)

chaos: $(STAMP)  ## kills, cuts and stops, for long; CHAOS_ROUNDS=30 CHAOS_SEED=1
	CHAOS_ROUNDS=$(or $(CHAOS_ROUNDS),30) CHAOS_SEED=$(or $(CHAOS_SEED),1) \
	  CHAOS_MESSAGES=$(or $(CHAOS_MESSAGES),2000) \
	  CHAOS_DISPATCHERS=$(or $(CHAOS_DISPATCHERS),4) \
	  CHAOS_STORIES=$(or $(CHAOS_STORIES),20) \
	  CHAOS_STEPS=$(or $(CHAOS_STEPS),25) \
	  $(BIN)/pytest -q -x -s tests/dispatcher/faults

docs: $(STAMP)  ## the dbt docs site as one page: target/static_index.html
	mkdir -p .local/docs && cp profiles.example.yml .local/docs/profiles.yml
	$(BIN)/dbt --quiet parse --profiles-dir .local/docs
	$(BIN)/dbt --quiet docs generate --static --empty-catalog --no-compile \
	  --profiles-dir .local/docs
	@echo target/static_index.html

clean:  ## remove what was built; the embedded Postgres's data too
	if [ -x $(BIN)/dispatcher ]; then $(BIN)/dispatcher db down; fi
	rm -rf target logs .local .venv build *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
