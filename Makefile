# Every target does its own set-up: a machine with Python 3.11, pip and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check lab notebooks pictures gallery docs fuzz bench lowest newest clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# CI and everybody else get the same versions; `make newest` and `make lowest` try the ends of the range.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY) ## Fetch the demo organisation over HTTP and write tables, charts, workbook, notebooks
	$(BIN)/dfns-frames demo --out demo-output

test: $(READY) ## Run every test
	$(BIN)/python -m pytest -q

check: $(READY) ## Lint, types, layers, documentation and notebooks up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/execute_notebooks.py --check

# Never on notebooks/ itself: saved after a run on your account, it would put your organisation into git.
lab: $(READY) ## Open JupyterLab on copies of the example notebooks, in lab/ (ignored by git, yours to change)
	@mkdir -p lab
	@for notebook in notebooks/*.ipynb; do \
	  copy="lab/$${notebook##*/}"; \
	  [ -e "$$copy" ] || { cp "$$notebook" "$$copy" && echo "copied $$notebook to $$copy"; } || exit 1; \
	done
	$(BIN)/jupyter lab --notebook-dir lab $(if $(filter 0,$(shell id -u)),--allow-root)

notebooks: $(READY) ## Execute the example notebooks and save them with their outputs
	$(BIN)/python docs/execute_notebooks.py

pictures: $(READY) ## Draw the pictures of the documentation anew
	$(BIN)/python docs/generate.py --pictures

docs: $(READY) ## Write the generated parts of the documentation anew
	$(BIN)/python docs/generate.py

fuzz: $(READY) ## Try hostile input for ten minutes
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -q tests/test_hostile_input.py

bench: $(READY) ## Measure speed and memory beside the other ways to do it
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python -m benchmarks

gallery: $(READY) ## Draw every chart on every kind of input, into gallery/
	$(BIN)/python -m tests.gallery gallery

lowest: ## Run the tests on the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)-lowest/bin/uv pip install --quiet --python $(VENV)-lowest --resolution lowest-direct -e .
	$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(VENV)-lowest/bin/python -m pytest -q

newest: ## Run the tests on the newest versions there are
	$(PYTHON) -m venv $(VENV)-newest
	$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade -e '.[dev]'
	$(VENV)-newest/bin/python -m pytest -q

clean: ## Remove what the other targets made
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest demo-output gallery build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
