# make run opens the window; make test runs the whole suite. Both set themselves up on a bare machine.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
FILES ?=

.PHONY: run test lint bench soak screenshots clean

run: $(VENV)/installed $(VENV)/libraries
	$(BIN)/python -m app $(FILES)

test: $(VENV)/developed $(VENV)/libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/developed $(VENV)/libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python tests/bench/run.py

soak: $(VENV)/developed $(VENV)/libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m soak --timeout 3600

screenshots: $(VENV)/developed $(VENV)/libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python tests/gui/screenshots.py resources/screenshots

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tensorbench needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
		{ echo "Python's venv module is missing. Run: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The CPU build of torch is taken where pip is configured to see one; it is a tenth of the other's size.
$(VENV)/torch: constraints.txt | $(BIN)/pip
	$(PIP) torch
	touch $@

$(VENV)/installed: pyproject.toml constraints.txt $(VENV)/torch
	@echo "Installing Tensorbench into $(VENV) (a few minutes, once) …"
	$(PIP) -e .
	touch $@

$(VENV)/developed: pyproject.toml constraints.txt $(VENV)/torch
	@echo "Installing Tensorbench and its tests' tools into $(VENV) (a few minutes, once) …"
	$(PIP) -e '.[dev]'
	touch $@ $(VENV)/installed

$(VENV)/libraries: scripts/system-libraries.sh | $(BIN)/pip
	@test -e $(VENV)/installed || $(MAKE) --no-print-directory $(VENV)/installed
	@scripts/system-libraries.sh $(BIN)/python
	touch $@
