"""笔记本里拿着的那一个对象：把下面各房间的东西凑到学生手边，自己没有判分的规则。"""

from __future__ import annotations

import functools
import inspect
import json
import secrets
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lifecycle_lab import cycles, rfm, tables
from lifecycle_lab.answers import AnswersFile, default_path, write_file
from lifecycle_lab.content import datapackage
from lifecycle_lab.exercises import checks, review
from lifecycle_lab.exercises.assignment import Assignment, open_assignment
from lifecycle_lab.exercises.facts import fact_map
from lifecycle_lab.exercises.forms import known_tables
from lifecycle_lab.exercises.interview import near
from lifecycle_lab.exercises.readings import compare, unusual_rule
from lifecycle_lab.exercises.showing import Code, Shown, missing, progress, turned
from lifecycle_lab.export import Table
from lifecycle_lab.lab.calm import keep_calm
from lifecycle_lab.report import Document, Figure, to_docx, to_html
from lifecycle_lab.report.training import (
    Cover,
    customers_figure,
    questionnaire_section,
    setaside_text,
    source_text,
    training_document,
)
from lifecycle_lab.schema import ParameterError, quote
from lifecycle_lab.stages import acquisition, chain
from lifecycle_lab.value import annuity
from lifecycle_lab.variants import normalise_id
from lifecycle_lab.widgets.questionnaire import InterviewForm
from lifecycle_lab.widgets.quiz import ScreenQuiz, ScreenReview
from lifecycle_lab.widgets.readings import ReadingToggles
from lifecycle_lab.widgets.worksheet import Worksheet

if TYPE_CHECKING:
    from lifecycle_lab.lab.beyond_lesson import Beyond
    from lifecycle_lab.lab.curve_room import Curves
    from lifecycle_lab.lab.cycle_shop import CycleShop
    from lifecycle_lab.lab.loyalty_desk import LoyaltyDesk
    from lifecycle_lab.lab.move_desk import MoveDesk
    from lifecycle_lab.lab.stage_desk import StageDesk
    from lifecycle_lab.lab.value_lesson import ValueLesson
    from lifecycle_lab.lab.value_shop import ValueShop

# 一个内核一个会话：答案文件据此分清“以前的会话”与“刚才的点击”
_SESSION = secrets.token_hex(8)
_DEMO = "⚠ 现在是示范学号 demo：正式做之前，把最上面的 student_id 改成自己的学号，再从头运行。"
_JUDGES = {
    "warm_up": rfm.mark,
    "table_4_3": rfm.mark,
    "table_4_4": rfm.segment,
    "gap_class": cycles.frequency_class,
    "state_at_date": cycles.state,
    "move_rates": chain.chain,
    "channel_costs": acquisition.payback,
    "annuity_lines": annuity,
}
_BY_MEDIAN = dict.fromkeys(("warm_up", "table_4_3"), (rfm.median, rfm.mark_against))
"""课程与中位数比的时候，这两题由这两个函数判。"""


def open_lab(
    student_id: str = "demo",
    source: str = "",
    as_of: str = "",
    variant_file: str = "",
    answers_file: str = "",
    out_dir: str = "",
) -> Lab:
    """打开一课：参数与每本笔记本开头的参数格相同；空文字用默认值。"""
    keep_calm()
    for name, value in (("answers_file", answers_file), ("out_dir", out_dir), ("variant_file", variant_file)):
        if not isinstance(value, str):
            raise ParameterError(f"{name} 要写成文字，收到的是 {quote(repr(value))}。", where=f"参数 {name}")
    assignment = open_assignment(student_id, source, as_of, variant_file)
    return Lab(assignment, answers_file, out_dir, source)


