# make run    starts the app          make test   runs every check
# Both build .venv when it is missing or a requirements file has changed.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8501

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check
LOCALE := assets/locale
LANGUAGES := ko fr

.DEFAULT_GOAL := help
.PHONY: help run test lint locale venv

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/'

run: $(VENV)/run.stamp  ## start the app (PORT= and HOST= choose its address)
	@echo "Tête-à-tête at http://$(if $(filter 0.0.0.0,$(HOST)),$$(hostname -I | cut -d ' ' -f 1),$(HOST)):$(PORT) (Ctrl+C ends it)"
	@$(BIN)/python -m streamlit run serve.py --server.address=$(HOST) --server.port=$(PORT)

# A process for each core; a file of tests stays in one, with the server that it starts.
test: lint  ## run every check: ruff, mypy, pytest
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/test.stamp  ## check style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A reworded sentence keeps its old translation, marked fuzzy: look at it and remove the mark.
# Fuzzy entries are left out of the compiled file.
locale: $(VENV)/test.stamp  ## collect the sentences to translate and compile the catalogues
	@mkdir -p $(LOCALE)
	$(BIN)/pybabel -q extract -F pyproject.toml -k _ -k N_ -k UsageError -c "Translators:" \
		--add-location=file --project=tete-a-tete \
		--header-comment="# Kept up to date by make locale." -o $(LOCALE)/app.pot app.py pages transformer
	@for language in $(LANGUAGES); do \
		$(BIN)/pybabel -q update -D app -i $(LOCALE)/app.pot -d $(LOCALE) -l $$language \
			--init-missing --ignore-obsolete --ignore-pot-creation-date || exit 1; \
	done
	$(BIN)/pybabel compile -D app -d $(LOCALE) --statistics

venv: $(VENV)/test.stamp  ## only build .venv

# The stamps are written last, so an interrupted installation is taken up again.
$(VENV)/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..." >&2; exit 2; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) \
		|| { echo "On Debian: apt install python3-venv" >&2; exit 2; }
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(PIP) -r requirements-dev.txt
	@touch $@
