# 每个目标都自己准备好 .venv:python3 -m venv + 一份带哈希、不带网址的锁定清单,没有第二条安装路。
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/.ready

.PHONY: help run test test-spark test-long lab bench lint lock clean

help:  ## 这一页
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '需要 Python 3.11 或更新:make run PYTHON=python3.12'; exit 1; }
	@echo '准备 .venv(第一次要下载约 330 MB,几分钟)…'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(READY)

run: $(READY)  ## 用自带数据执行整本工作簿,写出课页、填好的表与实训报告
	@$(BIN)/lifecycle-lab run

test: $(READY) lint  ## 全部检查与测试
	@sh tests/system_packages.sh
	@$(BIN)/python -m pytest -n 2
	@if command -v java >/dev/null 2>&1; then $(MAKE) --no-print-directory test-spark; else echo '没有 Java：Spark 的一段跳过(安装：sudo apt-get install default-jre-headless)'; fi

test-spark: requirements-spark.lock  ## 同一段 SQL 在真的本机 Spark 上(要 Java 17;自己的 .venv-spark)
	@[ -f .venv-spark/.ready ] && [ ! requirements-spark.lock -nt .venv-spark/.ready ] || { $(PYTHON) -m venv .venv-spark && .venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock && touch .venv-spark/.ready; }
	@PYTHONPATH=. .venv-spark/bin/python -m pytest -q -m spark -p no:cacheprovider tests/spark

test-long: $(READY)  ## 长时间的扫查(断电、并发、重建数据)
	@$(BIN)/python -m pytest -m long -n 2

lint: $(READY)
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports

lab: $(READY)  ## 用中文界面打开 JupyterLab,停在 00
	@$(BIN)/lifecycle-lab lab

bench: $(READY)  ## README 里每个速度数字的来处
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: $(READY)  ## 依赖下限改了以后,重新编译 requirements.lock
	@$(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet uv
	@.tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra dev pyproject.toml -o requirements.lock
	@.tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url requirements-spark.in -o requirements-spark.lock

clean:  ## 删去 .venv 与 build
	rm -rf .venv build
