# Two commands do everything on a fresh machine with Python 3.11: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= var
PORT ?= 8000
export TOKENIZERS_PARALLELISM := false

.PHONY: run test setup quality lint unit bench test-slow test-postgres test-browser clean

run: setup quality  ## set up, load the demonstration data, print a first ranked list per purpose, start the service
	$(BIN)/matcher run --data $(DATA) --port $(PORT)

test: lint unit  ## everything a change must pass

setup: $(VENV)/.ready  ## make .venv and nothing else

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "torch==2.13.0" -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]" -c constraints.txt
	touch $@

quality: $(VENV)/.quality  ## build the deep text model beside the quick one; without it the quick one answers alone

$(VENV)/.quality: $(VENV)/.ready
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[models]" -c constraints.txt \
		&& $(BIN)/matcher models build; then touch $@; \
	else echo "未能建立 builtin:quality，builtin:static 独自应答 builtin:quality was not built, builtin:static answers alone" >&2; fi

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest --cov --cov-report=term

test-slow: setup  ## the long suites: crash cycles, brute force at size, property tests with new examples
	$(BIN)/pytest -m slow
	$(BIN)/pytest --hypothesis-profile=searching

test-postgres: setup  ## the store's suite against a throw-away PostgreSQL
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[postgres]" -c constraints.txt
	$(BIN)/pytest -m postgres

bench: setup  ## speed and memory as ratios against named peers, in one run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]" -c constraints.txt
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) $(DATA)
