"""一台新电脑到 04 课的第一个 ✓：各段用了多久（秒）。下载另算；人读课文的时间不在内。"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "browser"))
from classroom import Classroom, chromium, chromium_browser, copy_notebooks, lab_server  # noqa: E402


def timed(label: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    print(f"{label:<28}{time.perf_counter() - started:6.1f}", flush=True)


def main() -> None:
    if not chromium():
        print("没有 chromium，这一项量不了；Debian/Ubuntu：sudo apt-get install chromium")
        return
    with tempfile.TemporaryDirectory() as place:
        _measure(Path(place))


def _measure(place: Path) -> None:
    wheels, venv = place / "wheels", place / "venv"
    programs = venv / ("Scripts" if os.name == "nt" else "bin")
    lock = str(ROOT / "requirements.lock")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    own = [programs / "python", "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    download = [*pip, "download", "--require-hashes", "-r", lock, "-d", wheels]
    timed("下载（网有快慢，另算）", lambda: _run(download))
    timed("建 venv", lambda: _run([sys.executable, "-m", "venv", venv]))
    install = [*own, "--no-index", "--find-links", wheels, "-r", lock]
    timed("安装", lambda: _run(install))
    editable = [*own, "--no-index", "--no-build-isolation", "--no-deps", "--editable", "."]
    timed("装上工作簿", lambda: _run(editable))
    home, root = place / "home", place / "notebooks"
    home.mkdir()
    folder = copy_notebooks(root / "student")
    _first_sign(programs / "python", home, root, folder)


def _first_sign(python: Path, home: Path, root: Path, folder: Path) -> None:
    started = time.perf_counter()
    with lab_server(home, root, str(python)) as (address, _), chromium_browser() as browser:
        print(f"{'JupyterLab 起来':<28}{time.perf_counter() - started:6.1f}", flush=True)
        room = Classroom(browser, address, folder, root, root)
        timed("打开 04，内核就绪", lambda: room.open("04_rfm_training"))
        timed("全部运行", room.run_all)
        timed("第一格到第一个记号", lambda: _one_cell(room))


def _one_cell(room: Classroom) -> None:
    cell = room.sheet("标 30 个箭头").locator("input").first
    cell.press("d")
    room.expect_saved(room.sheet("标 30 个箭头"))


def _run(command: list) -> None:
    quiet = os.environ | {"PIP_NO_INPUT": "1"}
    subprocess.run(
        [str(part) for part in command], check=True, cwd=ROOT, env=quiet, stderr=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
