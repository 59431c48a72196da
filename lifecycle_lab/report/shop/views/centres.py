"""第二节，分布与阈值：均值、中位数与三张直方图。"""

from __future__ import annotations

from fractions import Fraction

from lifecycle_lab import plots, segmentation
from lifecycle_lab.plots import shop as drawings
from lifecycle_lab.report import Figure
from lifecycle_lab.report.shop.facts import Facts
from lifecycle_lab.report.typed import HIDDEN, Column, TypedTable, grouped
from lifecycle_lab.schema import Indicator, half_up


def centre_text(value: Fraction, indicator: Indicator) -> str:
    """中心写给人看：除得尽写精确值，除不尽四舍五入并以 ≈ 标明。"""
    digits = indicator.decimals if indicator.decimals else 1
    shown = half_up(value / 10**indicator.decimals, digits)
    exact = Fraction(shown) * 10**indicator.decimals == value
    return ("" if exact else "≈") + grouped(shown)


def thresholds(facts: Facts) -> TypedTable:
    """三个指标的均值与中位数，哪一个是这份报告的阈值，各有多少位标 ↑。"""
    used = facts.text.say(f"centre.{facts.asked.centre}")
    withheld = any(facts.hidden_types.values())
    rows = tuple(
        (
            i.heading,
            "越小越好" if i.better == "low" else "越大越好",
            *(centre_text(facts.centres[c][n], i) for c in ("mean", "median")),
            HIDDEN if withheld else facts.ups[n],
            HIDDEN if withheld else facts.customers - facts.ups[n],
        )
        for n, i in enumerate(facts.indicators)
    )
    columns = ("指标", "方向", "均值", "中位数")
    counts = (Column("标 ↑ 的客户", "whole"), Column("标 ↓ 的客户", "whole"))
    note = f"阈值用{used}。{facts.text.say('distributions.note')}"
    return TypedTable("R、F、M 的阈值", (*map(Column, columns), *counts), rows, note)


def distributions(facts: Facts) -> Figure:
    """三个指标的直方图，阈值画在上面。"""
    say = facts.text.say
    panels = [_distribution(facts, n, i) for n, i in enumerate(facts.indicators)]
    axes = drawings.plot_distributions(panels)
    described = "；".join(f"{p.title}，{'，'.join(text for _, text, _ in p.lines)}" for p in panels)
    alt = say("distributions.alt", label="R、F、M", customers=f"{facts.customers:,}", centres=described)
    return Figure(plots.png(axes[0].figure), alt, say("distributions.caption"))


def _distribution(facts: Facts, n: int, indicator: Indicator) -> drawings.Distribution:
    unit, counts = facts.histograms[indicator.key]
    found = segmentation.bars(counts, unit)
    if facts.asked.shared:
        found = segmentation.merged(found, facts.least)
    scale = 10**indicator.decimals
    # 一条只有一个整数（1 单、2 单……）时，条的正中对着那个整数
    shift = 0.5 if indicator.decimals == 0 and found and found[0].high == found[0].low + 1 else 0
    edges = [bar.low / scale - shift for bar in found]
    open_end = bool(found) and found[-1].high is None
    if found:
        last = edges[-1] - edges[-2] if open_end and len(edges) > 1 else 1
        edges.append(edges[-1] + last if open_end else found[-1].high / scale - shift)
    lines = [
        (
            float(facts.centres[c][n] / scale),
            f"{facts.text.say(f'centre.{c}')} {centre_text(facts.centres[c][n], indicator)} {indicator.unit}",
            c == facts.asked.centre,
        )
        for c in ("mean", "median")
    ]
    title = f"{indicator.heading}，{plots.direction(indicator)}"
    return drawings.Distribution(title, edges or [0, 1], [b.customers for b in found] or [0], open_end, lines)
