"""README 的那幅图：一行问卷怎样走到策略。图里的数全由工作簿自己算出。

用法：python docs/figures/trip_of_a_datum.py（写出同一文件夹里的 trip_of_a_datum.svg）
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.forms import form
from lifecycle_lab.exercises.keys import centres, key
from lifecycle_lab.plots.fonts import chinese
from lifecycle_lab.rfm import state
from lifecycle_lab.schema import exact_decimal

CUSTOMER = "C106"
BLUE, GREY, INK = "#0072B2", "#e8edf3", "#1b1f24"


def steps() -> list[tuple[str, str, str]]:
    """(房间, 做什么, 这一行现在的样子)。"""
    mine = open_assignment("demo")
    customer = next(c for c in mine.sample if c.customer_id == CUSTOMER)
    values = [i.text(v) + i.unit for i, v in zip(mine.indicators, customer.values, strict=True)]
    centre = [
        f"{exact_decimal(m)}{i.unit}" for i, m in zip(mine.indicators, centres(mine).values(), strict=True)
    ]
    levels = key(form("table_4_4", mine), mine)
    pattern, name = levels[CUSTOMER, "pattern"], levels[CUSTOMER, "segment"]
    example = mine.course.strategies[state(pattern)]
    return [
        ("survey", "读一行问卷（表4-1）", f"{CUSTOMER}：R {values[0]}，F {values[1]}，M {values[2]}"),
        ("variants", "抽中 10 位（表4-2）", f"第 {mine.draw.attempt} 次抽取，10 位里有 {CUSTOMER}"),
        ("rfm.mean", "三个精确均值", f"R {centre[0]}，F {centre[1]}，M {centre[2]}"),
        ("rfm.mark", "与均值比较（表4-3）", f"n·x 与 Σx 比：{'  '.join(pattern)}"),
        ("rfm.segment", "查级别（表4-4）", f"{pattern} → {name}"),
        ("content", "写策略（表4-5）", example.target),
        ("answers → report", "答案文件，实训报告", "一份 JSON；Word 与网页"),
    ]


def draw() -> Figure:
    with chinese():
        figure = Figure(figsize=(9, 5.4))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 9), ylim=(-0.35, 7.05))
        axes.axis("off")
        found = steps()
        for i, (room, does, shows) in enumerate(found):
            y = len(found) - 1 - i
            box = FancyBboxPatch((2.15, y + 0.12), 6.7, 0.66, boxstyle="round,pad=0.03", fc=GREY, ec="none")
            axes.add_patch(box)
            axes.text(2.0, y + 0.45, room, ha="right", va="center", fontsize=10, color=BLUE)
            axes.text(2.3, y + 0.45, does, va="center", fontsize=10.5, color=INK)
            axes.text(4.75, y + 0.45, shows, va="center", fontsize=10.5, color=INK)
            if i:
                arrow = {"arrowstyle": "-|>", "color": BLUE, "linewidth": 1.2}
                axes.annotate("", (3.0, y + 0.84), (3.0, y + 1.07), arrowprops=arrow)
        doors = "三扇门叫的是同一批函数：学生自查 · 教师评分 · 分析师报告（合成数据，demo 的题本）"
        axes.text(4.5, -0.18, doors, ha="center", va="center", fontsize=9.5, color="#4a5058")
    return figure


if __name__ == "__main__":
    import matplotlib

    with chinese(), matplotlib.rc_context({"svg.hashsalt": "lifecycle-lab"}):
        draw().savefig(Path(__file__).with_suffix(".svg"), metadata={"Date": None})
