"""把 data/course 的各个文件读成 Course；每种内容一个函数，互相之间的对照在 checks。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from lifecycle_lab.content.beyond import read_beyond
from lifecycle_lab.content.checks import check_course
from lifecycle_lab.content.curve_words import FIELDS as CURVE_FIELDS
from lifecycle_lab.content.curve_words import read_curve_measures
from lifecycle_lab.content.curves import read_curves
from lifecycle_lab.content.cycle_words import FIELDS as CYCLE_FIELDS
from lifecycle_lab.content.cycles import read_cycles
from lifecycle_lab.content.loyalty import read_loyalty
from lifecycle_lab.content.loyalty_cases import read_loyalty_cases
from lifecycle_lab.content.loyalty_words import FIELDS as LOYALTY_FIELDS
from lifecycle_lab.content.problems import read_problems
from lifecycle_lab.content.quiz import read_quiz
from lifecycle_lab.content.records import Record, first_double, read_nest, read_sheet, unique
from lifecycle_lab.content.report import read_report
from lifecycle_lab.content.review import read_review
from lifecycle_lab.content.rules import read_rule, read_ruled
from lifecycle_lab.content.sentences import read_sentences, sentences
from lifecycle_lab.content.shapes import (
    Allowed,
    Convention,
    Course,
    Exercise,
    Fact,
    Item,
    Misconception,
    Option,
    Questionnaire,
    RubricLine,
    Source,
    State,
    Strategy,
    TableText,
    Term,
    Thresholds,
    ToyCustomer,
)
from lifecycle_lab.content.shops import read_shops
from lifecycle_lab.content.transitions import read_transitions
from lifecycle_lab.content.vocabulary import (
    ANSWERS,
    BACKTEST_FIELDS,
    HINTS,
    ITEM_KINDS,
    REASON_FIELDS,
    STATES,
    TABLE_COLUMNS,
)
from lifecycle_lab.schema import ContentError, Rule, quote

STATE_COLUMNS = ("recent", "frequent", "rich")


def load(folder: Path, rule: Rule | None = None) -> Course:
    """读一个内容文件夹；任何缺项、重复、互相矛盾 → ContentError，写明文件与行或键。

    rule: 不按 course.toml 写的规则，按这一条（题本文件带来的）。
    """
    settings = read_nest(folder / "course.toml")
    stated = read_rule(settings)
    rule = rule or stated
    quiz, quiz_words = read_quiz(folder)
    problems, problem_tables = read_problems(folder / "problems")
    course = Course(
        course_id=settings.text("course_id"),
        title=settings.text("title"),
        assignment=settings.text("assignment"),
        demo_student=settings.text("demo_student"),
        default_convention=settings.text("default_convention"),
        thresholds=_thresholds(settings),
        allowed=_allowed(settings),
        rule=rule,
        lessons=unique(
            settings.children("lesson"), _lesson, key=lambda pair: pair[0], value=lambda pair: pair[1]
        ),
        sources=unique(settings.children("source"), _source),
        facts=unique(read_sheet(folder / "facts.csv", ("id", "title")), _fact),
        conventions=_conventions(folder),
        strategies=_strategies(folder),
        questionnaire=_questionnaire(read_nest(folder / "questionnaire.toml")),
        tables=_joined(_tables(read_ruled(folder / "tables.toml", rule)), problem_tables),
        exercises=_joined(
            unique(_nested(read_ruled(folder / "exercises.toml", rule), "exercise"), _exercise), problems
        ),
        misconceptions=unique(
            _nested(read_ruled(folder / "misconceptions.toml", rule), "misconception"), _misconception
        ),
        reasons=sentences(read_ruled(folder / "reasons.toml", rule, templates=True), REASON_FIELDS),
        backtest=read_sentences(folder / "backtest.toml", BACKTEST_FIELDS),
        quiz=quiz,
        quiz_words=quiz_words,
        review=read_review(folder / "review.toml"),
        cycles=read_cycles(folder / "cycles.toml"),
        curves=read_curves(folder / "curves.toml"),
        curve_words=read_sentences(folder / "curve_lesson.toml", CURVE_FIELDS),
        curve_measures=read_curve_measures(folder / "curve_measures.toml"),
        beyond=read_beyond(folder / "beyond.toml"),
        shops=read_shops(folder / "shops.toml"),
        cycle_words=read_sentences(folder / "cycle_lesson.toml", CYCLE_FIELDS),
        transitions=read_transitions(folder / "transitions.toml"),
        loyalty=read_loyalty(folder / "loyalty.toml"),
        loyalty_cases=read_loyalty_cases(folder / "loyalty_cases.toml"),
        loyalty_words=read_sentences(folder / "loyalty_lesson.toml", LOYALTY_FIELDS),
        glossary=_glossary(folder),
        report=read_report(folder / "report.toml"),
    )
    settings.finish()
    check_course(course)
    return course


def state_text(state: State) -> str:
    """状态写给人看：最近、勤、多三项的是与否。"""
    return ",".join(f"{name}={'是' if yes else '否'}" for name, yes in zip(STATE_COLUMNS, state, strict=True))


def _nested(top: Record, key: str) -> list[Record]:
    """整份 TOML 只有一种记录时，取出它的各条。"""
    records = top.children(key)
    top.finish()
    if not records:
        raise ContentError("里面一条也没有。", where=top.at(key), remedy=f"至少写一个 [[{key}]]。")
    return records


def _thresholds(settings: Record) -> Thresholds:
    record = settings.section("thresholds")
    share = record.need("real_try_share", Decimal, "带小数点的数，如 0.5")
    if not 0 < share <= 1:
        raise ContentError(
            f"{share} 超出范围。", where=record.at("real_try_share"), remedy="改成大于 0、不超过 1。"
        )
    thresholds = Thresholds(
        record.whole("sample_size", 2, 1000), record.whole("least_patterns", 1, 8), Fraction(share)
    )
    record.finish()
    return thresholds


def _allowed(settings: Record) -> Allowed:
    record = settings.section("allowed")
    found = Allowed(record.flag("hints"), record.flag("solution"))
    record.finish()
    return found


def _lesson(record: Record) -> tuple[str, str]:
    return record.text("id"), record.text("title")


def _source(record: Record) -> Source:
    return Source(
        id=record.text("id"),
        title=record.text("title"),
        what=record.text("what"),
        synthetic=record.flag("synthetic"),
        unit=record.text("unit"),
        as_of=record.day("as_of"),
    )


def _fact(record: Record) -> Fact:
    return Fact(record.text("id"), record.text("title"))


def _state(record: Record) -> State:
    return tuple(record.yes(column) for column in STATE_COLUMNS)  # type: ignore[return-value]


def _total(states: Iterable[State], where: str) -> None:
    """八种状态一个不少（重复在读的时候已经拒绝）。"""
    if missing := [state for state in STATES if state not in set(states)]:
        raise ContentError(
            f"缺少一种状态：{state_text(missing[0])}（共缺 {len(missing)} 种）。",
            where=where,
            remedy="八种状态各写一行，不能多也不能少。",
        )


def _conventions(folder: Path) -> Mapping[str, Convention]:
    """conventions.toml 的说明配上 levels.csv 的名称：每种惯例八种状态各恰好一次。"""
    headers = unique(_nested(read_nest(folder / "conventions.toml"), "convention"), _convention)
    columns = ("convention", *STATE_COLUMNS, "name", "verified")
    rows: dict[str, list[Record]] = {name: [] for name in headers}
    for record in read_sheet(folder / "levels.csv", columns):
        rows[record.one_of("convention", headers, "conventions.toml 里的惯例")].append(record)
    return MappingProxyType({name: _with_names(headers[name], rows[name]) for name in headers})


def _convention(record: Record) -> Convention:
    return Convention(
        id=record.text("id"),
        title=record.text("title"),
        source=record.text("source"),
        note=record.text("note"),
        names=MappingProxyType({}),  # 名称在 levels.csv 里，由 _with_names 补上
        unverified=frozenset(),
    )


def _with_names(header: Convention, records: list[Record]) -> Convention:
    names = unique(
        records, _level, key=lambda level: level[0], value=lambda level: level[1:], shown=state_text
    )
    _total(names, f"levels.csv，惯例 {quote(header.id)}")
    return replace(
        header,
        names=MappingProxyType({state: name for state, (name, _) in names.items()}),
        unverified=frozenset(state for state, (_, verified) in names.items() if not verified),
    )


def _level(record: Record) -> tuple[State, str, bool]:
    name = record.text("name")
    if not name.endswith("客户"):
        raise ContentError(
            f"{quote(name)} 没有写全。", where=record.at("name"), remedy="写成「重要价值客户」这样的全称。"
        )
    return _state(record), name, record.yes("verified")


def _strategies(folder: Path) -> Mapping[State, Strategy]:
    texts = ("traits", "target", "channel", "offer", "timing", "measure", "fact")
    records = read_sheet(folder / "strategies.csv", (*STATE_COLUMNS, *texts))
    found = unique(
        records,
        lambda record: Strategy(_state(record), *(record.text(name) for name in texts)),
        key=lambda strategy: strategy.state,
        shown=state_text,
    )
    _total(found, "strategies.csv")
    return found


def _questionnaire(top: Record) -> Questionnaire:
    questionnaire = Questionnaire(
        title=top.text("title"),
        introduction=top.text("introduction"),
        closing=top.text("closing"),
        recency_cuts=tuple(top.need("recency_cuts", list, "一列天数")),
        items=tuple(unique(top.children("item"), _item).values()),
    )
    top.finish()
    return questionnaire


def _item(record: Record) -> Item:
    return Item(
        id=record.text("id"),
        text=record.text("text"),
        kind=record.one_of("kind", ITEM_KINDS, "认得的题型"),
        options=tuple(unique(record.children("option"), _option, key=lambda option: option.code).values()),
        column=record.text("column"),
        unit=record.text("unit") if record.get("unit") is not None else "",
        low=record.whole("low", 0) if record.get("low") is not None else None,
        high=record.whole("high", 0) if record.get("high") is not None else None,
    )


def _option(record: Record) -> Option:
    return Option(record.text("code"), record.text("label"))


def _joined(first: Mapping, second: Mapping) -> Mapping:
    """两个文件合成一张单子；同一个编号写了两次 → ContentError。"""
    if double := first_double([*first, *second]):
        raise ContentError(
            f"{quote(double)} 出现了两次。", where="problems/，键「id」", remedy="换一个编号。"
        )
    return MappingProxyType({**first, **second})


def _tables(top: Record) -> Mapping[str, TableText]:
    """程序认得的六张表，一张不多一张不少；每张表的列也是。"""
    tables = MappingProxyType({name: _table(top, name) for name in TABLE_COLUMNS})
    top.finish()
    return tables


def _table(top: Record, name: str) -> TableText:
    record = top.section(name)
    columns = Record(f"{record.where[:-1]}.columns]", record.need("columns", dict, f"一节 [{name}.columns]"))
    headings = {column: columns.text(column) for column in TABLE_COLUMNS[name]}
    columns.finish()
    table = TableText(
        id=name,
        title=record.text("title"),
        # 从左到右的次序听文件的，不听程序的
        columns=MappingProxyType({column: headings[column] for column in columns.values}),
        note=record.text("note"),
        source=record.text("source"),
    )
    record.finish()
    return table


def _exercise(record: Record) -> Exercise:
    hints = record.texts("hints")
    if len(hints) != HINTS:
        raise ContentError(
            f"提示有 {len(hints)} 条。", where=record.at("hints"), remedy=f"恰好写 {HINTS} 条，由浅入深。"
        )
    return Exercise(
        id=record.text("id"),
        lesson=record.text("lesson"),
        answer=record.one_of("answer", ANSWERS, "认得的答案种类"),
        title=record.text("title"),
        prompt=record.text("prompt"),
        points=record.whole("points", 0, 100),
        facts=record.texts("facts"),
        hints=hints,  # type: ignore[arg-type]
        misconceptions=record.texts("misconceptions"),
        rubric=tuple(unique(record.children("rubric"), _rubric_line, key=lambda line: line.text).values()),
        given=tuple(unique(record.children("given"), _toy, key=lambda toy: toy.customer_id).values()),
    )


def _rubric_line(record: Record) -> RubricLine:
    return RubricLine(record.text("text"), record.whole("points", 1, 100))


def _toy(record: Record) -> ToyCustomer:
    return ToyCustomer(record.text("customer_id"), record.fen("monetary", 1))


def _misconception(record: Record) -> Misconception:
    return Misconception(record.text("id"), record.text("title"), record.text("message"))


def _glossary(folder: Path) -> tuple[Term, ...]:
    """中文、英文、代码名三列各不重复，所以两两一一对应。"""
    records = read_sheet(folder / "glossary.csv", ("zh", "en", "identifier", "fact"))
    terms = tuple(
        Term(*(record.text(name) for name in ("zh", "en", "identifier", "fact"))) for record in records
    )
    for column in ("zh", "en", "identifier"):
        if double := first_double(getattr(term, column) for term in terms):
            raise ContentError(
                f"{quote(double)} 出现了两次。",
                where=f"glossary.csv「{column}」列",
                remedy="一个词只能有一种对应。",
            )
    return terms
