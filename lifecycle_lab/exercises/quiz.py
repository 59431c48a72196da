"""一课的概念题：answer、show、feedback，答一题存一题；自带讲解，所以不计分（design §4）。

学生用代码答（`quiz.answer(3, "B")`）与在屏幕上答（widgets）走的是同一条路。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from string import Template

from lifecycle_lab.answers import AnswersFile, set_quiz
from lifecycle_lab.content.shapes import QuizItem
from lifecycle_lab.exercises import quiz_feedback
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.exercises.quiz_choices import Stored, lettered, read_choice, spoken
from lifecycle_lab.exercises.quiz_feedback import BLANK, RIGHT, Feedback, Remark
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.exercises.window import Window
from lifecycle_lab.export import Table
from lifecycle_lab.schema import AnswerConflict, ParameterError, quote

_COLUMNS = ("项", "内容", "结果", "为什么")
SIGNS = {True: "✓", False: "×"}
_TONES = {"✓": "good", "×": "bad"}
Row = tuple[str, str, str, str]


class Quiz(Window):
    """一课的概念题，次序同内容文件；一课没有概念题 → ParameterError。"""

    def __init__(self, lesson: str, assignment: Assignment, file: AnswersFile) -> None:
        self.lesson, self.assignment = lesson, assignment
        self.items = self._chosen(file)
        if not self.items:
            lessons = dict.fromkeys(item.lesson for item in assignment.course.quiz.values())
            raise ParameterError(
                f"{quote(lesson)} 这一课没有概念题。",
                why="课名写错了，或者这一课还没有题。",
                remedy=f"有概念题的课：{'、'.join(lessons)}。",
            )
        super().__init__(file)

    def _chosen(self, file: AnswersFile) -> tuple[QuizItem, ...]:
        return tuple(item for item in self.assignment.course.quiz.values() if item.lesson == self.lesson)

    # ── 答 ────────────────────────────────────────────────────────────

    def answer(self, item_id: object, choice: object) -> Shown:
        """答一题并存好，马上说对不对、为什么。item_id: 题号（从 1 起）或编号。

        choice 的写法看题型：单选 "B"；多选 "AC"；排序 "CABD"；配对 "BADC" 或 {左边: 右边}；填数 30 或 "30"。
        字母是这里显示的先后；选项的文字也认；空文字就是擦掉。认不出 → ParameterError，不存。
        """
        item = self.item(item_id)
        self.write({item.id: read_choice(item, self.assignment.student_id, choice)})
        return Shown((*self._notice(), self._table(item), self.summary()))

    def item(self, item_id: object) -> QuizItem:
        """题号（从 1 起）或编号 → 题；没有 → ParameterError。"""
        known = {str(number): item for number, item in enumerate(self.items, start=1)}
        known |= {item.id: item for item in self.items}
        if str(item_id).strip() not in known:
            raise ParameterError(
                f"这一课没有概念题 {quote(item_id)}。",
                where=self.assignment.course.lessons[self.lesson],
                remedy=f"写题号 1 到 {len(self.items)}。",
            )
        return known[str(item_id).strip()]

    def write(self, changes: Mapping[str, Stored], seen: Mapping[str, Stored] | None = None) -> None:
        """把几题存好；返回时已在盘上。seen: 动笔时看到的，不给就是这个窗口最后看到的。

        别的窗口改了同一题 → AnswerConflict，一题也不写；写不进去 → AnswerFileError。
        """
        base = {name: self.seen.quiz.get(name, "") for name in changes} | dict(seen or {})
        try:
            self.seen = self._update(lambda fresh: set_quiz(fresh, changes, base))
        except AnswerConflict as conflict:
            # 两份都已留下；再答一次就是看过对方的答案之后的决定
            self.seen = self._read()
            conflict.where = self._clash_places(changes, base)
            raise

    def _clash_places(self, changes: Mapping[str, Stored], base: Mapping[str, Stored]) -> str:
        """冲突的几题，用学生看得见的题号与字母说。"""
        student, theirs = self.assignment.student_id, self.seen.quiz
        return "；".join(
            f"第 {number} 题：文件里是 {spoken(item, student, theirs.get(item.id, ''))}，"
            f"这个窗口要写 {spoken(item, student, changes[item.id])}"
            for number, item in enumerate(self.items, start=1)
            if item.id in changes and theirs.get(item.id, "") not in (base[item.id], changes[item.id])
        )

    # ── 看 ────────────────────────────────────────────────────────────

    def feedback(self, item_id: object) -> Feedback:
        """一题的结果与讲解：只讲选了的，答对了才讲别的。"""
        item = self.item(item_id)
        student, course = self.assignment.student_id, self.assignment.course
        return quiz_feedback.feedback(item, student, self.seen.quiz.get(item.id, ""), course)

    def show(self) -> Shown:
        """各题现在答得怎样。"""
        self.seen = self._read()
        tables = (self._table(item) for item in self.items)
        return Shown((*self._notice(), self.summary(), self._say("note"), *tables))

    def counts(self) -> Counter[str]:
        """各种结果（QUIZ_OUTCOMES）各有几题。"""
        return Counter(self.feedback(item.id).outcome for item in self.items)

    def summary(self) -> str:
        """一句话：几题，答对几题，再想想几题，还没答几题。"""
        counts, total = self.counts(), len(self.items)
        again = total - counts[RIGHT] - counts[BLANK]
        return self._say("summary", total=total, right=counts[RIGHT], wrong=again, blank=counts[BLANK])

    def _repr_html_(self) -> str:
        return self.show()._repr_html_()

    def __repr__(self) -> str:
        return str(self.show())

    def _say(self, name: str, **fields: object) -> str:
        return Template(self.assignment.course.quiz_words[name]).substitute(fields)

    # ── 一题写成一张表 ────────────────────────────────────────────────

    def _table(self, item: QuizItem) -> Table:
        found = self.feedback(item.id)
        rows = _ROWS[item.kind](self, found)
        tones = {(i, 2): _TONES[row[2]] for i, row in enumerate(rows) if row[2]}
        title = f"{self.items.index(item) + 1}. {item.prompt}"
        return Table(title, _COLUMNS, rows, self.outcome_line(found) + self._rights(item), tones)

    def outcome_line(self, found: Feedback) -> str:
        """“部分对。……”；还没答的说怎样答。"""
        word = self.assignment.course.quiz_words[f"outcome.{found.outcome}"]
        said = found.said if found.outcome != BLANK else self.how(found.item)
        return f"{word}。{said}"

    def how(self, item: QuizItem) -> str:
        """这一题怎样答。"""
        said = self._say(f"how.{item.kind}")
        if item.number:
            accept = f"accept.{item.number.accept}"
            digits = {"digits": quiz_feedback.least_digits(item)} if item.number.accept == "rounded" else {}
            said += self._say(accept, **digits)
        return said

    def _rights(self, item: QuizItem) -> str:
        """配对题的右边，写在表下面。"""
        if item.kind != "matching":
            return ""
        letters = lettered(item, self.assignment.student_id)
        return "\n右边：\n" + "\n".join(f"{letter}　{choice.text}" for letter, choice in letters.items())

    def _choice_rows(self, found: Feedback) -> tuple[Row, ...]:
        chosen = {remark.label: remark for remark in found.remarks}
        others = {remark.label: remark.why for remark in found.others}
        letters = lettered(found.item, self.assignment.student_id)
        return tuple(
            (
                letter,
                choice.text,
                _sign(chosen.get(letter)),
                _why(chosen.get(letter)) or others.get(letter, ""),
            )
            for letter, choice in letters.items()
        )

    def _order_rows(self, found: Feedback) -> tuple[Row, ...]:
        letters = lettered(found.item, self.assignment.student_id)
        by_text = {choice.text: letter for letter, choice in letters.items()}
        if not found.remarks:
            return tuple((letter, choice.text, "", "") for letter, choice in letters.items())
        return tuple((r.label, f"{by_text[r.text]}　{r.text}", _sign(r), r.why) for r in found.remarks)

    def _match_rows(self, found: Feedback) -> tuple[Row, ...]:
        chosen = {remark.label: remark for remark in found.remarks}
        pairs = tuple(
            (f"{number}. {left}", _text(chosen.get(left)), _sign(chosen.get(left)), _why(chosen.get(left)))
            for number, left in enumerate(found.item.lefts.values(), start=1)
        )
        return pairs + _other_rows(found)

    def _number_rows(self, found: Feedback) -> tuple[Row, ...]:
        unit = found.item.number.unit
        stored = str(self.seen.quiz.get(found.item.id, ""))
        if not found.remarks:
            return ((f"单位：{unit}", stored, "", ""),)
        own = tuple((f"单位：{unit}", r.text, _sign(r), r.why) for r in found.remarks)
        return own + _other_rows(found)


def _other_rows(found: Feedback) -> tuple[Row, ...]:
    return tuple(("别的", remark.text, "", remark.why) for remark in found.others)


def _sign(remark: Remark | None) -> str:
    return SIGNS[remark.right] if remark else ""


def _text(remark: Remark | None) -> str:
    return remark.text if remark else ""


def _why(remark: Remark | None) -> str:
    return remark.why if remark else ""


_ROWS = {
    "single": Quiz._choice_rows,
    "multiple": Quiz._choice_rows,
    "ordering": Quiz._order_rows,
    "matching": Quiz._match_rows,
    "numeric": Quiz._number_rows,
}
