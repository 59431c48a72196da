"""curves.toml：默认值合于程序；改坏任何一处，读的时候就说出在哪里。"""

from __future__ import annotations

import pytest
from broken_content import broken_copy

from lifecycle_lab import curves
from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content.curves import CURVE_EXIT_TYPES, CURVE_LEVERS, CURVE_STAGES, read_curves
from lifecycle_lab.curves import fitting
from lifecycle_lab.schema import ContentError
from lifecycle_lab.simulate import shops


def test_content_and_rules_speak_of_the_same_things():
    assert CURVE_STAGES == curves.STAGES == shops.STAGES
    assert CURVE_EXIT_TYPES == curves.EXIT_TYPES == shops.EXIT_TYPES
    assert CURVE_LEVERS == curves.LEVERS
    content = course().curves
    assert [text.label for text in content.stages.values()] == ["考察期", "形成期", "稳定期", "退化期"]
    assert [text.aim for text in content.stages.values()] == ["缩短", "加快", "延长", "避免"]  # D5
    assert [text.label for text in content.exit_types.values()] == [
        "早期流产型", "中途夭折型", "提前退出型", "长久保持型"
    ]  # fmt: skip
    assert [lever.stage for lever in content.levers.values()] == list(curves.STAGES)


def test_defaults_are_the_rules_own():
    reading = course().curves.reading
    assert (reading.early, reading.quiet, reading.purchases) == (
        curves.EARLY, fitting.QUIET, fitting.PURCHASES
    )  # fmt: skip
    assert course().curves.curve["peak"] == 12_000  # 元 → 分


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("formation_end = 12", "formation_end = 3", "从小到大"),
        ('peak_yuan = "120.00"', "peak_yuan = 120", "类型不对"),
        ('peak_yuan = "120.00"', 'peak_yuan = "一百"', "不是一笔金额"),
        ('peak_yuan = "120.00"', 'peak_yuan = "1.234"', "不是一笔金额"),
        ('peak_yuan = "120.00"', 'peak_yuan = "-1.00"', "不是一笔金额"),
        ("margin = 50", "margin = 101", "超出范围"),
        ("premium = 4", "", "premium"),
        ("premium = 4", "premium = 4\nluck = 1", "不认识的键"),
        ("purchases = [1, 3, 7]", "purchases = [1, 7, 3]", "从小到大"),
        ("purchases = [1, 3, 7]", "purchases = [true, 3, 7]", "不是 3 个从小到大的整数"),
        ("horizon = 36", "horizon = 0", "超出范围"),
        ('stage = "formation"', 'stage = "decline"', "不管"),
        ('id = "trust"', 'id = "luck"', "认得的预算"),
        ("leaving = 120", "leaving = 1200", "超出范围"),
        ('half_yuan = "6.00"', "", "half_yuan"),
        ('aim = "缩短"', 'aim = " "', "空的"),
        ('id = "early_exit"', 'id = "early_abort"', "出现了两次"),
        ("[game]", "[games]\nx = 1\n[game]", "不认识的键"),
    ],
)
def test_what_is_broken_is_named(tmp_path, old, new, said):
    with pytest.raises(ContentError, match=said) as caught:
        read_curves(broken_copy(tmp_path, "curves.toml", old, new))
    assert "curves.toml" in caught.value.where


def test_a_missing_type_is_named(tmp_path):
    path = tmp_path / "curves.toml"
    text = (data_folder() / "course" / "curves.toml").read_text(encoding="utf-8")
    path.write_text(text.partition('[[exit_type]]\nid = "long_lasting"')[0], encoding="utf-8")
    with pytest.raises(ContentError, match="long_lasting"):
        read_curves(path)
