"""90 是模板：抄到别处，指向另一家店的 CSV，改一节，用 papermill 跑通；执行器一个订单来源跑它一次。"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import nbformat
import papermill
import pytest

from lifecycle_lab import open_report
from lifecycle_lab import run as runner
from lifecycle_lab.run import jobs
from lifecycle_lab.run.parameters import REPORT_NAMES
from lifecycle_lab.schema import ParameterError

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "notebooks" / "90_report.ipynb"


def other_shop(folder: Path) -> Path:
    """另一家店：中文列名，有姓名与电话，四十位客户。"""
    lines = ["单号,会员,收件人,手机,付款时间,实付"]
    lines += [
        f"T{i:04},会员{i % 40},王小明,1380000{i:04},2024-{1 + i % 6:02}-{1 + i % 28:02},{20 + i * 7 % 300}.50"
        for i in range(150)
    ]
    path = folder / "另一家店.csv"
    path.write_text("\n".join(lines) + "\n", encoding="gb18030")
    return path


def changed(folder: Path) -> Path:
    """抄一份，换掉一节、删掉一节、添一节：分析师会做的事。"""
    document = nbformat.read(TEMPLATE, as_version=4)
    kept = []
    for cell in document.cells:
        if cell.id == "strategy":
            cell.source = 'report.strategy("潜力客户")'
        if cell.id == "calls":
            cell.source = 'report.calls("↑↑↓", rows=3)'
        if cell.id not in ("about-intervals", "intervals"):
            kept.append(cell)
    kept.insert(-2, nbformat.v4.new_code_cell("report.facts.customers", id="mine"))
    document.cells = kept
    path = folder / "我的报告.ipynb"
    nbformat.write(document, path)
    return path


def test_a_copy_elsewhere_runs_on_another_shop_with_a_changed_section(tmp_path):
    source, notebook = other_shop(tmp_path), changed(tmp_path)
    given = {
        "source": str(source),
        "as_of": "2024-07-01",
        "mapping": "order=单号；customer=会员；paid_at=付款时间；amount=实付",
        "centre": "median",
        "convention": "B",
        "out_dir": str(tmp_path / "出"),
    }
    assert set(given) <= set(REPORT_NAMES)
    papermill.execute_notebook(
        notebook, tmp_path / "done.ipynb", parameters=given, cwd=str(tmp_path), kernel_name="python3",
        progress_bar=False,
    )  # fmt: skip
    done = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    outputs = {cell.id: json.dumps(cell.get("outputs", ""), ensure_ascii=False) for cell in done.cells}
    assert "潜力客户" in outputs["segments"]  # 叫法 B
    assert "40" in outputs["mine"]
    assert (tmp_path / "出" / "report" / "report.html").is_file()
    assert len(list((tmp_path / "出" / "report" / "calls").glob("*.csv"))) == 8
    whole = (tmp_path / "done.ipynb").read_text("utf-8") + (tmp_path / "出/report/report.html").read_text(
        "utf-8"
    )
    assert "王小明" not in whole
    assert "13800000001" not in whole


def test_the_runner_runs_it_once_per_orders_source_and_says_where_the_report_lies(whole):
    mine = [d.job for d in whole.finished if d.job.lesson == "90_report"]
    assert [(job.mode, job.source) for job in mine] == [("report", "online_retail")]
    assert (mine[0].report / "report.xlsx").is_file()
    assert "细分报告  " in runner.summary(whole)
    index = whole.index.read_text("utf-8")
    assert "客户细分报告（网页）" in index
    assert 'href="online_retail/report/90_report/report/report.html"' in index


def test_a_template_that_writes_no_report_is_a_problem(whole, tmp_path):
    job = next(d.job for d in whole.finished if d.job.lesson == "90_report")
    assert jobs._missing_report(job) == ""
    assert "没有写出报告" in jobs._missing_report(dataclasses.replace(job, folder=tmp_path))


def test_without_orders_it_has_nothing_to_do(tmp_path):
    with pytest.raises(ParameterError, match="90_report 要订单"):
        runner.run(["90"], sources=["survey"], out=tmp_path)


@pytest.mark.parametrize("call", ["calls", "strategy"])
def test_a_type_that_does_not_exist_is_named(call, tmp_path):
    from lifecycle_lab import open_report

    report = open_report(str(ROOT / "tests" / "golden" / "ten_orders.csv"), out_dir=str(tmp_path))
    with pytest.raises(ParameterError, match="没有类型"):
        getattr(report, call)("贵宾")
    assert getattr(report, call)("↑↑↑").rows


def test_progress_is_said_only_when_slow_and_wiped_at_the_end(monkeypatch):
    from lifecycle_lab.lab import analyst

    said, clock = [], iter([0.0, 1.0, 4.0, 5.0, 99.0])

    class Handle:
        def update(self, shown):
            said.append(shown.blocks)

    def display(shown, display_id):
        said.append(shown.blocks)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("IPython.display.clear_output", lambda: said.append("抹掉"))
    monkeypatch.setattr(analyst.time, "monotonic", lambda: next(clock))
    with analyst._Progress() as progress:
        for part in (0.1, 0.5, 0.75):
            progress("读订单", part)
    progress("写客户表", 1.0)
    assert said == [("读订单 50%",), ("读订单 75%",), "抹掉"]


def test_a_frame_already_in_memory_opens_like_its_file(tmp_path, monkeypatch):
    """分析师手里已经有一张 pandas 表：同样的数，只是没有文件的指纹。"""
    import pandas

    monkeypatch.chdir(tmp_path)
    ten = ROOT / "tests" / "golden" / "ten_orders.csv"
    shown = [open_report(source, "2024-04-01") for source in (pandas.read_csv(ten), str(ten))]
    assert shown[0].segments() == shown[1].segments()
    assert dict(shown[0].card().rows)["数据指纹"] == "—"
    with pytest.raises(ParameterError, match="数据来源要写成文字"):
        open_report(5)
