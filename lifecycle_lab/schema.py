"""全书共用的词：错误的一家、三个指标、客户与客户群体。

本层不引入任何东西（连 pandas 也不）：别的房间都站在它上面。
金额一律是整数最小单位（分、便士），天数是整天；只有写给人看时才换成元。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

UP, DOWN = "↑", "↓"
RECENCY, MONETARY = "recency", "monetary"
INDICATOR_KEYS = (RECENCY, "frequency", MONETARY)
Better = Literal["high", "low"]
Centre = Literal["mean", "median"]
Direction = Literal["meaning", "literal"]
"""R 的方向：按意思（不比中心差）或照字面（值 ≥ 中心）。"""
CENTRE_NAMES = {"mean": "均值", "median": "中位数"}
LITERALLY = "照字面：大的标 ↑"

State = tuple[bool, bool, bool]
"""（最近买过？, 买得勤？, 花得多？）：级别的名字与策略都按它查，从不按箭头查。"""


class LabError(Exception):
    """全书错误的根：在哪里、出了什么事、为什么、怎么办，全部中文。

    what: 出了什么事（一句话）。where: 文件、行、列、格。why: 原因。remedy: 怎么办。
    最多引用一个单元格的内容（用 `quote` 截短）。
    文件名、列名里的控制符与双向控制符到不了屏幕：写出来时一律变成看得见的写法。
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.remedy = what, where, why, remedy

    def __str__(self) -> str:
        parts = (("", self.what), ("位置：", self.where), ("原因：", self.why), ("怎么办：", self.remedy))
        return "\n".join(label + _shown(text, "\n") for label, text in parts if text)

    def _render_traceback_(self) -> list[str]:
        """IPython 的约定：在笔记本里只显示这几行，不显示调用栈。"""
        return ["⚠ " + str(self)]

    def __reduce__(self):
        """进程池要把错误送回主进程；关键字参数要跟着走。"""
        return _rebuild_error, (type(self), self.__dict__.copy())


def _rebuild_error(kind: type[LabError], fields: dict) -> LabError:
    error = kind(fields["what"])
    error.__dict__.update(fields)
    return error


class ContentError(LabError):
    """教师的内容文件（data/course）缺项、重复或互相矛盾。"""


class DataError(LabError):
    """输入数据（订单、问卷、名单）读不出、含糊或损坏。"""


class ParameterError(LabError):
    """参数名不认识、类型不对或取值不许可。"""


class AnswerFileError(LabError):
    """答案文件读不出、不合约定或写不进去。"""


class AnswerConflict(AnswerFileError):
    """同一格被两个窗口填了不同的内容：两份都留着，由学生决定。

    clashes: （位置，文件里的，这个窗口的） 若干处。losing: 这个窗口的整份答案。
    kept_as: losing 存进 older 文件夹的文件名，没存成是 ""。
    """

    clashes: tuple[tuple[str, object, object], ...] = ()
    losing: object = None
    kept_as: str = ""


def quote(text: object, limit: int = 40) -> str:
    """把一格内容放进「」里给人看：控制符可见，过长截断。"""
    shown = _shown(text)
    return f"「{shown[:limit]}…」" if len(shown) > limit else f"「{shown}」"


def _shown(text: object, kept: str = "") -> str:
    """不能显示的字符（控制符、双向控制符、零宽字符）换成 \\x 写法；kept 里的除外。"""
    return "".join(c if c.isprintable() or c in kept else f"\\x{ord(c):02x}" for c in str(text))


