# `make run` and `make test` need python3 (3.11 or newer), make, and nothing else.

PYTHON ?= python3
BIN := .venv/bin
export PORT ?= 8000
export PATH := $(CURDIR)/$(BIN):$(PATH)
PYTEST := python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
LOCK := uv pip compile --quiet --universal --python-version 3.11 --no-python-downloads $(UPGRADE) \
    --no-emit-index-url --no-emit-find-links --annotation-style line --custom-compile-command "make lock"

# `make run` serves plain HTTP on this machine; behind a proxy with TLS leave ARK_HTTPS alone.
# `make run CPU=1` installs PyTorch without CUDA, for machines without a GPU (docs/operations.md).
run: export ARK_HTTPS ?= false
run: export ARK_LOG_FORMAT ?= plain
run: .venv/installed
	@python -m webapp.home
	@python -m webapp.preflight
	@python manage.py prepare
	@python -m webapp.foreground $(if $(REDIS_URL),web predictor analyst teacher trainer explainer)

# TESTS names some of them: `make test TESTS=tests/api`. axe-core, which looks at every page, comes with npm.
test: .venv/installed-dev node_modules/.installed
	$(PYTEST) $(TESTS)

# Kills, outages, hostile and made-up input, for hours; `make test` tries most of it for seconds.
DRILLS := tests/drills tests/browser/test_every_page.py tests/cnn/training/test_distributed.py \
    tests/training/test_several_processes.py tests/benchmarks/test_gpu.py
drills: export ARK_DRILLS := long
drills: .venv/installed-dev node_modules/.installed
	$(PYTEST) --timeout 14400 $(if $(TESTS),$(TESTS),$(DRILLS))

# Hosts in network namespaces that are cut off, parted, slowed down, moved and upgraded; needs root
# (docs/scaling.md, *A cluster on one computer*). `make test` cuts off one host.
cluster: export ARK_DRILLS := long
cluster: .venv/installed-dev
	python -m pytest --timeout 1800 $(if $(TESTS),$(TESTS),tests/cluster)

# What runs in processes of its own (drills, training) is not seen.
coverage: .venv/installed-dev
	$(PYTEST) --cov --cov-report term $(TESTS)

lint: lint-python lint-js

lint-python: types
	ruff check .
	ruff format --check .

types: .venv/installed-dev
	SECRET_KEY=$$(printf lint%050d) mypy webapp recognition client/ark_client

lint-js: node_modules/.installed
	node_modules/.bin/biome check --error-on-warnings
	node_modules/.bin/tsc

hooks: .venv/installed-dev node_modules/.installed
	pre-commit install

# What a release consists of, as CycloneDX: every pin of requirements.lock.
sbom: .venv/installed-dev
	cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
	    --of JSON --output-file sbom.json

# Known weaknesses of the pins, as far as PyPI can be asked, and their licences.
# What came of it, and what no audit of pins sees: docs/security-audit.md.
audit: .venv/installed-dev
	pip-audit --requirement requirements.lock --no-deps --disable-pip --progress-spinner off --strict
	pip-licenses --from=mixed --partial-match --fail-on="$(FORBIDDEN_LICENCES)" >/dev/null

FORBIDDEN_LICENCES := AGPL;Affero;SSPL;Server Side Public;Business Source;Commons Clause

# The words that people read, from code and pages into locale/. Needs GNU gettext.
messages: .venv/installed-dev
	python bin/messages.py

# What pages show of the networks, found out by torch and read without it: after one was added or changed.
networks: .venv/installed
	python -m recognition.cnn.networks.describe
	python -m recognition.cnn.diagrams

# The pictures in docs/screenshots, taken anew. Needs a Chromium, and the network (bin/screenshots.py).
screenshots: .venv/installed-dev
	python -m bin.screenshots

# Keeps the versions that are locked already; `make lock UPGRADE=--upgrade` takes the newest.
lock: .venv/installed-dev
	$(LOCK) --output-file requirements.lock requirements.txt
	$(LOCK) --output-file requirements-dev.lock --constraint requirements.lock requirements-dev.txt

bench: .venv/installed-dev .venv-peer/installed
	python -m benchmarks

bench-queues: .venv/installed-dev .venv-peer/installed
	python -m benchmarks.queues

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ark needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock | .venv/bin/python
	@CPU="$(CPU)" python bin/install.py requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock | .venv/bin/python
	@CPU="$(CPU)" python bin/install.py requirements-dev.lock
	@touch $@ .venv/installed

node_modules/.installed: package.json package-lock.json | .venv/installed-dev
	npm ci --loglevel error
	@touch $@

.venv-peer/installed: benchmarks/requirements-peer.txt
	$(PYTHON) -m venv .venv-peer
	.venv-peer/bin/pip install --quiet --requirement benchmarks/requirements-peer.txt
	@touch $@

.PHONY: run test drills cluster sbom audit coverage lint lint-python lint-js types hooks messages networks screenshots lock bench bench-queues
