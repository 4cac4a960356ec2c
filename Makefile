# Every target that a person calls has a sentence after "##"; `make help` shows them. CI runs the same targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two test runs side by side would share one broker.
.NOTPARALLEL:

BIN := .venv/bin
# The newest Python on the path that is not too old; PYTHON=… overrides.
PYTHON ?= $(firstword $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python; done) python3)
NEEDS := PYTHON="$(PYTHON)" .ci/needs

TRACES ?= 100000
DATA ?=
STAY ?=
ARGS ?=

##@ Start here

.PHONY: help
help: ## Show what there is to make.
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: .venv/.installed ## Create .venv and install Assay with its development tools into it.

.venv/.installed: pyproject.toml setup.py
	@$(NEEDS) python
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

.PHONY: demo
demo: needs-broker setup ## Run the main job on a real Kafka: TRACES=100000, DATA="FILE:SUBJECT FILE …", STAY=1 to keep it up.
# Several files, so a file's name cannot have a space in it here; `assay demo --data` takes any.
	$(BIN)/assay demo --traces $(TRACES) $(foreach file,$(DATA),--data '$(file)') $(if $(STAY),--stay) $(ARGS)

##@ Prove it

.PHONY: test
test: needs-broker test-fast test-broker ## Run all tests but the fault campaigns and those of the page in a browser.

.PHONY: test-fast
test-fast: setup ## Run only those that need no broker.
	$(BIN)/pytest -n auto $(ARGS)

# Three at a time on two cores: they wait as much as they compute. The tests of a file share what they look at. Only files
# with such tests are read: to read all costs each process five seconds more.
.PHONY: test-broker
test-broker: needs-broker setup ## Run only those that need Kafka and Valkey.
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "broker and not faults and not browser" \
		$$(grep -rl --include='test_*.py' 'mark\.broker' tests) $(ARGS)

.PHONY: test-faults
test-faults: needs-broker setup ## Run the fault campaigns: kills, freezes and cuts on a real Kafka; takes long.
	$(BIN)/pytest -m faults --timeout 1800 $(ARGS)

.PHONY: test-browser
test-browser: needs-broker needs-chromium setup ## Drive the web page in a real Chromium, by itself and on a real Kafka.
	$(BIN)/pytest -m browser tests/browser $(ARGS)

.PHONY: test-config
test-config: needs-broker setup ## Check the configuration of Prometheus, Alertmanager and Grafana with their own tools, and live.
	$(BIN)/assay config generate --check
	tools=$$(.ci/monitoring-tools) && export ASSAY_TEST_MONITORING=$$tools && \
	$(BIN)/pytest tests/unit/monitoring $(ARGS) && \
	$(BIN)/pytest -m broker tests/broker/monitoring $(ARGS)

.PHONY: test-api-deep
test-api-deep: needs-broker setup ## Ask the API far more: 10^5 requests of tenants, minutes of requests made from its OpenAPI document.
	ASSAY_TEST_ISOLATION_CASES=100000 ASSAY_TEST_SCHEMATHESIS_S=300 \
		$(BIN)/pytest -m broker --timeout 3600 tests/broker/http/test_isolation.py tests/broker/http/test_schemathesis.py $(ARGS)

.PHONY: bench
bench: needs-broker setup .venv/.installed-bench ## Measure speed beside other stream processors in one run; ARGS=… goes to `assay bench`.
	$(BIN)/assay bench $(ARGS)

.venv/.installed-bench: .venv/.installed
	$(BIN)/pip install --quiet --editable '.[dev,bench]'
	@touch $@

##@ Keep it clean

.PHONY: lint
lint: setup ## Check style and formatting.
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: format
format: setup ## Format the code and apply the safe corrections.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: types
types: setup ## Check types strictly, of the source and of the tests.
	$(BIN)/mypy
# tests/ is no package and file names repeat in it: only the full path tells two modules apart.
	$(BIN)/mypy --strict --explicit-package-bases tests

.PHONY: contracts
contracts: setup ## Check that imports point one way (docs/architecture.md).
	$(BIN)/lint-imports

.PHONY: docs
docs: setup ## Write the generated pages of docs/reference from the code.
	$(BIN)/python -m assay.agents.docs_reference docs/reference
	@$(BIN)/python tests/requirements_cited.py --page

.PHONY: pictures
pictures: needs-broker needs-chromium setup ## Make the pictures of docs/page.md, and those of docs/commands.md from real runs.
	ASSAY_TEST_PICTURES=docs/pictures \
		$(BIN)/pytest -m browser -p no:randomly tests/browser/test_pictures.py tests/browser/test_command_pictures.py $(ARGS)

.PHONY: requirements
requirements: setup ## List the requirements and defects that the tests cite.
	@$(BIN)/python tests/requirements_cited.py

.PHONY: check-docker
check-docker: ## Check the compose file and build the image.
	@$(NEEDS) docker
	docker compose --file docker/compose.yaml config --quiet
	docker build --file docker/Dockerfile --tag assay:check .

##@ Work on it

.PHONY: dev-up
dev-up: needs-broker setup ## Start Kafka and Valkey on loopback for development.
	$(BIN)/assay dev up $(ARGS)

.PHONY: dev-down
dev-down: setup ## Stop them; the data stays in .assay.
	$(BIN)/assay dev down

.PHONY: clean
clean: ## Remove caches and builds; .venv and .assay (data and keys) stay.
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find pipeline agents schemas remediation_rules policies src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Before anything is downloaded or installed: say all that is missing at once.
.PHONY: needs-broker
needs-broker:
	@$(NEEDS) python java maven

.PHONY: needs-chromium
needs-chromium:
	@$(NEEDS) chromium
