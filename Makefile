# `make run` sets up, builds and serves; `make test` sets up and checks everything. Both need Python 3.11+, Node 20+.
SHELL := /bin/bash
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell command -v $(name) >/dev/null 2>&1 && $(name) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(name))))
BIN := .venv/bin
PAGE := server/layerloom/page/index.html
PAGE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/coverage -prune -o -type f -print 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup build run dev browser test lint types floors test-python test-frontend test-browser test-containers \
        format schema bench wheel clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

setup: .venv/.ready frontend/node_modules/.ready ## Install everything into .venv and frontend/node_modules

.venv/.ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv was not found. Install it, or name it: make PYTHON=/path/to/python3 setup"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Python packages into .venv (torch is large; the first time takes some minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[postgres,onnx]' --group dev --group reference
	@touch $@

frontend/node_modules/.ready: frontend/package.json frontend/package-lock.json
	@command -v npm >/dev/null || { echo "npm was not found. Install Node.js 20 or newer."; exit 1; }
	@echo "Installing the page's packages into frontend/node_modules"
	@cd frontend && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

build: $(PAGE) ## Build the page into the Python package

$(PAGE): frontend/node_modules/.ready $(PAGE_SOURCES)
	@cd frontend && npm run --silent build

run: setup build ## Set up, build, and serve on http://127.0.0.1:8420
	@$(BIN)/layerloom serve $(ARGS)

dev: setup ## Serve the page with hot reload beside the server
	@trap 'kill 0' EXIT; $(BIN)/layerloom serve & cd frontend && npm run dev

browser: .venv/.ready ## Install Chromium for the browser tests
	@bash scripts/install_browser.sh

test: setup build browser lint types floors test-frontend test-python test-browser ## Check everything

lint: setup ## Ruff and Biome
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@cd frontend && npm run --silent lint

types: setup ## mypy and tsc
	@$(BIN)/mypy
	@cd frontend && npm run --silent types

floors: setup ## import-linter and dependency-cruiser
	@$(BIN)/lint-imports
	@cd frontend && npm run --silent floors

test-frontend: setup ## Vitest
	@cd frontend && npm run --silent test

test-python: setup ## pytest without the browser
	@$(BIN)/pytest -q --ignore=tests/e2e -n 2 --dist worksteal --durations=15

test-browser: setup build browser ## The real page in a real browser
	@$(BIN)/pytest -q tests/e2e

test-containers: ## Build the image and run the compose file (needs docker or podman)
	@bash scripts/test_containers.sh

format: setup ## Format and mend what can be mended
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	@cd frontend && npm run --silent format

schema: setup ## Generate the page's types from the API
	@$(BIN)/python -m layerloom openapi > frontend/openapi.json
	@cd frontend && npm run --silent schema

bench: setup ## Benchmarks against peers (ratios; see benchmarks/)
	@$(BIN)/python -m benchmarks

wheel: setup build ## Build the wheel, with the page inside
	@$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

clean: ## Remove what was built and installed
	rm -rf .venv frontend/node_modules server/layerloom/page dist build
