"""复习的内容：review.toml → 一叠几题、怎样算掌握、程序说的话。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lifecycle_lab.content.records import read_nest
from lifecycle_lab.content.sentences import each, sentences, template_fields

FACT_STATES = ("mastered", "tried", "taught", "unasked")
REVIEW_FIELDS = template_fields(
    {
        "deck": "round missed untried due",
        "empty": "",
        "facts": {
            **each("title id fact lessons asked tried right state"),
            "note": "percent",
            "summary": "total mastered tried taught",
        },
        "state": dict.fromkeys(FACT_STATES, ""),
        "report": {
            **each("problems facts quiz lesson total right again blank"),
            "untouched": "titles",
        },
    }
)


@dataclass(frozen=True)
class ReviewContent:
    """deck: 一轮几题；mastered: 答对几成算掌握；words: 名称 → string.Template 文字。"""

    deck: int
    mastered: Fraction
    words: Mapping[str, str]


def read_review(path: Path) -> ReviewContent:
    """一份 review.toml → 内容；缺一条、多一条、用了别的 $名字 → ContentError。"""
    top = read_nest(path)
    settings = top.section("settings")
    found = ReviewContent(
        deck=settings.whole("deck", 1, 50),
        mastered=Fraction(settings.whole("mastered_percent", 1, 100), 100),
        words=sentences(top.section("words"), REVIEW_FIELDS),
    )
    settings.finish()
    top.finish()
    return found
