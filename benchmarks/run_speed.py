"""整本工作簿 × 三种模式 × 两个来源：我们的执行器与 papermill 命令行一件一件做，各用多久，输出是否相同。

README 里“快多少倍”的出处。两边用同样的答案文件与参数；比的是输出（去掉时间等易变键）。
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lifecycle_lab import run as runner
from lifecycle_lab.answers import encode
from lifecycle_lab.exercises.modes import MODES, answers_for

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 1


def outputs(notebook: Path) -> list:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]


def ours(out: Path) -> tuple[float, dict[Path, list], tuple]:
    """整条命令的时间，含 Python 启动；另在本进程里要来各件活的参数。"""
    command = [sys.executable, "-m", "lifecycle_lab.cli", "run", "--out", str(out)]
    command += [part for mode in MODES for part in ("--mode", mode)]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    found = {path.relative_to(out): outputs(path) for path in out.rglob("*.ipynb")}
    return seconds, found, runner.plan(modes=MODES, out=out)


def one_by_one(jobs: tuple, out: Path) -> tuple[float, dict[Path, list]]:
    """papermill 命令行，一件一个进程，一件接一件。"""
    for job in jobs:
        job.folder.mkdir(parents=True, exist_ok=True)
        answers = Path(job.parameters()["answers_file"])
        answers.write_bytes(encode(answers_for(job.mode, job.assignment)))
    started = time.perf_counter()
    for job in jobs:
        named = [part for name, value in job.parameters().items() for part in ("-r", name, value)]
        command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--cwd", str(job.notebook.parent)]
        subprocess.run(
            [*command, *named, str(job.notebook), str(job.executed)], check=True, capture_output=True
        )
    seconds = time.perf_counter() - started
    return seconds, {path.relative_to(out): outputs(path) for path in out.rglob("*.ipynb")}


for number in range(1, ROUNDS + 1):
    folder = Path(tempfile.mkdtemp()) / "out"
    mine, found, jobs = ours(folder)
    shutil.rmtree(folder)
    theirs, wanted = one_by_one(jobs, folder)
    same = sum(found[name] == wanted[name] for name in wanted)
    print(
        f"第 {number} 轮：{len(jobs)} 件，执行器 {mine:.1f} 秒，papermill 命令行逐件 {theirs:.1f} 秒，"
        f"快 {theirs / mine:.2f} 倍，输出相同 {same}/{len(wanted)}"
    )
    shutil.rmtree(folder.parent)
