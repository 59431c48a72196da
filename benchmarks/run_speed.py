"""整本工作簿 × 三种模式 × 两个来源：我们的执行器与 papermill 命令行一件一件做，各用多久，输出是否相同。

README 里“快多少倍”的出处。两边用同样的答案文件与参数，轮流做；比的是每个代码格的输出。
用法：run_speed.py [轮数]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from lifecycle_lab import run as runner
from lifecycle_lab.answers import encode
from lifecycle_lab.exercises.modes import MODES, answers_for
from lifecycle_lab.run.stripping import strip_widget_views


def outputs(folder: Path) -> dict[Path, list]:
    """每本笔记本的各代码格的输出。控件只比静态的样子：活视图的编号每次不同，执行器也不留它。"""
    return {path.relative_to(folder): _cell_outputs(path) for path in folder.rglob("*.ipynb")}


def _cell_outputs(notebook: Path) -> list:
    document = json.loads(notebook.read_text(encoding="utf-8"))
    strip_widget_views(document)
    return [cell["outputs"] for cell in document["cells"] if cell["cell_type"] == "code"]


def by_runner(out: Path) -> float:
    """整条命令的时间（秒），含 Python 启动。"""
    modes = [part for mode in MODES for part in ("--mode", mode)]
    command = [sys.executable, "-m", "lifecycle_lab.cli", "run", "--out", str(out), *modes]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def by_papermill(jobs: Sequence[runner.Job]) -> float:
    """papermill 命令行，一件一个进程，一件接一件；准备答案文件的时间不算（秒）。"""
    for job in jobs:
        job.folder.mkdir(parents=True, exist_ok=True)
        if answers := job.parameters().get("answers_file"):  # 90 没有答案文件
            Path(answers).write_bytes(encode(answers_for(job.mode, job.assignment)))
    started = time.perf_counter()
    for job in jobs:
        named = [part for name, value in job.parameters().items() for part in ("-r", name, value)]
        command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--cwd", str(job.notebook.parent)]
        subprocess.run(
            [*command, *named, str(job.notebook), str(job.executed)], check=True, capture_output=True
        )
    return time.perf_counter() - started


def main(rounds: int) -> None:
    for number in range(1, rounds + 1):
        out = Path(tempfile.mkdtemp()) / "out"  # 两边用同一个路径：它写在参数格与输出里
        mine, found = by_runner(out), outputs(out)
        shutil.rmtree(out)
        theirs, wanted = by_papermill(runner.plan(modes=MODES, out=out)), outputs(out)
        same = sum(found[name] == wanted[name] for name in wanted)
        print(
            f"第 {number} 轮：{len(wanted)} 件，执行器 {mine:.1f} 秒，papermill 命令行逐件 {theirs:.1f} 秒，"
            f"快 {theirs / mine:.2f} 倍，输出相同 {same}/{len(wanted)}"
        )
        shutil.rmtree(out.parent)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
