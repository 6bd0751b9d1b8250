# make run opens the window; make test runs the whole suite. Both set themselves up, on a bare machine too.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-compile -c constraints.txt
# pip would make the byte code of all 19,000 files with one core; this takes every core, and leaves out what few import.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '/(tests?|transformers/models)/' $(VENV)/lib >/dev/null 2>&1 || true
# make run FILES="my.csv" opens a file at once; make test ARGS="tests/engine -x" runs some of the tests.
FILES ?=
ARGS ?=
# A window on a screen needs more of the system's libraries than one that is only drawn into memory.
SCREEN := $(DISPLAY)$(WAYLAND_DISPLAY)
LIBRARIES := $(VENV)/libraries$(if $(SCREEN),-for-a-screen)

.PHONY: run test lint bench soak screenshots clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

run: $(VENV)/installed
	@$(MAKE) --no-print-directory $(LIBRARIES) $(if $(SCREEN),,|| echo "There is no screen here: going on in the terminal.")
	@$(BIN)/python -m app $(FILES)

test: $(VENV)/developed $(LIBRARIES)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(VENV)/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/developed $(LIBRARIES)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python tests/bench/run.py $(ARGS)

soak: $(VENV)/developed $(LIBRARIES)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -vv -m soak --timeout 3600 $(ARGS)

screenshots: $(VENV)/developed $(LIBRARIES)
	QT_QPA_PLATFORM=offscreen $(BIN)/python tests/gui/screenshots.py resources/screenshots $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

# The set-up. Each step leaves a file in $(VENV), so that it is done once, and again when what it reads has changed.

$(VENV)/made: scripts/make-venv.sh
	@scripts/make-venv.sh "$(PYTHON)" $(VENV)
	@touch $@

# The CPU build of torch, a tenth of the other's size, is taken where pip is configured to see one.
$(VENV)/torch: constraints.txt $(VENV)/made
	@echo "Installing torch into $(VENV) (the largest part, once) …"
	@$(PIP) torch
	@touch $@

$(VENV)/installed: pyproject.toml constraints.txt $(VENV)/torch
	@echo "Installing Tensorbench into $(VENV) (a few minutes, once) …"
	@$(PIP) -e .
	@$(COMPILE)
	@touch $@

$(VENV)/developed: pyproject.toml constraints.txt $(VENV)/torch
	@echo "Installing Tensorbench and what its tests need into $(VENV) (a few minutes, once) …"
	@$(PIP) -e '.[dev]'
	@$(COMPILE)
	@touch $(VENV)/installed $@

$(LIBRARIES): scripts/system-libraries.sh $(VENV)/installed
	@scripts/system-libraries.sh $(BIN)/python "$(SCREEN)"
	@touch $@
