"""environment.yml 的清单真的装得出一个能上课的环境：CI 里另建一个 venv，装它，跑第 04 课。"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="要下载约 250 MB，只在 CI 里做")
def test_the_pip_list_makes_an_environment_that_runs_a_lesson(tmp_path):
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("- pip:")[1].splitlines()
    wanted = [line.strip().removeprefix("- ") for line in lines if line.strip().startswith("- ")]
    (tmp_path / "list.txt").write_text("\n".join(wanted) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    programs = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    install = [programs / "python", "-m", "pip", "install", "-q", "-r", tmp_path / "list.txt"]
    subprocess.run(install, cwd=ROOT, check=True)
    run = [programs / "lifecycle-lab", "run", "04", "--source", "survey", "--out", tmp_path / "out"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "survey" / "key" / "04_rfm_training" / "04_rfm_training.html").is_file()
