"""内容文件里可以用的词：封闭的几张表，内容与代码之间唯一的桥。

内容里写 answer = "means"，程序就在自己的表里查；从不拿文件里的字去找函数。
不在这里的词，读内容时就被指出来。
"""

from __future__ import annotations

import itertools
from types import MappingProxyType

STATES = tuple(itertools.product((True, False), repeat=3))
"""八种状态，（最近？, 勤？, 多？），次序 ↑↑↑ ↑↑↓ … ↓↓↓。"""

MACHINE_ANSWERS = ("marks_of_toy", "means", "marks", "levels", "strategies")
"""由程序核对的五种答案，前一张表是后一张的依据，所以各恰好一题。"""

TEXT = "text"
ANSWERS = (*MACHINE_ANSWERS, TEXT)

SOURCES = ("survey", "online_retail")
"""随书发行的两个数据来源；订单来源要有默认观察日。"""

ITEM_KINDS = ("single", "whole", "money", "likert", "nps")
NEEDED_ITEM_COLUMNS = ("recency_level", "frequency", "monetary")

HINTS = 3

TABLE_COLUMNS = MappingProxyType(
    {
        "warm_up": ("customer_id", "monetary", "mark"),
        "table_4_1": ("number", "text", "options"),
        "table_4_2": ("customer_id", "recency", "frequency", "monetary"),
        "table_4_3": ("customer_id", "recency", "frequency", "monetary"),
        "table_4_4": ("customer_id", "pattern", "segment"),
        "table_4_5": ("segment", "customer_count", "money_share", "strategy"),
    }
)
"""程序认得的表与列的编号（course.md A12）；列名与先后由内容定。"""

FORMAT_KINDS = ("arrow", "number", "whole", "money", "level", "pattern", "percent")
OUTCOMES = ("right", "credit", "wrong", "blank", "format", "pending")
MEANINGS = ("recency_days", "recency_level", "frequency", "monetary")
SIDES = ("better", "worse", "equal")


def _reason_fields() -> dict[str, frozenset[str]]:
    fields = {
        "mark": "letter label value unit sign mean meaning arrow",
        "mean": "letter label unit count digits",
        "pattern": "recency frequency monetary pattern",
        "pattern_look": "",
        "segment": "pattern recent frequent rich convention segment",
        "segment_look": "pattern recent frequent rich convention",
        "count": "segment count",
        "count_look": "segment",
        "share": "segment amount total unit share",
        "share_look": "segment total unit",
        "blank": "",
        "pending": "",
        "credit": "table",
        "hint": "number total text",
        "solution_locked": "filled total needed",
    }
    fields |= {f"direction.{better}": "letter label unit" for better in ("high", "low")}
    fields |= {f"meaning.{name}.{side}": "" for name in MEANINGS for side in SIDES}
    fields |= {f"format.{kind}": "given" for kind in FORMAT_KINDS}
    fields |= {f"outcome.{outcome}": "" for outcome in OUTCOMES}
    return {name: frozenset(text.split()) for name, text in fields.items()}


REASON_FIELDS = MappingProxyType(_reason_fields())
"""核对用语的名称 → 它可以用的 $名字。缺一条、多一条、用了别的名字，都算内容有错。"""
