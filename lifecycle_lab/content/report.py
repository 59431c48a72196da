"""分析师报告的用语与界线：report.toml；缺一条、多一条、用了别的 $名字，都说出在哪里。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import MappingProxyType

from lifecycle_lab.content.records import read_nest
from lifecycle_lab.content.sentences import each, sentences, template_fields
from lifecycle_lab.schema import INDICATOR_KEYS

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


FIELDS = template_fields(
    {
        "title": "shop as_of",
        "footer": "as_of sha256",
        "hidden": "least",
        "cover": each("shop as_of window customers orders convention centre sha256"),
        "centre": each("mean median"),
        "heading": each("rows distributions segments readings intervals migration calls limits"),
        "rows": {
            "intro": "rows used aside quarantined",
            **each("note problems_note used quarantined total notes problems"),
            "without_purchase": "customers money unit",
            **each("as_of_given as_of_default", "as_of"),
        },
        "distributions": {
            "intro": "as_of",
            **each("note caption"),
            "alt": "label customers centres",
            "shared": "least",
        },
        "segments": {
            "intro": "convention source centre",
            **each("caption note negative below_zero"),
            "reading": "most most_share richest richest_share",
        },
        "readings": {
            **each("intro note withheld"),
            **each("listed centre", "other"),
            "convention": "title",
            "literal": "centre",
        },
        "intervals": {
            **each("intro note never first later all empty group share naive corrected band"),
            **each("repurchase repurchase_note caption curve curve_shared"),
            "nth": "from to",
            "rest": "from",
            "reading": "parts",
            "part": "days percent",
            "between": "low high",
            "difference": "percent naive corrected",
            "same": "percent days",
            "unreached": "percent naive longest",
        },
        "migration": {
            "intro": "before after centre",
            "caption": "before after",
            **each("new total none withheld note"),
            "reading": "customers stayed share",
        },
        "calls": {
            "intro": "rows",
            "shared": "",
            "heading": "name pattern customers",
            "hidden": "name pattern",
            "cut": "rows customers file",
            "other": "other",
            **each("traits target channel offer timing measure customer pseudonym level pattern"),
            **each("last reason strategy"),
        },
        "reason": {
            "part": "letter value unit sign centre middle meaning arrow",
            "joint": "",
            **{key: each("up down") for key in INDICATOR_KEYS},
        },
        "limits": each("intro fine note"),
        "limit": {"always": "", **dict.fromkeys(LIMITS, "value"), "name": dict.fromkeys(LIMITS, "")},
    }
)
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
    limits, words = top.section("thresholds"), top.section("words")
    top.finish()
    numbers = {name: limits.whole(name, low, high) for name, (low, high) in _NUMBERS.items()}
    quantiles = limits.wholes("quantiles", 1, 99)
    limits.finish()
    return ReportText(sentences(words, FIELDS), MappingProxyType(numbers), quantiles)
