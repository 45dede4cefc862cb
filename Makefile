# Python 3.11 or newer is all that has to be there; `make` lists what can be made.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
RUNTIME := .venv/ready-runtime
DEV := .venv/ready-dev
PROJECTS := pyproject.toml $(wildcard plugins/*/pyproject.toml) scripts/setup.sh
LOCK := uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
	--universal --python-version 3.11

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: setup
setup: $(DEV) ## make .venv with all that is needed to run and test

$(RUNTIME): requirements/runtime.txt $(PROJECTS)
	@scripts/setup.sh runtime

$(DEV): requirements/dev.txt $(PROJECTS)
	@scripts/setup.sh dev
	@touch $(RUNTIME)

.PHONY: demo
demo: $(RUNTIME) ## the whole flow on a devnet of its own, in seconds
	@$(BIN)/milestone demo

.PHONY: test
test: $(DEV) ## the tests that take up to a few seconds each
	$(BIN)/python -m pytest -n auto --dist loadscope -m "not slow" --ignore=tests/integration

.PHONY: test-all
test-all: $(DEV) ## every test but the mutations, those in containers, and those with other people's clients
	$(BIN)/python -m pytest -n auto --dist loadscope -rs --ignore=tests/mutations \
		--ignore=tests/integration $(PEER_TESTS:%=--ignore=%)

.PHONY: integration
integration: $(DEV) ## the services in containers (needs Docker; see MILESTONE_TEST_STACK in docs/infra.md)
	@scripts/devnet_image.sh || echo "without the devnet's image, tests of it are skipped"
	$(BIN)/python -m pytest -rs --timeout 900 tests/integration

PEERS := .venv-peers/ready-peers
NODE_CLIENTS := plugins/devnet/tests/clients/node
SCALUS := plugins/devnet/tests/ledger/scalus
SIGNERS := tests/signatures
PEER_TESTS := plugins/devnet/tests/clients plugins/devnet/tests/devnet/test_kupo_openapi.py \
	plugins/devnet/tests/ledger/test_differential.py tests/differential/test_second_machine.py \
	tests/mutations/test_second_opinions.py tests/flow/test_npm_signers.py

$(PEERS): requirements/peers.txt $(PROJECTS)
	@VENV=.venv-peers scripts/setup.sh peers

# Not `npm ci`: a lock file without registry addresses lacks the versions of optional packages.
%/node_modules: %/package-lock.json
	cd $* && npm install --no-save --no-audit --no-fund
	@touch $@

.PHONY: test-peers
test-peers: $(PEERS) $(NODE_CLIENTS)/node_modules $(SCALUS)/node_modules $(SIGNERS)/node_modules ## other people's clients on the devnet (needs npm)
	.venv-peers/bin/python -m pytest -rs $(PEER_TESTS)

.PHONY: lint
lint: $(DEV) ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(DEV) ## types
	$(BIN)/mypy

.PHONY: layers
layers: $(DEV) ## who may import whom
	$(BIN)/lint-imports

.PHONY: contracts
contracts: $(RUNTIME) ## compile validators/ into contracts/plutus.json (needs Aiken)
	$(BIN)/python scripts/build_contracts.py

.PHONY: contracts-check
contracts-check: $(RUNTIME) ## whether contracts/plutus.json is what validators/ compiles to
	$(BIN)/python scripts/build_contracts.py --check

.PHONY: mutations
SAMPLES ?= 100
mutations: $(DEV) ## break each rule of the contract in SAMPLES random transactions (100)
	SAMPLES=$(SAMPLES) $(BIN)/python -m pytest -n auto --dist worksteal -rs tests/mutations \
		$(PEER_TESTS:%=--ignore=%)

.PHONY: worst
EXAMPLES ?= 200
worst: $(DEV) ## search for pages that can be registered and not paid, EXAMPLES times (200)
	EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/bounds/test_worst.py

.PHONY: kill-matrix
kill-matrix: $(DEV) ## remove each check of the contract in turn; the table goes into docs/
	$(BIN)/python scripts/kill_matrix.py

.PHONY: kill-matrix-check
kill-matrix-check: $(DEV) ## whether the table is of the current sources
	$(BIN)/python scripts/kill_matrix.py --check

.PHONY: rules
rules: $(RUNTIME) ## each rule of the contract and the Aiken tests that break it, into the docs
	$(BIN)/python scripts/rule_tests.py

.PHONY: rules-check
rules-check: $(RUNTIME) ## whether every rule has a test that breaks it, as the docs say
	$(BIN)/python scripts/rule_tests.py --check

.PHONY: costs
costs: $(RUNTIME) ## what the contract costs, into the docs
	$(BIN)/python benchmarks/contract_costs.py --write docs/contract.md

.PHONY: infra
infra: $(RUNTIME) ## the compose files of the public networks, from their template and the contract
	$(BIN)/python scripts/infra.py

.PHONY: cli-reference
cli-reference: $(RUNTIME) ## what every --help prints, into the docs
	$(BIN)/python scripts/cli_reference.py

PLAYED := docs/tutorial.md docs/howto/oracle.md
.PHONY: tutorial
tutorial: $(DEV) ## type the commands of the played pages, and put what they print into them
	for page in $(PLAYED); do $(BIN)/python scripts/tutorial.py $$page || exit 1; done

.PHONY: tutorial-check
tutorial-check: $(DEV) ## whether the commands of the played pages print what they say
	for page in $(PLAYED); do $(BIN)/python scripts/tutorial.py --check $$page || exit 1; done

.PHONY: check
check: lint types layers test ## what has to be green before a commit

.PHONY: lock
lock: ## pin requirements/*.in anew (needs uv)
	$(LOCK) --upgrade requirements/runtime.in -o requirements/runtime.txt
	$(LOCK) --upgrade requirements/dev.in -o requirements/dev.txt
	$(LOCK) --upgrade requirements/peers.in -o requirements/peers.txt

.PHONY: clean
clean: ## remove what was made here
	rm -rf .venv .venv-peers .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist build