class Lab:
    """一位学生的一课。"""

    def __init__(
        self, assignment: Assignment, answers_file: str = "", out_dir: str = "", source: str = ""
    ) -> None:
        self.assignment, self.source = assignment, source
        path = _answers_path(assignment, answers_file)
        blank = assignment.blank_answers()
        self.file = AnswersFile(
            path, new=blank, session=_SESSION, known_tables=known_tables(assignment.course)
        )
        self.folder = Path(out_dir) if out_dir else Path("out") / path.stem
        self._sheets: dict[str, Worksheet] = {}
        self._interview: InterviewForm | None = None
        self._quizzes: dict[str, ScreenQuiz] = {}
        self._reviews: dict[int, ScreenReview] = {}
        self._shops: dict[str, CycleShop] = {}

    def __getattr__(self, name: str) -> Worksheet:
        """每个练习的实训表就叫它的编号：`lab.table_4_3`；同一张表总是同一个对象。"""
        if name.startswith("_") or name not in self.assignment.course.exercises:
            raise AttributeError(name)
        return self.sheet(name)

    def card(self) -> Shown:
        """这是谁的题本，数据从哪里来，答案存在哪里。"""
        mine = self.assignment
        self.file.read()
        rows = (
            ("学号", mine.student_id),
            ("数据", source_text(mine)),
            ("观察日", mine.as_of.isoformat() if mine.as_of else "不需要（问卷直接问了最近一次购买）"),
            ("R 的方向", self._heading("recency")),
            *(("规则", text) for text in [unusual_rule(mine.course)] if text),
            ("你的 10 位客户", "、".join(mine.customer_ids)),
            *(("放在一边", text) for text in [setaside_text(mine)] if text),
            ("答案存在", near(self.file.path)),
        )
        note = "客户由学号决定，而且经过筛选，好让练习有东西可练；完全随机的 10 位不一定这么齐整。"
        is_demo = mine.student_id == normalise_id(mine.course.demo_student)
        said = [_DEMO] if is_demo else []
        return Shown(
            (*said, Table("你的题本", ("项目", "内容"), rows, note), *filter(None, [self.file.notice]))
        )

    def _heading(self, key: str) -> str:
        mine = self.assignment
        return tables.headings(mine.course.tables["table_4_2"], mine.indicators, mine.rule)[key]

    def data(self) -> Table:
        """工作簿带着哪些数据，是真是假，出处与许可。"""
        rows = tuple((r.path, r.kind, r.title, str(r.rows), r.licence) for r in datapackage.load().resources)
        return Table("数据一览", ("文件", "真假", "是什么", "行数", "许可"), rows)

    def sheet(self, exercise_id: str) -> Worksheet:
        """一张实训表：显示出来可以直接填；也有 fill、check、hint、solution。"""
        if exercise_id not in self._sheets:
            self._sheets[exercise_id] = Worksheet(exercise_id, self.assignment, self.file)
        return self._sheets[exercise_id]

    def quiz(self, lesson: str) -> ScreenQuiz:
        """一课的概念题：显示出来可以直接答；也有 answer、feedback、summary。"""
        if lesson not in self._quizzes:
            self._quizzes[lesson] = ScreenQuiz(lesson, self.assignment, self.file)
        return self._quizzes[lesson]

    def review(self, number: int = 0) -> ScreenReview | Shown:
        """复习：全书的题挑一叠，上次没答对的先来；number 是第几轮，0 是正在做的一轮。"""
        mine, answers = self.assignment, self.file.read()
        chosen = number or review.current_round(mine.course, mine.student_id, answers)
        if chosen not in self._reviews:
            if not review.deck(mine.course, mine.student_id, answers, chosen):
                return Shown((mine.course.review.words["empty"],))
            self._reviews[chosen] = ScreenReview("09_review", mine, self.file, chosen)
        return self._reviews[chosen]

    def facts(self) -> Table:
        """全部课程事实：在哪几课，几道题，答对几道，掌握了没有。"""
        return fact_map(self.assignment, self.file.read())

    def shop(self, name: str = "") -> CycleShop:
        """第 06 课的一家店：空是你的来源那一家；longjing、womenswear、online_retail 是随书的；同名总是同一家。"""
        from lifecycle_lab.lab import cycle_shop, ledgers  # 用到才引入 DuckDB

        mine = (self.source, self.assignment)
        chosen = ledgers.shop_name(name, *mine)
        if chosen not in self._shops:
            borrowed = chosen == ledgers.TEA and ledgers.is_borrowed(*mine)
            self._shops[chosen] = cycle_shop.CycleShop(ledgers.open_ledger(chosen, *mine), borrowed)
        return self._shops[chosen]

    @functools.cached_property
    def value(self) -> ValueLesson:
        """第 07 课：终身价值、让渡价值、客户资产；店在 `lab.value.shop(…)` 里。"""
        from lifecycle_lab.lab.value_lesson import ValueLesson

        return ValueLesson(functools.cache(self._value_shop))

    def _value_shop(self, name: str) -> ValueShop:
        from lifecycle_lab.lab import ledgers
        from lifecycle_lab.lab.value_shop import ValueShop  # 用到才引入 scipy

        return ValueShop(self.shop(name), ledgers.shop_name(name, self.source, self.assignment))

    @cached_property
    def stages(self) -> StageDesk:
        """第 01 课的桌面：阶段模型、对照、图鉴，和从订单到阶段。"""
        from lifecycle_lab.lab.stage_desk import StageDesk

        return StageDesk(self.shop)

    @cached_property
    def curves(self) -> Curves:
        """第 02 课：生命曲线、四种类型、分配预算的一局。"""
        from lifecycle_lab.lab.curve_room import Curves

        return Curves(self.shop)

    @cached_property
    def moves(self) -> MoveDesk:
        """第 03 课：状态的移动、影响因素、渠道的账；`lab.moves.shop()` 是你的来源那一家。"""
        from lifecycle_lab.lab.move_desk import MoveDesk

        return MoveDesk(self.source, self.assignment)

    @cached_property
    def beyond(self) -> Beyond:
        """第 05 课：从十人到全体。"""
        from lifecycle_lab.lab.beyond_lesson import Beyond  # 用到才引入 numpy

        return Beyond(self.assignment, self.source, self._closed)

    @cached_property
    def loyalty(self) -> LoyaltyDesk:
        """第 08 课的表、图、案例与滑块。"""
        from lifecycle_lab.lab.loyalty_desk import LoyaltyDesk

        return LoyaltyDesk(self.shop)

    def questionnaire(self) -> InterviewForm:
        """表4-1：显示出来可以直接答，收进班级问卷；也有 answer、submit、withdraw。"""
        if self._interview is None:
            self._interview = InterviewForm(
                self.assignment.course, self.file.path.parent / "class_survey.csv", self.assignment.student_id
            )
        return self._interview

    def print_questionnaire(self) -> Shown:
        """把表4-1 写成可以打印的 Word 与网页。"""
        questionnaire = self.assignment.course.questionnaire
        document = Document(
            questionnaire.title, (), (questionnaire_section(self.assignment),), self.assignment.course.title
        )
        return self._write("questionnaire", document)

    def names(self) -> Table:
        """名称表：八种组合各叫什么级别（命名惯例，不是答案）。"""
        return tables.segment_names(self.assignment.convention, turned(self.assignment))

    def figure(self) -> Figure | Shown:
        """10 位客户与三个均值（或中位数）；图上有它与箭头，所以表4-3 做过才给看。"""
        return self._closed("table_4_3") or customers_figure(self.assignment)

    def readings(self, convention: str = "", centre: str = "", direction: str = "") -> ReadingToggles | Shown:
        """换一种读法，谁的级别会变：不写参数是三个开关，写了就是那一种读法的表与句子；表4-4 做过才给看。"""
        if closed := self._closed("table_4_4"):
            return closed
        if convention or centre or direction:
            return compare(self.assignment, convention, centre, direction).shown()
        return ReadingToggles(self.assignment)

    def _closed(self, exercise_id: str) -> Shown | None:
        """还没认真试过的练习，不给看带着它答案的东西。"""
        if checks.is_open(exercise_id, self.assignment, self.file.read()):
            return None
        title = self.assignment.course.exercises[exercise_id].title
        return Shown((f"先做“{title}”：填好并检查过，再运行这一格，不然就看到答案了。",))

    def everyone(self) -> Table | Shown:
        """不抽样：全体客户的八种类型。"""
        mine = self.assignment
        if mine.population is None:
            return Shown(("题本文件里只有你的 10 位客户；要看全体，把参数 variant_file 留空。",))
        return tables.segment_summary(mine.population.customers, mine.indicators, mine.segments, mine.rule)

    def judge(self, exercise_id: str) -> Shown:
        """通过以后，给你看判卷用的那个函数。"""
        outcome = checks.check(exercise_id, self.assignment, self.file.read())
        if exercise_id not in _JUDGES:
            return Shown((f"能看判卷函数的练习：{'、'.join(_JUDGES)}。",))
        if not outcome.passed:
            return Shown((f"先让“{outcome.exercise.title}”通过检查，再来看判卷的函数。",))
        usual = (_JUDGES[exercise_id],)
        by_median = self.assignment.rule.centre == "median"
        judges = _BY_MEDIAN.get(exercise_id, usual) if by_median else usual
        source = "\n\n".join(map(inspect.getsource, judges))
        return Shown(("这就是工作簿判这一题所用的函数，没有别的：", Code(source)))

    def progress(self) -> Table:
        """每个练习做到哪里。"""
        return progress(self.assignment, self.file.read())

    def finish(self, lesson: str) -> Shown:
        """一课结束：把每格的结果写进 results.json，说出做到哪里。"""
        answers = self.file.read()
        found = checks.results(lesson, self.assignment, answers)
        text = json.dumps({"lesson": lesson, "outcomes": found}, ensure_ascii=False, indent=1, sort_keys=True)
        path = self._write_bytes("results.json", (text + "\n").encode())
        return Shown((progress(self.assignment, answers, lesson), f"这一课的结果记在 {near(path)}。"))

    def report(self, name: str = "", class_name: str = "", date: str = "") -> Shown:
        """实训报告：Word 与网页各一份，从答案文件写成。"""
        for what, value in (("姓名", name), ("班级", class_name), ("日期", date)):
            if not isinstance(value, str):
                raise ParameterError(
                    f"{what}要写成文字，收到的是 {quote(repr(value))}。",
                    remedy='两边加引号，如 date="2026-11-22"。',
                )
        answers = self.file.read()
        document = training_document(self.assignment, answers, Cover(name, class_name, date))
        return Shown(
            (*self._write("report", document).blocks, *filter(None, [missing(self.assignment, answers)]))
        )

    def hand_in(self) -> Shown:
        """要交的那一个文件和它的回执；先说还有什么没填。一格也没有填过，就说一声，不拦住下面的格。"""
        if not self.file.path.exists():
            return Shown(("还没有答案可交：哪一课的表里填一格，就有了；填好再运行这一格。",))
        answers, receipt = self.file.read(), self.file.receipt()
        path = self.file.copy_to(self.folder / self.file.path.name)
        return Shown(
            (
                *filter(None, [missing(self.assignment, answers)]),
                f"交这一个文件：{near(path)}（点左边的文件夹图标，在文件栏里找到它，右键“下载”；它是答案文件的抄本）",
                f"回执：{receipt}（老师那边会算出同样的 12 位）",
            )
        )

    def _write(self, stem: str, document: Document) -> Shown:
        paths = [
            self._write_bytes(f"{stem}.docx", to_docx(document)),
            self._write_bytes(f"{stem}.html", to_html(document).encode()),
        ]
        return Shown((f"写好了：{'、'.join(near(path) for path in paths)}",))

    def _write_bytes(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        write_file(path, data)
        return path


def _answers_path(assignment: Assignment, answers_file: str) -> Path:
    """答案文件在哪里：没写就按学号、来源与观察日取名；写了就必须是 .json，免得盖掉别的文件。"""
    if not answers_file:
        day = f"-{assignment.as_of}" if assignment.as_of else ""
        name = f"{assignment.course.assignment}-{Path(assignment.source).stem}{day}"
        return default_path("answers", name, assignment.student_id)
    if Path(answers_file).suffix.lower() != ".json":
        raise ParameterError(
            f"{quote(answers_file, 80)} 不像答案文件。",
            where="参数 answers_file",
            why="答案文件的名字以 .json 结尾；数据文件写在 source 那一行。",
            remedy="把路径移到 source，或把 answers_file 留空。",
        )
    return Path(answers_file)
