"""阶段与故事的内容：十二种模型齐全、位置说得通、故事够多够匀、每个选项有讲解；改坏一行就读不进来。"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction as Q
from itertools import pairwise

import pytest
from broken_content import broken_copy

from lifecycle_lab.content import course, data_folder
from lifecycle_lab.content.sentences import read_sentences
from lifecycle_lab.content.stage_words import FIELDS
from lifecycle_lab.content.stages import (
    FOUR,
    FOUR_STAGES,
    MODELS,
    PERIOD_STAGES,
    read_stages,
    read_stories,
    stage_words,
    stages,
    stories,
)
from lifecycle_lab.schema import ContentError
from lifecycle_lab.stages.placing import PERIODS, RELATION_STAGES

COURSE = data_folder() / "course"
MODELS_BY_HAND = {
    "four": 4,
    "states": 4,
    "buying": 6,
    "relation": 6,
    "periods": 5,
    "investment": 6,
    "views": 4,
    "contact": 5,
    "path": 6,
    "managed": 4,
    "behaviour": 6,
    "dynamic": 4,
}
EVERY = [stage for model in stages().models.values() for stage in model.stages.values()]


def read_words(path):
    return read_sentences(path, FIELDS)


READERS = {"stages.toml": read_stages, "stories.toml": read_stories, "stage_lesson.toml": read_words}


# ── 模型 ─────────────────────────────────────────────────────────────


def test_the_twelve_models_of_the_issue_are_all_there():
    assert {name: len(model.stages) for name, model in stages().models.items()} == MODELS_BY_HAND
    assert tuple(stages().models) == MODELS


def test_content_and_code_agree_on_the_stages_they_share():
    assert FOUR_STAGES == RELATION_STAGES == tuple(stages().models[FOUR].stages)
    assert PERIOD_STAGES == PERIODS == tuple(stages().models["periods"].stages)


def test_the_names_of_the_facts():
    """course.md 里写明的阶段，一个不少，次序不变。"""
    labels = {name: [s.label for s in model.stages.values()] for name, model in stages().models.items()}
    assert labels["four"] == ["考察期", "形成期", "稳定期", "退化期"]
    assert labels["states"] == ["潜在客户", "新客户", "老客户", "新业务的新客户"]
    assert labels["buying"] == ["认知", "考虑", "购买", "使用与体验", "维护", "流失"]
    assert labels["relation"] == ["认识", "接触", "互动", "信任", "忠诚", "流失"]
    assert labels["investment"] == ["潜在期", "开发期", "成长期", "成熟期", "衰退期", "终止期"]
    assert labels["contact"] == ["接触", "获取", "转化", "保留", "忠诚"]
    assert labels["path"] == ["认知", "信任", "交易", "满意", "忠诚", "口碑"]
    assert labels["managed"] == ["获取期", "成长期", "成熟期", "衰退期"]
    assert labels["behaviour"] == ["认知", "兴趣", "购买", "使用", "再次购买", "流失"]
    assert labels["dynamic"] == ["活跃", "沉默", "沉睡", "流失"]


def test_typical_shares_are_those_of_the_source():
    shares = {s.label: s.share for s in stages().models["periods"].stages.values()}
    assert shares == {"引入期": 15, "试用期": 25, "成长期": 30, "成熟期": 25, "休眠期": 5}


def test_facts_exist_and_cover_the_models():
    named = {stage.fact for stage in EVERY} | {model.fact for model in stages().models.values()}
    assert named <= set(course().facts)
    assert {"A2", "A3", "A4", "A5", "A8", "B2", "B3", "B4", "B7", "C1", "C3", "D6", "D9", "E4"} <= named


def test_what_the_source_does_not_have_is_said():
    """course.md 的补全：C1 后三步、C3 后两步、D6 后三个时期、B7 后三个时期。"""
    filled = {name: [s.label for s in m.stages.values() if s.filled] for name, m in stages().models.items()}
    assert filled["contact"] == ["转化", "保留", "忠诚"]
    assert filled["path"] == ["忠诚", "口碑"]
    assert filled["investment"] == ["成熟期", "衰退期", "终止期"]
    assert filled["managed"] == ["成长期", "成熟期", "衰退期"]


def test_places_run_from_left_to_right_and_the_four_cover_the_axis():
    for model in stages().models.values():
        listed = list(model.stages.values())
        assert all(a.end <= b.start for a, b in pairwise(listed)), model.id
        assert all(0 <= s.start < s.end <= 1 for s in listed)
        assert not listed[0].dispute, "第一个阶段之前没有边界可争"
    four = list(stages().models[FOUR].stages.values())
    assert (four[0].start, four[-1].end) == (0, 1)
    assert all(a.end == b.start for a, b in pairwise(four))


def test_models_without_a_leaving_stage_end_before_the_axis_does():
    ends = {name: max(s.end for s in model.stages.values()) for name, model in stages().models.items()}
    assert {name for name, end in ends.items() if end < 1} == {"states", "contact", "path"}


def test_every_model_but_the_clear_ones_has_a_disputed_border():
    disputed = Counter(name for name, m in stages().models.items() for s in m.stages.values() if s.dispute)
    assert set(disputed) == set(MODELS)
    assert disputed.total() >= 24


def test_ids_are_unique_over_the_whole_course_of_models():
    """图鉴只写阶段的编号就查得到，所以编号不能重。"""
    ids = [stage.id for stage in EVERY]
    assert len(ids) == len(set(ids))


def test_the_three_exit_barriers_and_the_cheaper_dealing_are_named():
    levers = "".join(stages().models[FOUR].stages["stability"].levers)
    for word in ("经济", "技术", "契约", "信息化", "分销", "信息渠道"):
        assert word in levers


# ── 故事 ─────────────────────────────────────────────────────────────


def test_stories_are_many_mixed_and_even():
    found = list(stories().stories.values())
    assert len(found) >= 24
    stage_counts = Counter(story.stage for story in found)
    assert set(stage_counts) == set(FOUR_STAGES)
    assert min(stage_counts.values()) >= 6
    assert len({story.industry for story in found}) >= 8


def told(story):
    return [*story.stages.values(), *(one.why for one in (*story.marks, *story.levers))]


@pytest.mark.parametrize("story", stories().stories.values(), ids=lambda s: s.id)
def test_every_choice_of_a_story_has_its_own_explanation(story):
    for why in told(story):
        assert len(why) >= 10, why
        assert why.endswith("。"), why
    assert len(set(told(story))) == 10
    assert len({one.text for one in (*story.marks, *story.levers)}) == 6


def test_no_story_gives_the_right_choice_away_by_its_length():
    """对的选项不能老是最长的或最短的那一个，让人看长短就猜得到。"""
    found = stories()
    sets = [options for story in found.stories.values() for options in (story.marks, story.levers)]
    sets += [options for who in found.street.values() for options in (who.needs, who.asks)]
    for extreme in (max, min):
        guessed = sum(extreme(options, key=lambda one: len(one.text)).correct for options in sets)
        assert guessed <= len(sets) // 3, extreme


def test_the_four_people_say_they_cannot_tell():
    street = stories().street
    assert len(street) == 4
    for who in street.values():
        assert who.stage.startswith("还说不上")
        assert who.value.startswith("价值看不出来")


# ── 读法严格 ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", READERS)
def test_a_missing_or_unreadable_file_is_refused(tmp_path, name):
    path = tmp_path / name
    for data in (b"\xff\x81\x30\x00" * 9, None):
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)
        with pytest.raises(ContentError) as caught:
            READERS[name](path)
        assert name in str(caught.value)


_OPTIONAL = re.compile(r"(dispute|filled|aim|focus|question|share|investment|contribution|telecom|shop) = ")


@pytest.mark.parametrize("name", READERS)
def test_no_line_can_be_dropped_unnoticed(tmp_path, name):
    """一行一个键的，隔几行删一行：删去的读不进来（可以不写的键除外）。"""
    path, text = tmp_path / name, (COURSE / name).read_text("utf-8")
    lines = text.splitlines(keepends=True)
    keys = [i for i, line in enumerate(lines) if re.match(r"[a-z_]+ = (?!\[$)", line)]
    tried = 0
    for i in keys[:: max(1, len(keys) // 60)]:
        if name == "stages.toml" and _OPTIONAL.match(lines[i]):
            continue
        path.write_text("".join(lines[:i] + lines[i + 1 :]), "utf-8")
        with pytest.raises(ContentError):
            READERS[name](path)
        tried += 1
    assert tried >= 40


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start = 0.25\nend = 0.45", "start = 0.2\nend = 0.45", "重叠"),
        ("start = 0.8\nend = 1", "start = 0.8\nend = 1.1", "位置"),
        ("start = 0.45\nend = 0.8", "start = 0.8\nend = 0.8", "位置"),
        ("share = 15", "share = 16", "101"),
        ('id = "dormancy"', 'id = "sleep"', "认得的不一样"),
        ('id = "dynamic"', 'id = "static"', "模型"),
        ("quiet_tried = [1.5, 2, 3]", "quiet_tried = [1, 2, 3]", "slow"),
        ("quiet_tried = [1.5, 2, 3]", "quiet_tried = [3, 2]", "从小到大"),
        ("slow = 1 ", 'slow = "一" ', "数"),
        ("levers = ", "lever = ", "levers"),
        ("[rule]", "more = 1\n[rule]", "不认识的键"),
        ('levers = ["市场调查", "广告"]', "levers = []", "手段"),
    ],
)
def test_broken_models_are_refused_and_told_why(tmp_path, old, new, said):
    with pytest.raises(ContentError, match=said):
        read_stages(broken_copy(tmp_path, "stages.toml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("correct = true, ", "", "恰好一个对"),
        ('stage = "exploration"', 'stage = "middle"', "四个阶段"),
        (
            "考察期先赢得信任：适度的投入加快速的回答，正好打消他的四个疑问。",
            "买什么品类说的是需要，不是关系的深浅。",
            "两次",
        ),
    ],
)
def test_broken_stories_are_refused_and_told_why(tmp_path, old, new, said):
    with pytest.raises(ContentError, match=said):
        read_stories(broken_copy(tmp_path, "stories.toml", old, new))


def test_words_are_all_used_names():
    assert set(stage_words()) == set(FIELDS)


def test_the_rule_is_the_one_the_lesson_explains():
    rule = stages().rule
    assert (rule["quiet"], rule["slow"], rule["falling"]) == (2, 1, Q(1, 2))
    assert Q(2) in stages().quiet_tried
