"""分析师报告的用语与界线：report.toml；缺一条、多一条、用了别的 $名字，都说出在哪里。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import MappingProxyType

from lifecycle_lab.content.records import Record, read_nest, sentences
from lifecycle_lab.schema import ContentError, quote

_NUMBERS = {
    "shared_least": (2, 1000),
    "workbook_rows": (1, 100_000),
    "shown_customers": (0, 50),
    "compare_days": (1, 10_000),
    "least_customers": (1, 10**9),
    "least_group": (1, 10**9),
    "least_days": (1, 10_000),
    "most_waiting": (0, 100),
    "most_one_time": (0, 100),
    "most_aside": (0, 100),
    "most_stale": (0, 10_000),
    "most_skew": (1, 1000),
}
LIMITS = ("customers", "window", "waiting", "one_time", "aside", "small_groups", "stale", "skew")
"""报告要说的几条限制，次序就是它们的次序。"""


def _fields() -> Mapping[str, frozenset[str]]:
    fields = {"title": "shop as_of", "footer": "as_of sha256", "hidden": "least", "pseudonym": ""}
    covers = "shop as_of window customers orders convention centre sha256"
    fields |= {f"cover.{name}": "" for name in covers.split()}
    fields |= {f"centre.{name}": "" for name in ("mean", "median")}
    headings = "rows distributions segments readings intervals migration calls limits"
    fields |= {f"heading.{name}": "" for name in headings.split()}
    fields |= {
        "rows.intro": "rows used aside quarantined",
        "rows.note": "",
        "rows.problems_note": "",
        "rows.used": "",
        "rows.quarantined": "",
        "rows.total": "",
        "rows.notes": "",
        "rows.problems": "",
        "rows.without_purchase": "customers money unit",
        "rows.as_of_given": "as_of",
        "rows.as_of_default": "as_of",
        "distributions.intro": "as_of",
        "distributions.note": "",
        "distributions.alt": "label customers centres",
        "distributions.caption": "",
        "distributions.shared": "least",
        "segments.intro": "convention source centre",
        "segments.caption": "",
        "segments.reading": "most most_share richest richest_share",
        "segments.note": "",
        "segments.negative": "",
        "segments.below_zero": "",
        "readings.intro": "",
        "readings.note": "",
        "readings.listed": "other",
        "readings.convention": "title",
        "readings.centre": "other",
        "readings.literal": "centre",
        "readings.withheld": "",
        "intervals.intro": "",
        "intervals.note": "",
        "intervals.never": "",
        "intervals.first": "",
        "intervals.later": "",
        "intervals.nth": "from to",
        "intervals.rest": "from",
        "intervals.all": "",
        "intervals.reading": "parts",
        "intervals.part": "days percent",
        "intervals.empty": "",
        "intervals.group": "",
        "intervals.share": "",
        "intervals.naive": "",
        "intervals.corrected": "",
        "intervals.band": "",
        "intervals.between": "low high",
        "intervals.repurchase": "",
        "intervals.repurchase_note": "",
        "intervals.difference": "percent naive corrected",
        "intervals.same": "percent days",
        "intervals.unreached": "percent naive longest",
        "intervals.caption": "",
        "intervals.curve": "",
        "intervals.curve_shared": "",
        "migration.intro": "before after centre",
        "migration.caption": "before after",
        "migration.new": "",
        "migration.total": "",
        "migration.none": "",
        "migration.reading": "customers stayed share",
        "migration.withheld": "",
        "migration.note": "",
        "calls.intro": "rows",
        "calls.shared": "",
        "calls.heading": "name pattern customers",
        "calls.hidden": "name pattern",
        "calls.cut": "rows customers file",
        "calls.empty": "",
        "calls.other": "other",
        "reason.part": "letter value unit sign centre middle meaning arrow",
        "reason.joint": "",
        "limits.intro": "",
        "limits.fine": "",
        "limits.note": "",
        "limit.always": "",
    }
    columns = (
        "traits target channel offer timing measure customer pseudonym level pattern last reason strategy"
    )
    fields |= {f"calls.{name}": "" for name in columns.split()}
    fields |= {
        f"reason.{k}.{way}": "" for k in ("recency", "frequency", "monetary") for way in ("up", "down")
    }
    fields |= {f"limit.{name}": "value" for name in LIMITS}
    fields |= {f"limit.name.{name}": "" for name in LIMITS}
    return MappingProxyType({name: frozenset(text.split()) for name, text in fields.items()})


FIELDS = _fields()
"""报告用语的名称 → 它可以用的 $名字。"""


@dataclass(frozen=True)
class ReportText:
    """报告的用语（words）、界线（numbers）与要看的分位数（百分数）。"""

    words: Mapping[str, str]
    numbers: Mapping[str, int]
    quantiles: tuple[int, ...]

    def say(self, name: str, /, **values: object) -> str:
        """一句话，$名字 换成给的值。"""
        return Template(self.words[name]).substitute({key: str(value) for key, value in values.items()})


def read_report(path: Path) -> ReportText:
    """一份 report.toml；缺项、越界、多出来的键 → ContentError。"""
    top = read_nest(path)
    limits = Record(f"{top.where} [thresholds]", top.need("thresholds", dict, "一节 [thresholds]"))
    words = Record(f"{top.where} [words]", top.need("words", dict, "一节 [words]"))
    top.finish()
    numbers = {name: limits.whole(name, low, high) for name, (low, high) in _NUMBERS.items()}
    quantiles = _quantiles(limits)
    limits.finish()
    return ReportText(sentences(words, FIELDS), MappingProxyType(numbers), quantiles)


def _quantiles(record: Record) -> tuple[int, ...]:
    values = record.need("quantiles", list, "一列百分数，如 [50, 70, 90]")
    fine = values and all(type(value) is int and 0 < value < 100 for value in values)
    if not fine or sorted(set(values)) != values:
        raise ContentError(
            f"{quote(values)} 不是由小到大的百分数。",
            where=record.at("quantiles"),
            remedy="写成 1 到 99 的整数，由小到大，如 [50, 70, 90]。",
        )
    return tuple(values)
