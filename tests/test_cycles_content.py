"""cycles.toml：默认值合于规则；改坏任何一处，读的时候就说出在哪里。"""

from __future__ import annotations

import shutil

import pytest
from broken_content import broken_course

from lifecycle_lab import cycles
from lifecycle_lab.content import course, data_folder, load
from lifecycle_lab.content.cycles import CYCLE_CLASSES, CYCLE_STATES
from lifecycle_lab.cycles.repurchase import QUANTILES
from lifecycle_lab.schema import ContentError


def test_content_and_rules_speak_of_the_same_classes_and_states():
    assert CYCLE_CLASSES == cycles.CLASSES
    assert CYCLE_STATES == cycles.STATES
    content = course().cycles
    assert [text.label for text in content.states.values()] == ["活跃", "沉默", "沉睡", "流失"]
    assert [text.label for text in content.classes.values()] == ["高频", "中频", "低频", "超出"]


def test_defaults_are_the_articles_and_the_rules():
    defaults = course().cycles.defaults
    assert defaults.bounds == defaults.nodes == (80, 200, 400)
    assert cycles.Bounds(*defaults.bounds) == cycles.Bounds()
    rule = cycles.ClassRule(cycles.Bounds(*defaults.bounds), defaults.multiples, defaults.nodes)
    assert rule == cycles.ClassRule()
    assert defaults.quantiles == QUANTILES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bounds = [80, 200, 400] ", "bounds = [80, 400, 200] ", "从小到大"),
        ("nodes = [80, 200, 400] ", "nodes = [80, 200] ", "3 个"),
        ("multiples = [1, 2, 3] ", "multiples = [1, 2, true] ", "multiples"),
        ("kappa = 1 ", "kappa = -1 ", "超出范围"),
        ("class_percents = [60, 85, 98]", "class_percents = [60, 85, 100]", "1 到 99"),
        ("percents = [50, 70, 90] ", "percents = [] ", "percents"),
        ('unseen = "观察期不够长，看不到"', 'unsaid = "x"', "unseen"),
        ('never = "没有达到"', 'never = " "', "空的"),
        ('id = "beyond"', 'id = "byond"', "认得的频次类"),
        ('id = "beyond"', 'id = "low"', "出现了两次"),
        ('id = "lost"', 'id = "gone"', "认得的状态"),
        ('goal = "用优惠唤醒，趁还没有走远。"', "", "goal"),
        ('label = "沉默"', 'label = "沉默"\ncolour = "red"', "不认识的键"),
        ("[words]", '[word]\nx = "y"\n[words]', "不认识的键"),
        ('fact = "E4"', 'fact = "E77"', "facts.csv"),
    ],
)
def test_what_is_broken_is_named(tmp_path, old, new, said):
    folder = broken_course(tmp_path, "cycles.toml", old, new)
    with pytest.raises(ContentError, match=said) as caught:
        load(folder)
    assert "cycles.toml" in caught.value.where


def test_a_missing_class_is_named(tmp_path):
    folder = shutil.copytree(data_folder() / "course", tmp_path / "course")
    path = folder / "cycles.toml"
    before, _, rest = path.read_text(encoding="utf-8").partition('[[class]]\nid = "beyond"')
    path.write_text(before + rest[rest.index("[[state]]") :], encoding="utf-8")
    with pytest.raises(ContentError, match="beyond"):
        load(folder)