@dataclass(frozen=True)
class Indicator:
    """一个指标：名字、单位、方向和最小单位的小数位数（course.md A12、E1）。

    better: "high" 越大越好，"low" 越小越好（如距今天数）；方向总是写明，从不猜。
    decimals: 存的是整数最小单位，写出来移几位小数（元 → 2，天、次、级 → 0）。
    """

    key: str
    letter: str
    label: str
    unit: str
    better: Better
    decimals: int = 0

    @property
    def heading(self) -> str:
        return f"{self.letter} {self.label}（{self.unit}）"

    def text(self, value: int | Fraction) -> str:
        """最小单位的整数或分数 → 主单位的精确十进制字符串。"""
        return exact_decimal(Fraction(value) / 10**self.decimals, self.decimals)


@dataclass(frozen=True)
class Rule:
    """一门课标箭头的规则：与哪个中心比，↑ 按意思还是照字面。"""

    centre: Centre = "mean"
    direction: Direction = "meaning"

    @property
    def centre_name(self) -> str:
        return CENTRE_NAMES[self.centre]

    def better(self, indicator: Indicator) -> Better:
        """哪一边标 ↑：按意思就是指标自己的方向，照字面总是大的一边。"""
        return indicator.better if self.direction == "meaning" else "high"

    def turns(self, indicator: Indicator) -> bool:
        """越小越好的指标被照字面读反了。"""
        return self.better(indicator) != indicator.better


USUAL = Rule()
"""与均值比，按意思。"""


def indicators(
    recency_unit: str, recency_better: Better, money_unit: str
) -> tuple[Indicator, Indicator, Indicator]:
    """R、F、M 三个指标（course.md A12）：问卷的 R 是级，订单的 R 是天；金额都存两位小数的最小单位。"""
    return (
        Indicator(RECENCY, "R", "最近一次消费", recency_unit, recency_better),
        Indicator("frequency", "F", "消费频率", "次", "high"),
        Indicator(MONETARY, "M", "消费金额", money_unit, "high", decimals=2),
    )


@dataclass(frozen=True)
class Customer:
    """一位客户的 R、F、M，都是整数（M 为最小货币单位）。"""

    customer_id: str
    recency: int
    frequency: int
    monetary: int

    @property
    def values(self) -> tuple[int, int, int]:
        return self.recency, self.frequency, self.monetary


@dataclass(frozen=True)
class Population:
    """一个数据来源的全体客户，带着指标的单位与方向。

    customers: 按客户编号排好序，编号不重复。
    data_sha256: 来源文件的指纹，写进答案文件，数据一变评分就会说出来。
    setaside: （说明，数目） 对，按规则放在一边、没有进入 customers 的东西。
    """

    source: str
    customers: tuple[Customer, ...]
    indicators: tuple[Indicator, Indicator, Indicator]
    data_sha256: str
    as_of: date | None = None
    synthetic: bool = False
    setaside: tuple[tuple[str, int], ...] = ()


def column(customers: Sequence[Customer], key: str) -> list[int]:
    """一列指标值，顺序同 customers;key 是 INDICATOR_KEYS 之一。"""
    return [getattr(customer, key) for customer in customers]


def exact_decimal(value: Fraction, least: int = 0) -> str:
    """有限小数的精确写法，至少 least 位小数；无限小数 → ValueError。"""
    digits = least
    while (value * 10**digits).denominator != 1:
        digits += 1
        if digits > least + 12:
            raise ValueError("不是有限小数")
    scaled = abs(value.numerator * 10**digits // value.denominator)
    sign, whole, part = "-" if value < 0 else "", *divmod(scaled, 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


def half_up(value: Fraction, digits: int) -> str:
    """四舍五入到 digits 位小数（正数的“五入”，即 half-up；负数对称）。"""
    top, bottom, scale = abs(value.numerator), value.denominator, 10**digits
    scaled = (2 * top * scale + bottom) // (2 * bottom)
    sign, (whole, part) = "-" if value < 0 and scaled else "", divmod(scaled, scale)
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


@dataclass(frozen=True)
class Order:
    """一笔订单或一次取消：amount 为整数最小货币单位，取消为负。"""

    order_id: str
    customer_id: str
    order_date: date
    amount: int
    cancelled: bool = False
