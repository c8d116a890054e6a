# Every target does its own set-up: a machine with Python 3.11 or later, pip and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAB := $(VENV)/.lab
DEV := $(VENV)/.dev
# On all cores: what the tests do is mostly to wait for processes and servers of their own.
TESTS := -m pytest -q --numprocesses logical --maxprocesses 4 --dist worksteal
PIP := -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test check lab notebooks pictures gallery docs fuzz bench spark lowest newest clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Says in one sentence what is the matter with a Python that cannot be used; works with any Python 3.
define usable
@$(PYTHON) -c 'import sys' 2>/dev/null || \
	{ echo "$(PYTHON) is not to be found: install Python 3.11 or later, or name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "$(PYTHON) is Python $$($(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])'), but 3.11 or later is needed: name one, such as make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "$(PYTHON) has no venv: install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
endef

# CI and everybody else get the same versions; `make newest` and `make lowest` try the ends of the range.
$(LAB): pyproject.toml constraints.txt
	$(usable)
	@echo "Setting up $(VENV) for the demo and the notebooks. This is done once, takes about a minute, and needs 0.7 GB on disk."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) -c constraints.txt -e '.[lab]'
	@touch $@

$(DEV): pyproject.toml constraints.txt
	$(usable)
	@echo "Setting up $(VENV) for tests and checks. This is done once, takes two minutes at most, and needs 1.1 GB on disk."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) -c constraints.txt -e '.[dev]'
	@touch $(LAB) $@

demo: $(LAB) ## Fetch the demo organisation over HTTP and write tables, charts, workbook, notebooks
	$(BIN)/dfns-frames demo --out demo-output

# Compiled first: the processes that tests start need not do it again, where Python is told to write no bytecode.
test: $(DEV) ## Run every test
	@$(BIN)/python -m compileall -q dfns_frames tests
	$(BIN)/python $(TESTS)

check: $(DEV) ## Lint, types, layers, documentation and notebooks up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/execute_notebooks.py --check

# Never on notebooks/ itself: saved after a run on your account, it would put your organisation into git.
lab: $(LAB) ## Open JupyterLab on copies of the example notebooks, in lab/ (ignored by git, yours to change)
	@mkdir -p lab
	@for notebook in notebooks/*.ipynb; do \
	  copy="lab/$${notebook##*/}"; \
	  [ -e "$$copy" ] || { cp "$$notebook" "$$copy" && echo "copied $$notebook to $$copy"; } || exit 1; \
	done
	$(BIN)/jupyter lab --notebook-dir lab $(if $(filter 0,$(shell id -u)),--allow-root)

notebooks: $(DEV) ## Execute the example notebooks and save them with their outputs
	$(BIN)/python docs/execute_notebooks.py

pictures: $(DEV) ## Draw the pictures of the documentation anew
	$(BIN)/python docs/generate.py --pictures

docs: $(DEV) ## Write the generated parts of the documentation anew
	$(BIN)/python docs/generate.py

fuzz: $(DEV) ## Try hostile input for ten minutes
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q tests/test_hostile_input.py tests/test_archive_histories.py

bench: $(DEV) ## Measure speed and memory beside the other ways to do it
	$(BIN)/python $(PIP) -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python -m benchmarks

gallery: $(DEV) ## Draw every chart on every kind of input, into gallery/
	$(BIN)/python -m tests.gallery gallery

# What is tested on the lowest versions: reading, frames, measures, charts, files, HTTP, audit and archive, each by
# the tests that call most of the other packages. The rest says the same on any version, or takes long.
LOWEST := $(addprefix tests/test_,$(addsuffix .py,archive_questions audit_demo audit_rules bad_input capabilities client \
  compare connections doors effective_operations engine export_csv export_excel export_parquet export_values faults \
  frames intake joining measures measures_edges methods new_fields plot_numbers read repeats selection subsets who_can))

spark: $(DEV) ## Ask the archive's questions on Spark too, which needs Java
	$(BIN)/python $(PIP) -c constraints.txt 'pyspark>=4'
	$(BIN)/python -m pytest -q -rs tests/test_archive_spark.py

lowest: ## Run the tests on the lowest versions that pyproject.toml allows
	$(usable)
	@echo "Setting up $(VENV)-lowest with the lowest versions."
	@$(PYTHON) -m venv $(VENV)-lowest
	@$(VENV)-lowest/bin/python $(PIP) uv
	@$(VENV)-lowest/bin/uv pip install --quiet --python $(VENV)-lowest --resolution lowest-direct -e '.[dev]'
	$(VENV)-lowest/bin/python $(TESTS) $(LOWEST)

newest: ## Run the tests on the newest versions there are
	$(usable)
	@echo "Setting up $(VENV)-newest with the newest versions."
	@$(PYTHON) -m venv $(VENV)-newest
	@$(VENV)-newest/bin/python $(PIP) --upgrade -e '.[dev]'
	$(VENV)-newest/bin/python $(TESTS)

clean: ## Remove what the other targets made
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest demo-output gallery build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
