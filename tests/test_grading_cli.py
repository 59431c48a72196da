"""命令行 class 的几个命令：照 README 走一遍；错了退出码 2，说中文。"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*words: object, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "lifecycle_lab.cli", "class", *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> tuple[Path, dict[str, subprocess.CompletedProcess]]:
    folder = tmp_path_factory.mktemp("照着 README 走")
    found = {"simulate": run("simulate", "--out", "演示", "--students", "30", folder=folder)}
    found["hand-out"] = run("hand-out", "--class", "演示/class", folder=folder)
    found["collect"] = run("collect", "演示/submissions", "--class", "演示/class", folder=folder)
    found["grade"] = run("grade", "--class", "演示/class", folder=folder)
    found["plans"] = run("lesson-plans", "--out", "教案", folder=folder)
    found["export"] = run("export-nbgrader", "--out", "nb", "--class", "演示/class", folder=folder)
    return folder, found


def test_the_whole_way_from_the_readme(walked):
    folder, found = walked
    assert {name: (done.returncode, done.stderr) for name, done in found.items() if done.returncode} == {}
    place = folder / "演示" / "class"
    assert len(list((place / "hand-out").glob("*.zip"))) == 30
    assert len(list((place / "feedback").glob("*.html"))) == 30
    for name in ("gradebook.xlsx", "class.html", "projector.html", "collected.csv"):
        assert (place / name).is_file()
    assert re.search(r"名单 30 人，交了 26 人", found["collect"].stdout)
    assert "最像的是" in found["collect"].stdout
    assert (folder / "nb" / "grades.csv").is_file()
    assert (folder / "教案" / "04_rfm_training.md").is_file()


def test_every_step_says_what_comes_next(walked):
    found = walked[1]
    assert "下一步：学生交回来以后，lifecycle-lab class collect" in found["hand-out"].stdout
    assert "下一步：lifecycle-lab class grade --class 演示/class" in found["collect"].stdout
    assert "“文字评阅”页的黄格里填分" in found["grade"].stdout
    assert "写好了 12 课的教案" in found["plans"].stdout


def test_grading_before_collecting_says_so(tmp_path):
    (tmp_path / "名单.csv").write_text("学号,姓名\n0223,王小明\n", encoding="gb18030")
    opened = run("init", "名单.csv", "--course", "甲班", "--out", "甲班", folder=tmp_path)
    assert "下一步：lifecycle-lab class hand-out --class 甲班" in opened.stdout
    graded = run("grade", "--class", "甲班", folder=tmp_path)
    assert graded.returncode == 0
    assert "还没有收过作业，先 lifecycle-lab class collect" in graded.stdout


def test_the_guide_and_the_readme_name_only_commands_there_are(walked):
    told = run("--help", folder=walked[0]).stdout
    for page in (ROOT / "README.md", ROOT / "docs" / "instructor" / "README.md"):
        for name in re.findall(r"lifecycle-lab class ([a-z-]+)", page.read_text("utf-8")):
            assert name in told, name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "--class", "没有"), "没有班"),
        (("collect", "没有", "--class", "演示/class"), "找不到"),
        (("init", "没有.csv", "--course", "x", "--out", "y"), "找不到文件"),
        (("init", ".", "--course", "x", "--out", "y"), "是一个文件夹，不是文件"),
        (("collect", "演示", "--class", "演示/class"), "班级文件夹自己"),
    ],
)
def test_slips_are_told_in_chinese_without_a_traceback(walked, words, said):
    done = run(*words, folder=walked[0])
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_runner_has_a_word_for_every_mode_and_runs_91_once_per_source(tmp_path):
    from lifecycle_lab.exercises.modes import MODES
    from lifecycle_lab.run import plan
    from lifecycle_lab.run.jobs import WITHOUT_ANSWERS
    from lifecycle_lab.run.telling import _MODES

    assert set(_MODES) == {*MODES, *WITHOUT_ANSWERS}
    jobs = plan(["91"], modes=MODES, out=tmp_path)
    assert [(job.mode, job.source) for job in jobs] == [("class", "survey"), ("class", "online_retail")]
    assert set(jobs[0].parameters()) == {"source", "as_of", "out_dir"}
