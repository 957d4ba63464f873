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

.DEFAULT_GOAL := help
.PHONY: help setup report test lint lab verify bench docs clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

# Hash-checked and pinned down to the installer; made again only when the lock or the project file changes.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; '$(PYTHON)' is older. Name another: make report PYTHON=python3.12" >&2; exit 1; }
	@rm -f $(READY)
	"$(PYTHON)" -m venv .venv
	sed -n '/^pip==/,/[^\\]$$/p' requirements.lock > .venv/pip.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/pip.lock
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --no-compile -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

setup: $(READY)  ## Only the virtual environment, in .venv

report: $(READY)  ## The illustrated report: make report [CORPUS=data/sample] [OUT=figures/sample] [PARAMS=file.yml]
	$(BIN)/python -m analysis report "$(CORPUS)" --out "$(OUT)" $(if $(PARAMS),--params "$(PARAMS)")

test: $(READY) lint  ## Everything that CI runs
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(READY)  ## Style and types
	$(BIN)/python -m ruff check --cache-dir .venv/ruff-cache .
	$(BIN)/python -m ruff format --cache-dir .venv/ruff-cache --check .
	$(BIN)/python -m mypy --cache-dir .venv/mypy-cache

# None of the user's own settings, which may open the server to others or take its token away; the page's are kept here.
lab: $(READY)  ## JupyterLab on the notebooks, for this machine alone: make lab [LAB=options]
	JUPYTER_CONFIG_DIR="$(CURDIR)/.venv/jupyter" JUPYTER_CONFIG_PATH= $(BIN)/python -m jupyterlab notebooks \
	  --ServerApp.ip=127.0.0.1 --ServerApp.allow_remote_access=False $(LAB)

verify: $(READY)  ## Rerun a finished run from its manifest and compare: make verify [OUT=figures/sample]
	$(BIN)/python -m analysis verify "$(OUT)"

bench: $(READY)  ## The peers side by side: make bench [TEXTS=folder of .txt files] [LABELLED=folder of labelled data]
	$(BIN)/python benchmarks/words.py $(if $(TEXTS),"$(TEXTS)")
	$(BIN)/python benchmarks/terms.py
	$(BIN)/python benchmarks/framing.py $(if $(LABELLED),"$(LABELLED)") $(if $(TEXTS),--texts "$(TEXTS)")
	$(BIN)/python benchmarks/redundancy.py $(if $(LABELLED),"$(LABELLED)/pan13_train")
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/scale.py

docs: $(READY)  ## The pages in docs/, from what the package says of its tables and methods
	$(BIN)/python -m analysis.publish.dictionary

clean:  ## Remove the virtual environment and what tools left behind
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
