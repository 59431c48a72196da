"""工作簿作为一个项目：下限、锁定清单、层次、轻的引入、带数据的轮子、没有不该有的字。"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from groups import group_of

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# 公告里修好的版本（research 的清单）：锁定的版本不许更低
SAFE_FLOORS = {
    "jupyterlab": (4, 6, 2),
    "jupyter-server": (2, 20, 0),
    "nbconvert": (7, 17, 1),
    "notebook": (7, 5, 6),
    "pyarrow": (14, 0, 1),
    "openpyxl": (3, 1, 5),
    "defusedxml": (0, 7, 1),
    "filelock": (4, 2),
}


def locked_versions() -> dict[str, set[tuple[int, ...]]]:
    found: dict[str, set[tuple[int, ...]]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([0-9.]+)", LOCK, re.MULTILINE | re.IGNORECASE):
        found.setdefault(name.lower(), set()).add(tuple(int(part) for part in version.split(".") if part))
    return found


def test_environment_lists_the_same_floors_as_pyproject():
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("- pip:")[1].splitlines()
    pip = [line.strip().removeprefix("- ") for line in lines if line.strip().startswith("- ")]
    assert pip[-1] == "--editable ."
    assert pip[:-1] == PROJECT["project"]["dependencies"]


def test_the_lock_holds_the_safe_floors_and_every_dependency():
    locked = locked_versions()
    for name, floor in SAFE_FLOORS.items():
        assert all(version >= floor for version in locked.get(name, ())), name
    wanted = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    for requirement in wanted:
        name, floor = re.fullmatch(r"([A-Za-z0-9._-]+)>=([0-9.]+)", requirement).groups()
        versions = locked[name.lower()]
        assert all(v >= tuple(map(int, floor.split("."))) for v in versions), requirement


def test_the_lock_has_hashes_and_no_addresses():
    assert "://" not in LOCK
    assert not re.search(r"^--|@ ", LOCK, re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_layers_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        (
            "import lifecycle_lab",
            "pandas numpy matplotlib duckdb pyarrow openpyxl IPython ipywidgets papermill typer",
        ),
        (
            "from lifecycle_lab.exercises import open_assignment, check\n"
            "a = open_assignment('demo'); check('table_4_3', a, a.blank_answers())",
            "pandas numpy matplotlib duckdb pyarrow scipy sklearn pyspark openpyxl docx papermill",
        ),
        (
            "from lifecycle_lab import open_lab\n"
            "lab = open_lab(); lab.card(); lab.table_4_2.check(); lab.table_4_3.fill({})",
            "pandas numpy matplotlib duckdb pyarrow scipy sklearn polars openpyxl docx papermill",
        ),
        (
            "from lifecycle_lab.exercises.problems import builders\nfrom lifecycle_lab.variants import Numbers\n"
            "[build(Numbers('x')) for build in builders().values()]",
            "pandas numpy matplotlib duckdb pyarrow scipy sklearn polars openpyxl docx papermill IPython",
        ),
        (
            "import lifecycle_lab.cli",
            "pandas numpy matplotlib duckdb pyarrow openpyxl docx papermill nbconvert",
        ),
    ],
)
def test_light_doors_stay_light(tmp_path, statement, banned):
    code = f"import sys\n{statement}\nprint(*sorted(set(sys.modules) & set({banned!r}.split())))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_the_wheel_carries_the_data(tmp_path):
    """轮子里有数据，而且装在别处、没有检出时找得到它。"""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            ROOT,
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")  # 我们自己刚做的包
    shipped = {
        f"lifecycle_lab/_data/{p.relative_to(ROOT / 'data')}"
        for p in (ROOT / "data").rglob("*")
        if p.is_file()
    }
    assert shipped <= names
    code = (
        "from lifecycle_lab.content import data_folder\n"
        "from lifecycle_lab.exercises import open_assignment\n"
        "print(data_folder()); print(open_assignment('demo').customer_ids[0])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, first = done.stdout.split()
    assert folder.endswith("lifecycle_lab/_data")
    assert first == "C007"


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_banned_calls_in_the_package():
    """不许有会运行别人东西的写法，也不许有时钟（盖时间戳、认出写坏的日期那两处除外）。"""
    banned = re.compile(
        r"\b((import|from) (pickle|dill|joblib)|(pickle|dill|joblib)\.|eval\(|exec\(|read_pickle|allow_pickle|yaml\.load|shell=True|extractall|"
        r"unpack_archive|on_bad_lines|errors=\"(ignore|replace|coerce)\")"
    )
    clocks = re.compile(r"datetime\.now|time\.time\(")
    for path in (ROOT / "lifecycle_lab").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not banned.search(text), path
        assert path.name == "store.py" or not clocks.search(text), path
        assert path.name == "clock.py" or "date.today" not in text, path


def test_no_registry_host_and_no_binary_crept_in():
    hosts = re.compile(
        "|".join(["p" + "ypi.org", "python" + "hosted", "registry.n" + "pmjs", "deb.deb" + "ian"])
    )
    for path in tracked():
        data = path.read_bytes()
        if path.suffix in {".parquet", ".png"}:
            assert len(data) < 2**20, path
            continue
        assert not hosts.search(data.decode("utf-8")), path


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/instructor/README.md"])
def test_documents_name_and_link_only_what_is_there(document):
    """改了文件名，写着它的那一句也要改。"""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|benchmarks|data|docs|notebooks|lifecycle_lab)/[\w./*-]+)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [name for name in named if not list(ROOT.glob(name))] == []
    assert [link for link in linked if not (ROOT / document).parent.joinpath(link).exists()] == []


# —— 分组（tests/groups.py） ——


def test_every_test_that_looks_at_the_whole_workbook_is_in_one_group():
    for path in (ROOT / "tests").glob("test_*.py"):
        if re.search(r"^def test_\w+\([^)]*\bwhole\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert group_of(f"tests/{path.name}::test_x[1]") == "run", path.name


def test_a_group_runs_in_one_process(tmp_path):
    """真的分给两个工作进程：同组的在同一个里，不同组的分开。"""
    folder = tmp_path / "tests"
    folder.mkdir()
    for name in ("conftest.py", "groups.py"):
        shutil.copy(ROOT / "tests" / name, folder)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = tests\n", encoding="utf-8")
    body = "import os, pathlib, time\n" + "".join(
        f"def test_{i}():\n    time.sleep(0.1)\n    pathlib.Path(__file__ + '.{i}').write_text(str(os.getpid()))\n"
        for i in range(3)
    )
    for name in ("test_run.py", "test_template.py", "test_run_kernels.py", "test_run_widgets.py"):
        (folder / name).write_text(body, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    ran = {
        name: {path.read_text() for path in folder.glob(f"{name}.py.*")}
        for name in ("test_run", "test_template", "test_run_kernels", "test_run_widgets")
    }
    assert ran["test_run"] == ran["test_template"]
    assert ran["test_run_kernels"] == ran["test_run_widgets"]
    assert len(ran["test_run"]) == len(ran["test_run_kernels"]) == 1
    assert ran["test_run"] != ran["test_run_kernels"]
