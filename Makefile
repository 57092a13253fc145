# Doorstep in a few words: make demo, make test, make run, make check, make simulate, make kill, make mutants, make bench, make lock, make clean.
# Each sets up what it needs: Python 3.11 or newer, git and make are all that must be there.

.DEFAULT_GOAL := help
.PHONY: help demo test run check simulate kill mutants bench lock clean
SHELL := /bin/sh

PYTHONS := python3.13 python3.12 python3.11 python3 python
PY := .venv/bin/python
STAMP := .venv/.installed
# The tests' stores lie in memory where there are 4 GB of it to spare: what is proven by them is not the disk.
MEMORY = $(shell [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm | awk 'NR == 2 { print $$4 }')" -gt 4000000 ] && echo PYTEST_DEBUG_TEMPROOT=/dev/shm)
BENCHES := $(filter-out bench.__init__,$(subst /,.,$(basename $(wildcard bench/[!_]*.py))))

help:
	@echo 'make demo    an afternoon at Marsh Lane Primary, faster than life'
	@echo 'make test    every proof (some eleven minutes on two cores); ARGS=… goes to pytest'
	@echo 'make run     the service, with the settings of .env'
	@echo 'make check   ruff, mypy --strict, import-linter'
	@echo 'make simulate whole afternoons in virtual time with faults: VISITS=2000, FIRST=0 the first seed'
	@echo 'make kill    the real process killed KILLS=60 times under load'
	@echo 'make mutants  twelve mistakes put back one at a time, and which tests catch each'
	@echo 'make bench   the figures'
	@echo 'make lock    requirements.lock anew from pyproject.toml (needs uv)'
	@echo 'make clean   away with everything that can be made again'

demo: $(STAMP)
	@$(PY) -m bot demo $(ARGS)

run: $(STAMP)
	@$(PY) -m bot run $(ARGS)

test: $(STAMP)
	@$(MEMORY) $(PY) -m pytest -n 2 --dist loadgroup -q $(ARGS)

check: $(STAMP)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

simulate: $(STAMP)
	@$(PY) -m tests.simulation --visits $(or $(VISITS),2000) --first $(or $(FIRST),0)

kill: $(STAMP)
	@DOORSTEP_TEST_KILLS=$(or $(KILLS),60) $(PY) -m pytest -q -s tests/kill

mutants: $(STAMP)
	@$(PY) -m tests.mutants

bench: $(STAMP)
	@missed=0; for name in $(BENCHES); do echo "== $$name"; $(PY) -m $$name || missed=1; done; exit $$missed

lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv (https://docs.astral.sh/uv): install it, then run this again' >&2; exit 1; }
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade --quiet --output-file requirements.lock

# The stamp is older than the lock when the lock has changed: then everything is installed anew, as locked.
$(STAMP): requirements.lock
	@set -e; \
	if ! $(PY) -c 'import pip' 2>/dev/null; then \
	    found=; \
	    for name in $(PYTHONS); do \
	        if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo 'Doorstep needs Python 3.11 or newer with venv, and none of these is one: $(PYTHONS).' >&2; \
	        echo 'Install it (Debian, Ubuntu: apt-get install python3 python3-venv) and run make again.' >&2; \
	        exit 1; \
	    fi; \
	    $$found -m venv --clear .venv; \
	fi; \
	echo 'Installing what requirements.lock names into .venv (once; a minute or two)'; \
	$(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes --no-deps -r requirements.lock; \
	$(PY) -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .; \
	: > $(STAMP)

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist tests/peers/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
