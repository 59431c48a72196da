"""cycles 在 CDNOW 上（23,570 位客户，不随书发行，从 lifetimes 的文件夹按路径读，没有就跳过）。

期望的数取自 research/data.md §2、§3，由另一个程序（pandas）算出。
"""

from __future__ import annotations

import functools
import importlib.util
from datetime import date
from pathlib import Path

import pytest

from lifecycle_lab import cycles
from lifecycle_lab.cycles import Bounds

SPEC = importlib.util.find_spec("lifetimes")
if SPEC is None or SPEC.origin is None:
    pytest.skip("没有装 lifetimes", allow_module_level=True)
FILE = Path(SPEC.origin).parent / "datasets" / "CDNOW_master.txt"
END = date(1998, 6, 30).toordinal()
UNMERGED = 10**6


@functools.cache
def bought() -> dict[str, list[tuple[int, int]]]:
    """{客户: [(购买日, 分)]}；源文件按空白分列，列是客户、yyyymmdd、张数、美元。"""
    found: dict[str, list[tuple[int, int]]] = {}
    for line in FILE.read_text(encoding="ascii").splitlines()[1:]:
        who, day, _, dollars = line.split()
        number = date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal()
        found.setdefault(who, []).append((number, round(float(dollars) * 100)))
    return found


@functools.cache
def rows(merged_from: int = cycles.MERGED_FROM) -> list[cycles.GapRow]:
    return cycles.tally(([day for day, _ in orders] for orders in bought().values()), END, merged_from)


def test_table_1_and_what_censoring_does_to_it():
    """朴素说 57 天内半数再买；连同没有再买的，半数从未达到：18 个月里只有 49 % 的人再买。"""
    table = cycles.repurchase(rows())
    assert table.first.naive == pytest.approx((57, 140, 307), abs=1)
    assert table.first.corrected == (None, None, None)
    assert table.first.curve.steps[-1].share == pytest.approx(0.49, abs=0.005)
    # 全部间隔 34/76/200：与文章女装店的 33/75/180 相差 1、1、20 天
    assert table.every.naive == pytest.approx((34, 76, 200), abs=1)
    assert table.later.corrected[:2] == pytest.approx((53, 149), abs=1)
    assert table.later.corrected[2] is None


def test_table_2():
    people = []
    for orders in bought().values():
        first = min(day for day, _ in orders)
        money = sum(cents for _, cents in orders)
        people.append((len({day for day, _ in orders}), money, sum(c for day, c in orders if day == first)))
    found = cycles.concentration(cycles.revenue_sums(people))
    shares = [float(found.customers), float(found.revenue), float(found.repeat_orders)]
    assert shares == pytest.approx([0.489, 0.853, 0.686], abs=0.0006)


def test_table_3():
    table = cycles.next_gaps(rows(), 1, Bounds(81, 201, 400))
    high, mid, low = (table.line(name) for name in ("high", "mid", "low"))
    near = {"abs": 0.0055}
    assert high.naive[:3] == pytest.approx((0.66, 0.21, 0.12), **near)
    assert high.corrected[:3] == pytest.approx((0.48, 0.15, 0.09), **near)
    assert mid.naive[:3] == pytest.approx((0.49, 0.32, 0.19), **near)
    assert mid.corrected[:3] == pytest.approx((0.32, 0.21, 0.15), **near)
    assert low.within[0].naive == 1
    assert low.within[0].corrected == pytest.approx(0.566, abs=0.0006)
    assert not low.within[0].observable
    three = cycles.next_gaps(rows(), 1, Bounds()).line("high").within[1]
    assert (three.naive, three.corrected) == (pytest.approx(0.90, **near), pytest.approx(0.66, **near))


def test_music_is_bought_without_memory():
    first = cycles.regularity(rows())
    assert first.k == pytest.approx(0.95, abs=0.005)
    assert first.low < 0.95 < first.high < 1.02
    every = cycles.regularity(rows(UNMERGED), "all", UNMERGED)
    assert every.k == pytest.approx(1.07, abs=0.005)
    histories = ([day for day, _ in orders] for orders in bought().values())
    assert cycles.variance_split(cycles.log_gap_sums(histories, END)).icc == pytest.approx(0.25, abs=0.005)
