# Everything sets itself up: a virtual environment in .venv with the versions of constraints.txt, and for the tests the
# servers they talk to (through apt where we may).
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check bench torture format clean servers

demo: .venv/.base
	@$(BIN)/connector demo

test: .venv/.dev servers
	@$(BIN)/python -m compileall -q -j 0 connector sample_data tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not long"

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev
	$(BIN)/python tests/benchmarks/whole_path.py
	$(BIN)/python tests/benchmarks/memory.py

# A thousand kills take a quarter of an hour; a run that was ended goes on where it was.
torture: .venv/.dev servers
	nice $(BIN)/python -m tests.torture.main --kills 1000 --folder build/torture
	nice $(BIN)/python -m tests.torture.main --of messages --kills 1000 --folder build/torture-messages
	$(BIN)/python -m pytest -m long

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

servers:
	@bash tests/servers.sh

clean:
	rm -rf .venv build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.base: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv (once, about a minute) ..."
	@$(PIP) --editable .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv with the tools of the tests (once, about a minute) ..."
	@$(PIP) --editable ".[dev]"
	@touch $@ .venv/.base
