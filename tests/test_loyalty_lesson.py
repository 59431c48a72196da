"""第 08 课：合成量表的结构量得回来，内容齐全，案例条条走得到头，lab.loyalty 的每个方法给得出东西。"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction as F
from functools import cache
from statistics import mean

import pytest
from broken_content import broken_copy
from golden.sheets import assignment
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_lab import loyalty, open_lab
from lifecycle_lab.content import course
from lifecycle_lab.content import loyalty as texts
from lifecycle_lab.content.loyalty_cases import loyalty_cases
from lifecycle_lab.exercises.checks import check
from lifecycle_lab.exercises.modes import as_typed
from lifecycle_lab.exercises.problems import _built
from lifecycle_lab.exercises.problems.loyalty import (
    alpha_table,
    loyalty_quadrant,
    nps_error,
    points_programme,
    spend_concentration,
    trust_steps,
)
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.export import Table
from lifecycle_lab.lab import loyalty_keep, loyalty_measure
from lifecycle_lab.lab.loyalty_data import respondents
from lifecycle_lab.loyalty import FACTORS, KINDS
from lifecycle_lab.simulate.loyalty_answers import LOADINGS, SHARED, SHARES, loyalty_answers
from lifecycle_lab.variants import Numbers

LESSON = "08_loyalty"
seeds = st.integers(0, 10**9).map(lambda n: f"lifecycle|{n}")


@cache
def many():
    """四千位：结构看得清。"""
    customers = [(n % 11, 1 + n % 5, 1 + n % 4) for n in range(4000)]
    return loyalty_answers(customers, 1)


# ── 合成的量表 ───────────────────────────────────────────────────────


def test_the_same_seed_gives_the_same_answers_and_earlier_people_do_not_move():
    customers = [(8, 4, 3)] * 20
    assert loyalty_answers(customers, 5) == loyalty_answers(customers, 5)
    assert loyalty_answers(customers, 5)[:7] == loyalty_answers(customers[:7], 5)
    assert loyalty_answers(customers, 5) != loyalty_answers(customers, 6)


@pytest.mark.parametrize("factor", FACTORS)
def test_reliability_is_the_one_the_loadings_promise(factor):
    """题与题的相关 ρ 由载荷定：α = 3ρ/(1 + 2ρ)；g 的方差大于 1 会略高，切成五级会略低，容许 0.05。"""
    size = 4000
    spread = mean(one.true_loyalty**2 for one in many()) - mean(one.true_loyalty for one in many()) ** 2
    common = LOADINGS[factor] ** 2 * (SHARED * spread + 1 - SHARED)
    between = common / (common + 1 - LOADINGS[factor] ** 2)
    found = float(loyalty.cronbach_alpha([one.items[factor] for one in many()]))
    assert len(many()) == size
    assert found == pytest.approx(3 * between / (1 + 2 * between), abs=0.05)


def test_an_item_stands_with_its_own_factor():
    for factor in FACTORS:
        rests = loyalty.item_rest_correlations([one.items[factor] for one in many()])
        for i in range(3):
            own = [one.items[factor][i] for one in many()]
            others = [sum(sum(one.items[f]) for f in FACTORS if f != factor) for one in many()]
            assert rests[i] > loyalty.correlation(own, others)


def test_the_index_recovers_the_known_loyalty():
    scores = [
        loyalty.weighted_index(
            {f: loyalty.rescaled(one.items[f], 1, 5) for f in FACTORS}, dict.fromkeys(FACTORS, 1)
        )
        for one in many()[:1500]
    ]
    truth = [one.true_loyalty for one in many()[:1500]]
    assert loyalty.correlation(scores, truth) > 0.85
    assert loyalty_measure.recovered() > 0.85


def test_the_kinds_come_in_their_shares():
    counts = Counter(one.true_kind for one in many())
    for kind in KINDS:
        assert counts[kind] / len(many()) == pytest.approx(SHARES[kind], abs=0.03)


def test_the_rule_is_a_proxy_better_than_guessing_and_not_the_truth():
    hits = mean(one.answer.true_kind == one.verdict.kind for one in respondents())
    assert 2 * max(SHARES.values()) - 0.1 < hits < 0.9


def test_the_scale_is_joined_to_the_shipped_customers():
    assert len(respondents()) == 300
    assert [one.customer_id for one in respondents()] == sorted(one.customer_id for one in respondents())
    assert respondents()[1].money == 54745  # C002：547.45 元
    assert all(0 <= one.answer.promoted <= one.orders for one in respondents())


# ── 内容 ─────────────────────────────────────────────────────────────


def test_the_words_of_the_content_are_those_of_the_room():
    assert texts.FACTORS == loyalty.FACTORS
    assert texts.KINDS == loyalty.KINDS
    assert texts.QUADRANTS == loyalty.QUADRANTS
    assert texts.GOALS == loyalty.GOALS
    assert texts.MOST_SCORE == loyalty.MOST


def test_the_audit_covers_the_lists_of_the_course():
    """六步、五要点、七标准、五步、四步、五阶段、五特征、七条失败原因。"""
    sections = course().loyalty.sections
    assert [len(one.items) for one in sections.values()] == [6, 5, 7, 5, 4, 5, 5, 7]
    assert {one.fact for one in sections.values()} == {"C3", "C4", "C5", "C6", "C7", "C9", "C10", "C11"}
    reconstructed = [
        item.id for one in sections.values() for item in one.items.values() if item.origin == "补全"
    ]
    assert reconstructed == ["loyal", "word"]
    assert [one.origin for one in course().loyalty.stages.values()] == ["来源"] * 2 + ["补全"] * 3


def test_every_check_and_plan_is_its_own_sentence():
    items = loyalty_keep.audit_items().values()
    for told in ([item.check for item in items], [item.plan for item in items]):
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("name", ["tv", "best"])
def test_every_path_of_a_case_ends_and_every_choice_is_explained(name):
    case = loyalty_cases()[name]
    paths = loyalty.every_path(case.graph)
    assert len(paths) >= 10
    for path in paths:
        end = loyalty.walk(case.graph, path)[-1]
        assert not case.steps[end].choices
        assert case.steps[end].text.startswith("结局")
    whys = [choice.why for step in case.steps.values() for choice in step.choices.values()]
    assert len(set(whys)) == len(whys) >= 10
    assert all(len(why) >= 30 and why.endswith("。") for why in whys)


# ── 手里的东西 ───────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    return open_lab("demo", answers_file=str(folder / "demo.json"), out_dir=str(folder)).loyalty


TABLES = [
    "card",
    "stages",
    "channels",
    "questionnaire",
    "measure",
    "items",
    "nps",
    "quadrants",
    "other_cuts",
    "kind_signs",
    "kinds",
    "kind_evidence",
    "kind_truth",
    "audit",
    "plan",
    "trust_signs",
    "examples",
    "best_views",
    "pareto",
    "goals",
    "programme",
    "programme_who",
]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_rows_and_leaves_no_field_open(desk, name):
    found = getattr(desk, name)()
    assert isinstance(found, Table)
    assert found.rows
    assert "$" not in str(found)


@pytest.mark.parametrize("name", ["measure_figure", "quadrant_figure", "audit_figure", "pareto_figure"])
def test_every_figure_says_what_it_shows(desk, name):
    found = getattr(desk, name)()
    assert found.png.startswith(b"\x89PNG")
    assert len(found.alt) > 20


def test_the_quadrants_hold_everybody_once(desk):
    table = desk.quadrants()
    assert sum(int(row[2]) for row in table.rows) == 300
    assert sum(float(row[3].removesuffix(" %")) for row in table.rows) == pytest.approx(100, abs=0.2)


def test_the_audit_takes_other_scores_and_names_what_it_does_not_know(desk):
    raised = {f"programme.{item}": 4 for item in course().loyalty.sections["programme"].items}
    assert "个性化服务" in desk.audit(raised).note
    for wrong in ({"x.y": 3}, {"path.deal": 9}):
        assert isinstance(desk.audit(wrong), Shown)
    assert isinstance(desk.checklist("nothing"), Shown)


def test_a_case_is_walked_without_changing_itself(desk):
    start = desk.case("tv")
    once = start.choose("a")
    assert start.chosen == ()
    assert once.choose("B") == start.choose("A", "B") == desk.case("tv").choose("A", "B")
    over = start.choose("A", "A")
    assert over.is_over
    assert "结局" in str(over)
    assert isinstance(desk.case("nobody"), Shown)
    rows = start.endings().rows
    listed = [path for _, paths in rows for path in paths.split("、")]
    assert sorted(listed) == sorted("".join(path) for path in loyalty.every_path(start.text.graph))
    assert len(rows) == sum(not step.choices for step in start.text.steps.values())


def test_a_wrong_choice_is_told_in_words(desk):
    from lifecycle_lab.schema import ParameterError

    with pytest.raises(ParameterError, match="可选的"):
        desk.case("tv").choose("Z")


def test_rewards_of_the_shop_add_up(desk):
    rows = desk.programme_who().rows
    assert sum(float(row[2].removesuffix(" %")) for row in rows) == pytest.approx(100, abs=0.3)


def test_the_rulers_agree_with_themselves_and_are_symmetric(desk):
    rows = [row[1:] for row in desk.rulers().rows]
    assert [row[i] for i, row in enumerate(rows)] == ["100 %"] * 5
    assert rows == [tuple(column) for column in zip(*rows, strict=True)]
    assert isinstance(desk.rulers(percent=0), Shown)


def test_sliders_move_and_stay_in_their_frame(desk):
    for sliders, moved in ((desk.nps_sliders, {"answers": 400}), (desk.programme_sliders, {"reward": 10})):
        assert sliders.start.png != sliders.at(**moved).png
        assert sliders.at(**moved).said != sliders.start.said
    assert "打不平" in desk.programme_sliders.at(margin=5, reward=20, redeemed=100).said
    assert desk.nps_sliders.at(promoters=100, detractors=100).alt  # 合起来超过 100 %，贬损者让位


# ── 算题 ─────────────────────────────────────────────────────────────


@given(seeds)
@settings(max_examples=30)
def test_the_alpha_problem_against_numpy(seed):
    import numpy as np

    asked = alpha_table(Numbers(seed))
    table = np.array([[int(asked.given[who, item]) for item in "abcd"] for who in "甲乙丙丁戊"], dtype=float)
    assert [asked.right[who, "total"] for who in "甲乙丙丁戊"] == list(table.sum(axis=1))
    for item, wanted in zip("abcd", table.var(axis=0, ddof=1), strict=True):
        assert float(asked.right["方差", item]) == pytest.approx(wanted)
    alpha = 4 / 3 * (1 - table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1))
    assert float(asked.right["α", "alpha"]) == pytest.approx(alpha)
    assert 0.6 <= alpha <= 0.95


@given(seeds)
def test_the_nps_problem_follows_the_printed_formula(seed):
    asked = nps_error(Numbers(seed))
    errors = []
    for shop in ("甲店", "乙店"):
        up, middle, down = (int(asked.given[shop, name]) for name in ("promoters", "passives", "detractors"))
        size = up + middle + down
        assert asked.right[shop, "nps"] == F(100 * (up - down), size)
        error = 100 * (((up + down) / size - ((up - down) / size) ** 2) / size) ** 0.5
        assert float(asked.right[shop, "error"]) == pytest.approx(error, abs=1e-9)
        errors.append(error)
    gap = asked.right["甲店减乙店", "nps"]
    both = (errors[0] ** 2 + errors[1] ** 2) ** 0.5
    assert float(asked.right["甲店减乙店", "error"]) == pytest.approx(both, abs=1e-9)
    assert asked.right["甲店减乙店", "told"].startswith("说得清" if abs(gap) > 1.96 * both else "说不清")


@given(seeds)
def test_the_quadrant_problem_has_all_four_and_a_tie(seed):
    asked = loyalty_quadrant(Numbers(seed))
    names = {
        ("高", "高"): "真忠诚",
        ("高", "低"): "潜在忠诚",
        ("低", "高"): "虚假忠诚",
        ("低", "低"): "没有忠诚",
    }
    orders = [int(asked.given[who, "orders"]) for who in asked.rows[:-1]]
    assert asked.right["均值", "orders"] == F(sum(orders), 7)
    assert asked.right["均值", "orders"] in orders
    for who, many_orders in zip(asked.rows[:-1], orders, strict=True):
        levels = asked.right[who, "attitude"], asked.right[who, "behaviour"]
        assert levels[1] == ("高" if 7 * many_orders >= sum(orders) else "低")
        assert asked.right[who, "quadrant"] == names[levels]
    assert {asked.right[who, "quadrant"] for who in asked.rows[:-1]} == set(names.values())


@given(seeds)
def test_the_programme_problem_breaks_even(seed):
    """打平那一点：有计划与没有计划赚的一样多，照题面的数算。"""
    asked = points_programme(Numbers(seed))
    for plan in asked.rows:
        sales, margin, reward, redeemed, fixed = (
            F(asked.given[plan, name].split()[0])
            for name in ("sales", "margin", "reward", "redeemed", "fixed")
        )
        cost = reward * redeemed / 10_000
        assert asked.right[plan, "cost"] == 100 * cost
        assert asked.right[plan, "anyway"] == cost * sales
        lift = asked.right[plan, "lift"] / 100
        assert sales * (1 + lift) * (margin / 100 - cost) - fixed == sales * margin / 100


@given(seeds)
def test_the_concentration_problem_by_its_formula(seed):
    asked = spend_concentration(Numbers(seed))
    money = [int(asked.given[row, "money"]) for row in asked.rows[:-1]]
    assert money == sorted(set(money))
    assert [asked.right[row, "weight"] for row in asked.rows[:-1]] == [-5, -3, -1, 1, 3, 5]
    weighted = sum(w * x for w, x in zip((-5, -3, -1, 1, 3, 5), money, strict=True))
    assert asked.right["全店", "gini"] == F(weighted, 6 * sum(money))
    assert asked.right["全店", "top"] == F(100 * sum(money[-2:]), sum(money))


@given(seeds)
def test_the_trust_problem_shows_every_step(seed):
    asked = trust_steps(Numbers(seed))
    signs = {text: course().loyalty.trust[step] for text, step in course().loyalty.trust_signs}
    assert all(asked.right[row, "step"] == signs[asked.given[row, "sign"]] for row in asked.rows)
    assert {asked.right[row, "step"] for row in asked.rows} == set(course().loyalty.trust.values())
    assert len({asked.given[row, "sign"] for row in asked.rows}) == 6


def _right(name: str):
    mine = assignment()
    seed = f"{mine.course.course_id}|{mine.student_id}|{','.join(mine.customer_ids)}"
    return mine, dict(_built(name, seed).right)


def _outcome(name: str, changed: dict, kinds: dict[str, str]):
    mine, right = _right(name)
    typed = {cell: as_typed(kinds[cell[1]], value) for cell, value in right.items()} | changed
    return check(name, mine, mine.blank_answers().with_cells(name, typed))


def test_a_wrong_mean_does_not_cost_the_places_after_it():
    """单数的均值写成 0：人人行为高，格跟着变，都是过程分。"""
    _, right = _right("loyalty_quadrant")
    kinds = {"score": "number", "orders": "number"} | dict.fromkeys(
        ("attitude", "behaviour", "quadrant"), "choice"
    )
    changed = {("均值", "orders"): "0"}
    for (row, column), value in right.items():
        if column == "behaviour" and value == "低":
            changed[row, "behaviour"] = "高"
            high = right[row, "attitude"] == "高"
            changed[row, "quadrant"] = "真忠诚" if high else "虚假忠诚"
    outcome = _outcome("loyalty_quadrant", changed, kinds)
    assert outcome.counts["wrong"] == 1
    assert outcome.counts["credit"] == len(changed) - 1


def test_a_wrong_reward_cost_is_followed_to_the_lift():
    """忘了兑换率：返利成本错一格，白给的与打平的照自己的数接着算。"""
    mine, _ = _right("points_programme")
    given_ = _built(
        "points_programme", f"{mine.course.course_id}|{mine.student_id}|{','.join(mine.customer_ids)}"
    ).given
    sales, margin, reward, fixed = (
        F(given_["春卡", name].split()[0]) for name in ("sales", "margin", "reward", "fixed")
    )
    lift = 100 * (reward / 100 * sales + fixed) / (sales * (margin - reward) / 100)
    changed = {
        ("春卡", "cost"): str(reward),
        ("春卡", "anyway"): as_typed("money", reward / 100 * sales),
        ("春卡", "lift"): as_typed("percent", lift),
    }
    kinds = {"cost": "percent", "anyway": "money", "lift": "percent"}
    outcome = _outcome("points_programme", changed, kinds)
    assert [outcome.statuses[f"春卡/{c}"] for c in ("cost", "anyway", "lift")] == [
        "wrong",
        "credit",
        "credit",
    ]
    assert "redemption_forgotten" in [found.id for found in outcome.found]


def test_the_lesson_asks_enough_in_every_kind():
    items = [item for item in course().quiz.values() if item.lesson == LESSON]
    assert len(items) >= 40
    assert {item.kind for item in items} == {"single", "multiple", "ordering", "matching", "numeric"}


# ── 改坏的内容 ───────────────────────────────────────────────────────

BROKEN = [
    ("loyalty.toml", "weight = 1", "weight = 0", "weight"),
    ("loyalty.toml", 'id = "repurchase"', 'id = "again"', "认得的因素"),
    ("loyalty.toml", "best_percents = [10, 20, 30]", "best_percents = [30, 20]", "从小到大"),
    ("loyalty.toml", 'margin_yuan = "600.00"', 'margin_yuan = "六百"', "不是一笔金额"),
    ("loyalty.toml", 'origin = "来源"', 'origin = "网上"', "认得的出处"),
    ("loyalty.toml", "score = 3 }", "score = 5 }", "超出范围"),
    ("loyalty.toml", '"总的来说，我对这家店满意。", ', "", "2 道题"),
    ("loyalty.toml", '{ id = "word", label', '{ id = "listen", label', "word"),
    ("loyalty.toml", '[[trust_sign]]\nstep = "danger"', '[[trust_sign]]\nstep = "rumour"', "认得的一步"),
    ("loyalty_cases.toml", 'to = "paid"', 'to = "nowhere"', "nowhere"),
    ("loyalty_cases.toml", 'id = "tv"\n', 'id = "best"\n', "出现了两次"),
    ("loyalty_lesson.toml", "$firm", "$company", "company"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), BROKEN)
def test_broken_content_is_refused_and_named(tmp_path, file, old, new, said):
    from lifecycle_lab.content.loyalty_cases import read_loyalty_cases
    from lifecycle_lab.content.loyalty_words import FIELDS
    from lifecycle_lab.content.sentences import read_sentences
    from lifecycle_lab.schema import ContentError

    readers = {
        "loyalty.toml": texts.read_loyalty,
        "loyalty_cases.toml": read_loyalty_cases,
        "loyalty_lesson.toml": lambda path: read_sentences(path, FIELDS),
    }
    path = broken_copy(tmp_path, file, old, new)
    with pytest.raises(ContentError) as caught:
        readers[file](path)
    assert file in str(caught.value)
    assert said in str(caught.value)
