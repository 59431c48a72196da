"""执行：每课 × 空白、全对、故意错一格 × 两个来源，结果都与应得的一致；参数清单；自足的网页。"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from golden.lessons import WITH_EXERCISES
from other_programs import absent

from lifecycle_lab import rfm
from lifecycle_lab import run as runner
from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import expected
from lifecycle_lab.run import jobs, parameters, workers
from lifecycle_lab.run.pages import write_index
from lifecycle_lab.schema import ParameterError, column

ROOT = Path(__file__).resolve().parents[1]
MODES = ("blank", "key", "sabotage")


def test_every_lesson_mode_and_source_ends_as_it_should(whole):
    assert [done.problem for done in whole.finished if done.problem] == []
    seen = {(d.job.lesson, d.job.mode, d.job.assignment.source) for d in whole.finished}
    lessons = WITH_EXERCISES
    # 分析师的 90 没有练习：一个订单来源一次
    once = {("90_report", "report", "online_retail")}
    once |= {("91_grading", "class", source) for source in ("survey", "online_retail")}
    survey = {(name, mode, "survey") for name in lessons for mode in MODES}
    assert seen == once | survey | {(name, "key", "online_retail") for name in lessons}
    assert whole.ok


@pytest.mark.long
def test_every_mode_of_the_real_shop_ends_as_it_should(tmp_path):
    planned = runner.plan(
        WITH_EXERCISES, modes=("blank", "sabotage"), sources=["online_retail"], out=tmp_path
    )
    done = runner.run_planned(planned)
    assert len(planned) == 2 * len(WITH_EXERCISES)
    assert [one.problem for one in done.finished if one.problem] == []


def test_the_notebook_itself_says_what_was_wrong(whole):
    """故意错一格：结果文件里每题恰好一格是错，页面上看得见理由。"""
    for done in whole.finished:
        if done.job.mode != "sabotage" or done.job.lesson != "04_rfm_training":
            continue
        found = json.loads((done.job.folder / "results.json").read_text(encoding="utf-8"))["outcomes"]
        assert [list(cells.values()).count("wrong") for cells in found.values()] == [1, 1, 1, 1]
        page = done.job.page.read_text(encoding="utf-8")
        assert "需要再看的格" in page


def test_a_wrong_expectation_is_noticed(whole, monkeypatch):
    """比对能失败：换一份应得的结果，同样的输出就不再通过。"""
    done = next(d for d in whole.finished if d.job.mode == "key" and d.job.lesson == "04_rfm_training")
    results = done.job.folder / "results.json"
    assert jobs._difference(done.job, results) == ""
    monkeypatch.setattr(jobs, "expected", lambda mode, lesson, a: expected("sabotage", lesson, a))
    assert "table_4_2 mean/monetary：应得 wrong，得到 right" in jobs._difference(done.job, results)
    assert "没有写出" in jobs._difference(done.job, results.with_name("missing.json"))


def test_a_lesson_that_breaks_is_reported_and_does_not_stop_others(tmp_path, whole):
    broken = tmp_path / "00_start.ipynb"
    text = (ROOT / "notebooks" / "00_start.ipynb").read_text(encoding="utf-8")
    broken.write_text(text.replace('"lab.data()"', '"lab.no_such_thing()"'), encoding="utf-8")
    job = dataclasses.replace(whole.finished[0].job, notebook=broken, folder=tmp_path / "out")
    problem = jobs.execute(job)
    assert "没有跑通" in problem
    assert "AttributeError" in problem
    assert "no_such_thing" in job.page.read_text(encoding="utf-8")


def lesson_of(folder: Path, code: str) -> Path:
    """只有参数格与一格 code 的课。"""
    document = json.loads((ROOT / "notebooks" / "00_start.ipynb").read_text(encoding="utf-8"))
    kept = [cell for cell in document["cells"] if "parameters" in cell["metadata"].get("tags", ())]
    kept.append({"cell_type": "code", "id": "x", "metadata": {}, "outputs": [], "execution_count": None})
    kept[-1]["source"] = [code]
    path = folder / "00_start.ipynb"
    path.write_text(json.dumps(document | {"cells": kept}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("code", "says"),
    [("import os\nos._exit(1)", "DeadKernelError"), ("import time\ntime.sleep(60)", "CellTimeoutError")],
    ids=["dead kernel", "endless cell"],
)
def test_a_kernel_that_dies_or_hangs_is_a_problem_and_leaves_nothing_old(
    tmp_path, whole, monkeypatch, code, says
):
    """整次执行照样有目录页与总结；上一次的报告不再充数。"""
    monkeypatch.setattr(jobs, "CELL_SECONDS", 2)
    old = next(d for d in whole.finished if d.job.lesson == "09_review").job
    folder = tmp_path / "out" / "survey" / "blank" / "09_review"
    shutil.copytree(old.folder, folder)
    assert (folder / "report.docx").is_file()
    job = dataclasses.replace(old, notebook=lesson_of(tmp_path, code), folder=folder)
    run = runner.run_planned([job])
    assert not run.ok
    assert run.finished[0].problem.startswith("这一课没有做完：")
    assert says in run.finished[0].problem
    assert "report" not in run.index.read_text(encoding="utf-8")
    assert "实训报告  " not in runner.summary(run)
    assert "1 件，1 件不符" in runner.summary(run)
    assert not [path for path in folder.iterdir() if path.name in ("report.docx", "results.json")]


def test_a_job_that_cannot_even_start_is_a_problem(tmp_path, whole):
    (tmp_path / "file").write_bytes(b"")
    job = dataclasses.replace(whole.finished[0].job, folder=tmp_path / "file" / "a" / "b" / "c")
    assert "NotADirectoryError" in jobs.execute(job)


def test_a_worker_that_is_killed_is_a_problem_of_its_lesson(whole, monkeypatch):
    """整个工作进程没了（内存不够时系统会杀掉它）：每件活仍有一个说法。"""
    monkeypatch.setattr(workers, "execute", lambda job: os._exit(1))
    planned = [done.job for done in whole.finished[:2]]
    found = list(workers.execute_all(planned, 2))
    assert {done.job.folder for done in found} == {job.folder for job in planned}
    assert all("BrokenProcessPool" in done.problem for done in found)


def test_only_the_files_of_the_own_folder_are_cleared(tmp_path):
    folder, outside = tmp_path / "own", tmp_path / "outside"
    (folder / "older").mkdir(parents=True)
    outside.mkdir()
    for path in (folder / "report.docx", folder / "older" / "x", outside / "y", tmp_path / "z"):
        path.write_bytes(b"old")
    (folder / "link.json").symlink_to(outside / "y")
    (folder / "linked").symlink_to(outside)
    jobs._clear(folder)
    assert [path.name for path in folder.rglob("*")] == ["older", "x"]
    assert (outside / "y").read_bytes() == (tmp_path / "z").read_bytes() == b"old"
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(ParameterError, match="链接"):
        jobs._clear(tmp_path / "link")
    assert (outside / "y").exists()


@pytest.mark.parametrize(
    "out",
    ["file/x", "/dev/null/x", "n" * 300, "d/" * 2_500, "a\x00b", "a\x1bb"],
    ids=["a file", "a device", "a long name", "a deep folder", "NUL", "ESC"],
)
def test_bad_output_folders_are_refused_before_the_pool(tmp_path, monkeypatch, out):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(runner, "execute_all", lambda *given: pytest.fail("不该开始执行"))
    with pytest.raises(ParameterError) as caught:
        runner.run(["00"], sources=["survey"], out=tmp_path / out)
    assert caught.value.remedy


def test_the_index_makes_its_own_folder(tmp_path):
    write_index(tmp_path / "a" / "b" / "index.html", [("组", [("", "课", "没有做完")])])
    text = (tmp_path / "a" / "b" / "index.html").read_text(encoding="utf-8")
    assert "课 没有做完" in text
    assert "href" not in text


class _Outside(HTMLParser):
    """网页里一切会去外面取东西的属性。"""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += ["<script>"] if tag in ("script", "iframe", "object", "link") else []
        fetching = {"src", "srcset", "data", "poster", "action"}
        self.found += [v for k, v in attrs if k in fetching and v and not v.startswith("data:")]
        self.found += [v for k, v in attrs if k.startswith("on")]


def test_pages_are_self_contained(whole):
    pages = [*(done.job.page for done in whole.finished), whole.index]
    pages += [done.job.folder / "report.html" for done in whole.finished if done.job.lesson == "09_review"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        parser = _Outside()
        parser.feed(text)
        assert parser.found == [], page
        assert not re.search(r"@import|url\((?!data:)", text), page
        assert "default-src 'none'" in text


def test_the_index_links_to_what_exists(whole):
    links = re.findall(r'href="([^"]+)"', whole.index.read_text(encoding="utf-8"))
    trainings = sum(done.job.lesson == "09_review" for done in whole.finished)
    teaching = sum(done.job.mode == "class" for done in whole.finished)
    assert len(links) == len(whole.finished) + 2 * (trainings + teaching) + 2  # 最后两个是 90 的报告
    assert all((whole.out / link).is_file() for link in links)


def test_chinese_stays_chinese_and_zeros_stay(tmp_path):
    """文件夹名里的全角空格照收，花括号是它自己（papermill 会把 {student_id} 换掉）。"""
    folder = tmp_path / "我的　o{student_id}"
    out = runner.run(["00"], student_id="007张三", sources=["survey"], out=folder)
    assert [done.problem for done in out.finished] == [""]
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert out.index.is_file()
    text = out.finished[0].job.executed.read_text(encoding="utf-8")
    assert 'student_id = \\"007张三\\"' in text


def test_a_file_of_ones_own_runs_through(tmp_path):
    rows = [
        f"o{i},{i % 17:03},2024-{i % 12 + 1:02}-{i % 28 + 1:02},{(i * i) % 997 + 1}.50" for i in range(400)
    ]
    orders = tmp_path / "我的 订单.csv"
    orders.write_text("order_id,customer_id,order_date,amount\n" + "\n".join(rows), encoding="utf-8")
    out = runner.run(["04"], modes=["key"], sources=[str(orders)], as_of="2025-01-31", out=tmp_path / "out")
    assert [d.problem for d in out.finished] == [""]
    assert "000" in out.assignments[0].population.customers[0].customer_id


@pytest.mark.parametrize(
    "given",
    [
        {"student_id\nimport os": "x"},
        {"unknown": "x"},
        {3: "x"},
        {"student_id": 20230101},
        {"student_id": None},
        {"as_of": "a\nb"},
        {"out_dir": "x" * 2_000},
        {"out_dir": "a\x1b[2J"},
        {"out_dir": "a\u202eb"},
        {"out_dir": "a\u200bb"},
        {"out_dir": "a\u2028b"},
        {"out_dir": "\ud800"},
    ],
)
def test_parameters_outside_the_list_are_refused(given):
    with pytest.raises(ParameterError) as caught:
        parameters.checked(given)
    assert caught.value.remedy


def test_visible_characters_of_any_kind_are_allowed_in_paths():
    given = {"out_dir": "D:\\我的　书\\实训\u00a0(一)😀"}
    assert parameters.checked(given) == given


def test_undeclared_parameters_are_refused_before_a_kernel_starts(tmp_path):
    text = (ROOT / "notebooks" / "00_start.ipynb").read_text(encoding="utf-8")
    bare = tmp_path / "x.ipynb"
    bare.write_text(text.replace("variant_file = ", "other = "), encoding="utf-8")
    parameters.require_declared(bare, {"student_id": "demo"})
    with pytest.raises(ParameterError, match="variant_file"):
        parameters.require_declared(bare, {"variant_file": ""})


def test_unknown_lessons_and_modes_are_named(tmp_path):
    with pytest.raises(ParameterError, match="12_nothing"):
        runner.run(["12_nothing"], out=tmp_path)
    with pytest.raises(ParameterError, match="hard"):
        runner.run(modes=["hard"], out=tmp_path)


def test_a_students_key_is_written_only_when_asked_for():
    for demo in ("", "demo", " DEMO", "ｄｅｍｏ"):
        assert [job.mode for job in runner.plan(["00"], student_id=demo, sources=["survey"])] == ["key"]
    assert [job.mode for job in runner.plan(["00"], student_id="007", sources=["survey"])] == ["blank"]
    asked = runner.plan(["00"], modes=["key"], student_id="007", sources=[" Survey "])
    assert [(job.mode, job.source) for job in asked] == [("key", "survey")]


def test_the_mode_follows_the_student(tmp_path):
    assert {job.mode for job in runner.plan(out=tmp_path)} == {"key", "report", "class"}  # 90、91 没有学生
    others = runner.plan(student_id="0020230101", out=tmp_path)
    assert {job.mode for job in others} == {"blank", "report", "class"}
    assert {job.assignment.student_id for job in others} == {"0020230101"}
    named = [lesson[:2] for lesson in WITH_EXERCISES]
    again = runner.plan([*named, "00_start"], out=tmp_path)
    assert len(others) == 3 + len(again) == 3 + 2 * len(WITH_EXERCISES)
    assert list(tmp_path.iterdir()) == []


# —— 同样的输入，同样的字节 ——————————————————————————————————————————————

VOLATILE_METADATA = {"papermill", "execution"}  # 起止时间、耗时、路径、各格计时
VOLATILE_ANSWERS = {"session", "saved_at"}  # 会话号与时间戳，本来就在指纹之外


def settled(path: Path, out: Path) -> object:
    """去掉一张封闭清单上的易变键以后的内容，写在里面的 out 换成同一个词；演示班交上来的坏文件读不成 JSON，照字节比。"""
    raw = path.read_bytes().replace(os.fsencode(out), b"OUT")
    if path.suffix not in (".ipynb", ".json") or path.name == "results.json":
        return raw
    try:
        document = json.loads(raw)
    except ValueError:
        return raw
    if not isinstance(document, dict):
        return document
    if path.name == "collected.json":  # 收到的时间是文件的时间
        return [{k: v for k, v in row.items() if k != "received"} for row in document["received"]]
    if path.suffix == ".json":
        return {k: v for k, v in document.items() if k not in VOLATILE_ANSWERS}
    for holder in (document, *document.get("cells", ())):
        holder["metadata"] = {
            k: v for k, v in holder.get("metadata", {}).items() if k not in VOLATILE_METADATA
        }
    for cell in document.get("cells", ()):
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = "injected"
    return document


def snapshot(out: Path, modes: tuple[str, ...] = ("key", "class")) -> dict[str, object]:
    """问卷的全部课，标准答案与老师的一课；锁文件除外。"""
    folders = [out / "survey" / mode for mode in modes]
    kept = (p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock")
    # 冲突与旧版本的名字带修订号，也应当相同
    return {_name(p.relative_to(out)): settled(p, out) for p in kept}


def _name(path: Path) -> str:
    """演示班里有汉字的文件名，盘上是那个世界的编码：译回同一个名字再比。"""
    raw = os.fsencode(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


@pytest.fixture(scope="module")
def gb18030(tmp_path_factory) -> dict[str, str]:
    """现做一个 GB18030 的中文区域：许多教室的 Windows 就是这个编码。"""
    folder = tmp_path_factory.mktemp("locale")
    if not Path("/usr/share/i18n/charmaps/GB18030.gz").is_file():
        absent("GB18030 字符表（Debian 的 locales 包）")
    subprocess.run(
        ["localedef", "-c", "-f", "GB18030", "-i", "zh_CN", str(folder / "zh_CN.GB18030")],
        check=False,
        capture_output=True,
    )
    return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.GB18030", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}


def executed_elsewhere(out: Path, world: dict[str, str]) -> dict[str, object]:
    words = [*("run", "--mode", "key", "--source", "survey"), "--out", str(out)]
    command = [sys.executable, "-m", "lifecycle_lab.cli", *words]
    done = subprocess.run(command, env=os.environ | world, cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr
    return snapshot(out)


def check_same(first: dict[str, object], second: dict[str, object]) -> None:
    assert len(first) > 50
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_another_world_executes_to_the_same_bytes(whole, tmp_path, gb18030):
    """别的时区、散列种子、编码、文件夹，与这里执行出来的一样。"""
    world = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4242", **gb18030}
    probe = "import locale; print(locale.getpreferredencoding(False).lower())"
    asked = [sys.executable, "-c", probe]
    assert subprocess.check_output(asked, env=os.environ | world, text=True).strip() == "gb18030"
    check_same(snapshot(whole.out), executed_elsewhere(tmp_path / "out", world))


@pytest.mark.long
def test_two_executions_in_worlds_a_day_apart_are_equal(tmp_path, gb18030):
    """相隔 19 个小时的两地，同一个文件夹。"""
    far = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"}
    first = executed_elsewhere(tmp_path / "out", far)
    shutil.rmtree(tmp_path / "out")
    other = {"TZ": "America/New_York", "PYTHONHASHSEED": "4242", **gb18030}
    check_same(first, executed_elsewhere(tmp_path / "out", other))


def test_the_summary_tells_where_things_lie(whole):
    text = runner.summary(whole)
    assert "index.html" in text
    assert "report.docx" in text
    assert "全体 4335 位客户的八种类型" in text
    assert text.count("重要价值客户") == 1
    assert f"{4 * len(WITH_EXERCISES) + 3} 件，0 件不符" in text


def test_what_was_set_aside_is_said_once_per_source(whole):
    line = "online_retail 放在一边：没有客户编号的行 135080；不是商品的行："
    assert runner.summary(whole).count(line) == 1
    assert whole.index.read_text(encoding="utf-8").count(line) == 1
    assert "survey 放在一边" not in runner.summary(whole)


def test_hostile_file_names_cannot_write_to_the_terminal(whole):
    first = whole.finished[0]
    assignment = dataclasses.replace(first.job.assignment, source="\x1b[2Ja\u202eb\nc.csv")
    job = dataclasses.replace(first.job, assignment=assignment)
    done = dataclasses.replace(first, job=job, problem="第 1 格\r\n\x1b]0;x\x07")
    text = runner.summary(dataclasses.replace(whole, finished=(done,)))
    for said in (done.label, text):
        assert not set(said) & set("\x1b\r\x07\u202e")
    assert "\n" not in done.label
    assert text.splitlines()[0].startswith("× \\x1b[2Ja")


def test_demo_assignment_is_the_one_of_key_mode(whole):
    demo = open_assignment("demo")
    assert whole.assignments[0].customer_ids == demo.customer_ids


def test_running_everything_blank_shows_no_key(whole):
    """学生一开课就“运行全部”：空白的课页与报告里没有均值、箭头图，也没有谁是什么级别。"""
    for done in whole.finished:
        if done.job.mode != "blank":
            continue
        given = done.job.assignment
        pages = [done.job.page, *done.job.folder.glob("report.html")]
        text = "".join(page.read_text(encoding="utf-8") for page in pages)
        for indicator in given.indicators:
            mean = indicator.text(rfm.mean(column(given.sample, indicator.key)))
            assert f"均值 {mean} " not in text
        # 别的课的图画的是店与例子，不是谁的答案；那几课的表还空着由它们自己的结果说
        assert (
            done.job.lesson not in ("00_start", "04_rfm_training", "09_review")
            or "data:image/png" not in text
        )
        for customer_id in given.customer_ids:
            row = re.search(rf'<th scope="row">{customer_id}</th>(.*?)</tr>', text)
            assert not row or "客户" not in row[1]
