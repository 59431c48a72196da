"""report.toml：用语与界线都在，缺的、多的、写错的都说出在哪里。"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lifecycle_lab.content import data_folder, report_text
from lifecycle_lab.content.report import FIELDS, LIMITS, read_report
from lifecycle_lab.schema import ContentError

SHIPPED = data_folder() / "course" / "report.toml"


def changed(folder: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = folder / "report.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_every_sentence_is_there_and_can_be_said():
    text = report_text()
    assert set(text.words) == set(FIELDS)
    for name, names in FIELDS.items():
        said = text.say(name, **dict.fromkeys(names, "值"))
        assert "$" not in said
        assert not re.search(r"[一-鿿][,;:!?]", said), said
    assert text.quantiles == (50, 70, 90)


def test_every_limit_has_a_sentence_and_a_name():
    for name in LIMITS:
        assert {f"limit.{name}", f"limit.name.{name}"} <= set(report_text().words)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("shared_least = 5", "shared_least = 1", "超出范围"),
        ("shared_least = 5", "least_shared = 5", "缺少一项"),
        ("quantiles = [50, 70, 90]", "quantiles = [70, 50]", "从小到大的整数"),
        ("quantiles = [50, 70, 90]", "quantiles = [50, 100]", "从小到大的整数"),
        ('cover.shop = "数据"', 'cover.shop = "数据 $shop"', "不认识的名字"),
        ('cover.shop = "数据"', 'cover.show = "数据"', "缺少一项"),
        ('cover.shop = "数据"', 'cover.shop = "数据"\ncover.more = "多"', "不认识的键"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, old, new, says):
    with pytest.raises(ContentError) as caught:
        read_report(changed(tmp_path, old, new))
    assert says in str(caught.value)
    assert "report.toml" in caught.value.where
