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

from lifecycle_lab import run as runner
from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import expected
from lifecycle_lab.run import jobs, parameters
from lifecycle_lab.schema import ParameterError

pytestmark = pytest.mark.xdist_group("run")
ROOT = Path(__file__).resolve().parents[1]
MODES = ("blank", "key", "sabotage")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> runner.Run:
    return runner.run(modes=MODES, out=tmp_path_factory.mktemp("run"))


def test_every_lesson_mode_and_source_ends_as_it_should(whole):
    assert [done.problem for done in whole.finished if done.problem] == []
    seen = {(d.job.lesson, d.job.mode, d.job.assignment.source) for d in whole.finished}
    lessons = ("00_start", "04_rfm_training", "09_review")
    assert seen == {(n, m, s) for n in lessons for m in MODES for s in ("survey", "online_retail")}
    assert whole.ok


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
    assert len(links) == len(whole.finished) + 2 * 2 * len(MODES)
    assert all((whole.out / link).is_file() for link in links)


def test_chinese_stays_chinese_and_zeros_stay(tmp_path):
    out = runner.run(["00"], modes=["blank"], student_id="007张三", sources=["survey"], out=tmp_path)
    assert out.ok
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
    ],
)
def test_parameters_outside_the_list_are_refused(given):
    with pytest.raises(ParameterError):
        parameters.checked(given)


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


# —— 同样的输入，同样的字节 ——————————————————————————————————————————————

VOLATILE_METADATA = {"papermill", "execution"}  # 起止时间、耗时、路径、各格计时
VOLATILE_ANSWERS = {"session", "saved_at"}  # 会话号与时间戳，本来就在指纹之外


def settled(path: Path) -> object:
    """去掉一张封闭清单上的易变键以后的内容。"""
    if path.suffix == ".ipynb":
        document = json.loads(path.read_text(encoding="utf-8"))
        for holder in (document, *document["cells"]):
            holder["metadata"] = {k: v for k, v in holder["metadata"].items() if k not in VOLATILE_METADATA}
        for cell in document["cells"]:
            if "injected-parameters" in cell["metadata"].get("tags", []):
                cell["id"] = "injected"
        return document
    if path.suffix == ".json" and path.name != "results.json":
        document = json.loads(path.read_text(encoding="utf-8"))
        return {k: v for k, v in document.items() if k not in VOLATILE_ANSWERS}
    return path.read_bytes()


def snapshot(folder: Path) -> dict[str, object]:
    kept = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".lock")
    # 冲突与旧版本的名字带修订号，也应当相同
    return {str(p.relative_to(folder)): settled(p) for p in kept}


@pytest.fixture(scope="module")
def gb18030(tmp_path_factory) -> dict[str, str]:
    """现做一个 GB18030 的中文区域：许多教室的 Windows 就是这个编码。"""
    folder = tmp_path_factory.mktemp("locale")
    if not Path("/usr/share/i18n/charmaps/GB18030.gz").is_file():
        assert os.environ.get("CI") != "true", "CI 里不许跳过：少了 locales 包"
        pytest.skip("没有 GB18030 字符表（Debian 的 locales 包）")
    subprocess.run(
        ["localedef", "-c", "-f", "GB18030", "-i", "zh_CN", str(folder / "zh_CN.GB18030")],
        check=False,
        capture_output=True,
    )
    return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.GB18030", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}


def test_two_executions_in_different_worlds_are_equal(tmp_path, gb18030):
    out, worlds = tmp_path / "out", []
    plain = {**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"}
    other = {**os.environ, "TZ": "America/New_York", "PYTHONHASHSEED": "4242", **gb18030}
    probe = "import locale; print(locale.getpreferredencoding(False).lower())"
    assert subprocess.check_output([sys.executable, "-c", probe], env=other, text=True).strip() == "gb18030"
    for env in (plain, other):
        command = [sys.executable, "-m", "lifecycle_lab.cli", "run", "--mode", "key", "--out", str(out)]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True)
        assert done.returncode == 0, done.stderr
        worlds.append(snapshot(out))
        shutil.rmtree(out)
    first, second = worlds
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_the_summary_tells_where_things_lie(whole):
    text = runner.summary(whole)
    assert "index.html" in text
    assert "report.docx" in text
    assert "全体 4335 位客户的八种类型" in text
    assert text.count("重要价值客户") == 1
    assert "18 件，0 件不符" in text


def test_demo_assignment_is_the_one_of_key_mode(whole):
    demo = open_assignment("demo")
    assert whole.assignments[0].customer_ids == demo.customer_ids
