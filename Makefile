# Everything from a fresh clone: `make report` or `make test` is all it takes. `make help` lists the rest.

PYTHON ?= python3
CORPUS ?= data/sample
OUT ?= figures/$(notdir $(basename $(CORPUS:/=)))
PARAMS ?=
TEXTS ?=
LABELLED ?=
LAB ?=
BIN := .venv/bin
# Compiled Python is kept, since a report starts many processes; an empty value is as if there were none.
export PYTHONDONTWRITEBYTECODE :=
READY := .venv/ready
EXTRAS := .venv/extras-ready
DEV := .venv/dev-ready
# uv where it is there, else pip: both install what the locks pin, checked against their hashes.
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),"$(UV)" pip install --quiet --python .venv,$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile)
PINNED := $(INSTALL) --require-hashes --no-deps

.DEFAULT_GOAL := help
.PHONY: help setup extras dev report test test-all lint lab verify bench docs site locks clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

# Made again only when the lock or the project file changes. Without uv, an older Python's venv brings setuptools along.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; '$(PYTHON)' is older. Name another: make report PYTHON=python3.12" >&2; exit 1; }
	@rm -f $(READY)
	@$(if $(UV),"$(UV)" venv --quiet --allow-existing --python "$(PYTHON)" .venv,"$(PYTHON)" -m venv .venv)
	@$(if $(UV),,$(BIN)/python -m pip uninstall --quiet --yes setuptools 2>/dev/null)
	@$(if $(UV),,sed -n '/^pip==/,/[^\\]$$/p' requirements.lock > .venv/pip.lock && $(PINNED) -r .venv/pip.lock)
	$(PINNED) -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(READY)

$(EXTRAS): $(READY) requirements-extras.lock
	$(PINNED) -r requirements-extras.lock
	@touch $(EXTRAS)

$(DEV): $(EXTRAS) requirements-dev.lock
	$(PINNED) -r requirements-dev.lock
	@touch $(DEV)

setup: $(READY)  ## What a report needs, in .venv

extras: $(EXTRAS)  ## And what the extras need: web pages, PDF, Word, exports, parser, classifier, clusters

dev: $(DEV)  ## And what the tests and benchmarks need

locks:  ## Resolve the three locks anew, with uv
	"$(PYTHON)" .ci/locks.py

report: $(READY)  ## The illustrated report: make report [CORPUS=data/sample] [OUT=figures/sample] [PARAMS=file.yml]
	$(BIN)/python -m analysis report "$(CORPUS)" --out "$(OUT)" $(if $(PARAMS),--params "$(PARAMS)")

# Two processes share the tests, a file at a time; what a test needs and how long it takes, its marks say (pyproject.toml).
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(DEV) lint  ## The proof: style, types, every measure, a whole report, the page, a kill; about ten minutes
	$(PYTEST) -m "not slow"

test-all: test  ## And the long proofs: kills at every step, full disks, hostile files, clusters; what CI runs
	$(PYTEST) -m slow

lint: $(DEV)  ## Style and types
	$(BIN)/python -m ruff check --cache-dir .venv/ruff-cache .
	$(BIN)/python -m ruff format --cache-dir .venv/ruff-cache --check .
	$(BIN)/python -m mypy --cache-dir .venv/mypy-cache

# None of the user's own settings, which may open the server to others or take its token away; the page's are kept here.
lab: $(READY)  ## JupyterLab on the notebooks, for this machine alone: make lab [LAB=options]
	JUPYTER_CONFIG_DIR="$(CURDIR)/.venv/jupyter" JUPYTER_CONFIG_PATH= $(BIN)/python -m jupyterlab notebooks \
	  --ServerApp.ip=127.0.0.1 --ServerApp.allow_remote_access=False $(LAB)

verify: $(READY)  ## Rerun a finished run from its manifest and compare: make verify [OUT=figures/sample]
	$(BIN)/python -m analysis verify "$(OUT)"

bench: $(DEV)  ## The peers side by side: make bench [TEXTS=folder of .txt files] [LABELLED=folder of labelled data]
	$(BIN)/python benchmarks/paths.py --reports $(if $(TEXTS),--texts "$(TEXTS)")
	$(BIN)/python benchmarks/words.py $(if $(TEXTS),"$(TEXTS)")
	$(BIN)/python benchmarks/terms.py
	$(BIN)/python benchmarks/framing.py $(if $(LABELLED),"$(LABELLED)") $(if $(TEXTS),--texts "$(TEXTS)")
	$(BIN)/python benchmarks/redundancy.py $(if $(LABELLED),"$(LABELLED)/pan13_train")
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/calibration.py $(if $(TEXTS),"$(TEXTS)")
	$(BIN)/python benchmarks/coverage.py $(if $(TEXTS),"$(TEXTS)")

docs: $(EXTRAS)  ## The pages in docs/, from what the package says of its tables, methods and languages
	$(BIN)/python docs/generate.py

site: $(DEV)  ## The pages in docs/ as a site that opens from disk, with search: site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

clean:  ## Remove the virtual environment and what tools left behind
	rm -rf .venv site .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
