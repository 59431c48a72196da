"""分析师在笔记本里拿着的那一个对象：每一节一个方法，返回表或图；改一节不必看包里怎样写。"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import cached_property
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from lifecycle_lab import segmentation
from lifecycle_lab.answers import write_file
from lifecycle_lab.exercises.interview import near
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab.calm import keep_calm
from lifecycle_lab.report import Figure
from lifecycle_lab.report.shop import (
    Opened,
    calls,
    document,
    limits,
    open_shop,
    pseudonyms,
    read_key,
    views,
    write,
)
from lifecycle_lab.report.typed import TypedTable
from lifecycle_lab.schema import ParameterError, quote

_SAID_ABOVE = (1, 2, 8)  # 级别、组合、策略：一份名单里人人相同，标题与策略表里已经写了
_PATIENCE = 3.0  # 这么多秒以后才说做到哪里：快的时候什么也不说


def open_report(
    source: Any = "",
    as_of: str = "",
    mapping: str = "",
    profile: str = "",
    convention: str = "",
    centre: str = "",
    compare_to: str = "",
    key_file: str = "",
    out_dir: str = "",
) -> ShopReport:
    """打开一份订单；参数与 90 开头的参数格相同，都是文字，空为默认；source 也可以是一张 pandas、polars、pyarrow 的表。"""
    keep_calm()
    given = {"out_dir": out_dir, "key_file": key_file, "mapping": mapping, "profile": profile}
    for name, value in given.items():
        if not isinstance(value, str):
            raise ParameterError(f"{name} 要写成文字，收到的是 {quote(repr(value))}。", where=f"参数 {name}")
    folder = Path(out_dir) if out_dir else Path("out") / _name_of(source)
    with _Progress() as progress:
        opened = open_shop(
            source,
            as_of,
            mapping=mapping,
            profile=profile,
            convention=convention,
            centre=centre,
            compare_to=compare_to,
            progress=progress,
        )
    return ShopReport(opened, folder, key_file)


def _name_of(source: Any) -> str:
    """报告放在 out/ 下哪里：文件名；内存里的表叫 orders。"""
    return (Path(source).stem or "online_retail") if isinstance(source, str | PathLike) else "orders"


class ShopReport:
    """一家店的报告。facts 是全部数（见 report.shop.facts），要自己算的时候从它取。"""

    def __init__(self, opened: Opened, folder: Path, key_file: str = "") -> None:
        self.facts, self.folder = opened.facts, folder
        self._warehouse = opened.warehouse
        self._key_file = key_file
        self._opened = opened  # 没有人用了，仓库的临时文件才收

    def card(self) -> Table:
        """哪家店、哪一天、多少客户、什么口径。"""
        return document.cover_table(self.facts).shown()

    def rows(self) -> Shown:
        """读进来的每一行到哪里去了，金额对得上；读的时候怎样理解。"""
        return self._shown(document.rows(self.facts))

    def thresholds(self) -> Table:
        """R、F、M 的均值与中位数，用哪一个。"""
        return views.thresholds(self.facts).shown()

    def distributions(self) -> Figure:
        """R、F、M 的直方图，阈值画在上面。"""
        return views.distributions(self.facts)

    def segments(self) -> Table:
        """八种类型的人数与金额。"""
        return views.segments(self.facts).shown()

    def segment_figure(self) -> Figure | Shown:
        """占客户的几成，占金额的几成。"""
        return views.segment_shares(self.facts) or Shown((self.facts.text.say("segments.negative"),))

    def readings(self) -> Table:
        """换一种叫法、中心、方向，多少客户会变。"""
        return views.readings(self.facts).shown()

    def intervals(self) -> Table:
        """购买间隔的分位数。"""
        return views.intervals(self.facts).shown()

    def repurchase(self) -> Shown:
        """朴素的与连同还在等的（Kaplan–Meier）分位数并列，先说差的是谁。"""
        said = views.repurchase_said(self.facts)
        return Shown((*filter(None, [said]), views.repurchase(self.facts).shown()))

    def repurchase_figure(self) -> Figure | Shown:
        """两条再购曲线；还没有人再来过就只说一句。"""
        return views.repurchase_figure(self.facts) or Shown((self.facts.text.say("intervals.empty"),))

    def migration(self) -> Figure | Shown:
        """从 compare_to 到观察日，类型怎样变。"""
        return views.migration_figure(self.facts) or self._shown(document.migration(self.facts))

    def strategy(self, segment: str) -> Table:
        """一种类型的策略；segment: 级别的名字或组合，如 "重要保持客户"、"↓↑↑"。"""
        return document.strategy_table(self.facts, self._code(segment))

    def calls(self, segment: str, rows: int = 10) -> Table:
        """一种类型的名单最前面的几位，按金额从多到少，连理由。"""
        code = self._code(segment)
        heads, row_of = calls.columns(self.facts, bool(self._key_file)), calls.rows(self.facts)
        found = (call for call in self._calls() if call.segment == code)
        values = tuple(row_of(call) for call in islice(found, rows))
        title = f"{self.facts.name(code)} {segmentation.pattern(code)}：前 {len(values)} 位"
        kept = [i for i in range(len(heads)) if i not in _SAID_ABOVE]
        rows_kept = tuple(tuple(row[i] for i in kept) for row in values)
        return TypedTable(title, tuple(heads[i] for i in kept), rows_kept).shown()

    def limits(self) -> Shown:
        """不要轻信，因为……"""
        return Shown((*limits.sentences(self.facts), limits.limits_table(self.facts).shown()))

    def write(self, shared: bool = False) -> Shown:
        """写好整份报告：网页、Excel、名单。shared: 给外人看的一份，隐去小组，没有名单。"""
        facts = replace(self.facts, asked=replace(self.facts.asked, shared=shared))
        folder = self.folder / ("report_shared" if shared else "report")
        with _Progress() as progress:
            write(facts, self._warehouse, folder, self._name, progress)
        files = [folder / "report.html", folder / "report.xlsx", *([] if shared else [folder / "calls"])]
        return Shown((f"写好了：{'、'.join(near(path) for path in files)}",))

    def finish(self, lesson: str) -> Shown:
        """记下这一本做到了最后（执行器要看）；报告在 write 写的地方。"""
        text = json.dumps({"lesson": lesson, "outcomes": {}}, ensure_ascii=False, indent=1, sort_keys=True)
        path = self.folder / "results.json"
        write_file(path, (text + "\n").encode())
        return Shown((f"做完了，记在 {near(path)}。",))

    @cached_property
    def _name(self):
        return pseudonyms(read_key(Path(self._key_file), self.folder)) if self._key_file else None

    def _calls(self):
        return calls.calls(self._warehouse, self.facts, self._name or str)

    def _code(self, segment: str) -> int:
        known = {segmentation.pattern(code): code for code in segmentation.PATTERNS}
        names = {self.facts.name(code): code for code in reversed(segmentation.PATTERNS)}
        if segment not in known | names:
            raise ParameterError(
                f"没有类型 {quote(segment)}。", remedy=f"可用的：{'、'.join([*names, *known])}。"
            )
        return (known | names)[segment]

    def _shown(self, blocks) -> Shown:
        """文档的块 → 笔记本里的块：段落与条目成文字，表照旧。"""
        parts: list = []
        for block in blocks:
            parts += getattr(block, "texts", None) or [getattr(block, "text", block)]
        return Shown(tuple(parts))


class _Progress:
    """慢的时候说做到哪里，做完了抹掉；快的时候什么也不说。"""

    def __enter__(self):
        self._started, self._handle = time.monotonic(), None
        return self

    def __call__(self, what: str, part: float) -> None:
        if time.monotonic() - self._started > _PATIENCE:
            self._say(f"{what} {100 * min(1.0, part):.0f}%")

    def __exit__(self, *_: object) -> None:
        if self._handle:
            from IPython.display import clear_output

            clear_output()  # 一点痕迹也不留：忙的机器与闲的机器，执行过的笔记本一样
        self._started = float("inf")  # 仓库还拿着它：以后的格里不再往这一格写

    def _say(self, text: str) -> None:
        from IPython.display import display

        shown = Shown((text,))
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)
