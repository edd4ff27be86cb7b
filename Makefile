# Everything here works on a fresh Debian machine with Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-extras check lint protos clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    a contact-centre conversation through a real server"
	@echo "make test    set up, then run every test"
	@echo "make test-extras    the tests of engines that need torch, in a place of their own"
	@echo "make check   format, lint, types, protos, packs and policies"
	@echo "make protos  generate service/hushgate/v1 from protos/"

$(VENV)/.run: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/hushgate demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist worksteal

# Torch takes gigabytes: only these tests need it, and make test goes without.
EXTRAS := build/extras-venv

$(EXTRAS)/.ready: pyproject.toml
	@test -x $(EXTRAS)/bin/python || $(PYTHON) -m venv $(EXTRAS)
	@$(EXTRAS)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,transformers,gliner]'
	@touch $@

test-extras: $(EXTRAS)/.ready
	@$(EXTRAS)/bin/python -m pytest tests/detection/test_engines.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/buf lint
	$(BIN)/hadolint Dockerfile
	$(BIN)/python protos/generate.py --check
	$(BIN)/hushgate check

protos: $(VENV)/.dev
	$(BIN)/python protos/generate.py

clean:
	rm -rf $(VENV) build dist

# The shipped name model. DATA is the folder of the licensed sets (service/hushgate/models/MODEL_CARD.md names them);
# without it the model learns from the generator alone. A venv of its own: nothing that runs needs Faker.
DATA ?=
TRAINING := build/training-venv

$(TRAINING)/.ready: pyproject.toml
	@test -x $(TRAINING)/bin/python || $(PYTHON) -m venv $(TRAINING)
	@$(TRAINING)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[training]'
	@touch $@

.PHONY: model
model: $(TRAINING)/.ready
	OMP_NUM_THREADS=1 $(TRAINING)/bin/python -m training.train $(if $(DATA),--data $(DATA)) --out build/names
	OMP_NUM_THREADS=1 $(TRAINING)/bin/python -m training.train $(if $(DATA),--data $(DATA)) --start build/names \
		--made 84000 --passes 1 --seed 11
