# make demo   embed the sample pictures, search them, write demo.html
# make test   install everything for development and run the tests
# make check  what CI runs after the tests: lint, types, layers, snippets
# make benchmarks  run all benchmarks and write benchmarks/results/report.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CORE := $(VENV)/.core
DEV := $(VENV)/.dev

.PHONY: demo test check benchmarks clean

demo: $(CORE)
	$(BIN)/towhee demo --out demo.html

test: $(DEV)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generate_namespaces.py --check
	$(BIN)/python tools/run_snippets.py

benchmarks: $(DEV)
	$(BIN)/python benchmarks/run.py $(BENCHMARK_ARGS)

clean:
	rm -rf $(VENV) build dist demo.html

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(CORE): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --constraint constraints.txt --editable .
	touch $@

# torch comes first and alone, at the pinned version, so that nothing else chooses one.
$(DEV): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --constraint constraints.txt torch
	$(PIP) --constraint constraints.txt --editable ".[dev]"
	touch $@ $(CORE)
