"""表4-1 的问卷，一份一份地填：自己答，或读给别人听、把回答记下来，收进班级问卷的数据表。

屏幕上的问卷与代码（answer、submit）走同一条路；一题能不能收，由读导出文件的那一套规则说了算，
所以这里收下的，`source` 写上这个文件就一定读得回来。
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lifecycle_lab import survey, tables
from lifecycle_lab.answers.pool import Pool
from lifecycle_lab.content import Course, Item
from lifecycle_lab.exercises.entries import as_text
from lifecycle_lab.exercises.showing import Shown
from lifecycle_lab.reading import halfwidth, read_grid
from lifecycle_lab.schema import DataError, ParameterError, quote

SYNTHETIC = "synthetic"
_LETTERS = dict(zip("RFM", survey.RFM_COLUMNS, strict=True))


class Interview:
    """一份问卷和它要收进的数据表。

    course: 课程内容；path: 数据表（CSV）的位置，文件夹可以还不存在。
    answers: 正在填的这一份，列名 → 读出的答案；只在内存里，提交了才写盘。
    """

    def __init__(self, course: Course, path: Path | str) -> None:
        self.course, self.form = course, course.questionnaire
        self.pool = Pool(path, [*(item.column for item in self.form.items), SYNTHETIC])
        self.answers: dict[str, survey.Answer] = {}
        self._submitted: list[str] = []

    # ── 填 ────────────────────────────────────────────────────────────

    def answer(self, values: Mapping[object, object]) -> Shown:
        """记下几题：{题号、列名、R F M 或题目原文：答案}，答案是空文字就擦掉；读不懂的当场说。

        认不出的题 → ParameterError，认得的照样记下。
        """
        if not isinstance(values, Mapping):
            raise ParameterError(
                f"看不出 {quote(values)} 是哪几题的答案。",
                where=self.form.title,
                remedy='写成 {题: 答案}，如 answer({"R": 5, "F": 3, "M": 1299.5})。',
            )
        found = {key: self._find(key) for key in values}
        given = {
            item.column: survey.read_answer(as_text(values[key]), item, coded)
            for key, (item, coded) in found.items()
            if item
        }
        self.answers |= given
        if unknown := [key for key, (item, _) in found.items() if item is None]:
            raise ParameterError(
                f"没有认出 {quote(unknown[0])} 这一题。"
                + (f"别的 {len(given)} 题已经记下。" if given else ""),
                where=self.form.title,
                remedy="写题号（如 3）、列名（如 monetary）或题目原文。",
            )
        unread = {column: answer.why for column, answer in given.items() if answer.why}
        return Shown((f"记下 {len(given)} 题，还没有提交。", *self.explained(unread)))

    def _find(self, key: object) -> tuple[Item | None, bool]:
        """（题，是不是用列名问的）；用列名或 R、F、M 问的，数字就是级别代码。"""
        name = halfwidth(str(key))
        column = _LETTERS.get(name.upper(), name)
        for number, item in enumerate(self.form.items, start=1):
            if column == item.column:
                return item, True
            if name in (str(number), item.id) or survey.asks(name, item):
                return item, False
        return None, False

    def clear(self) -> None:
        """擦掉正在填的这一份，从头再填；已经提交的不动。"""
        self.answers = {}

    # ── 收 ────────────────────────────────────────────────────────────

    def problems(self) -> dict[str, str]:
        """这一份要改的题：列名 → 原因，先后同题目；都好了是空的。"""
        return survey.form_problems(self.form, self.answers)

    def explained(self, problems: Mapping[str, str]) -> tuple[str, ...]:
        """要改的题各一句，说出是哪一题。"""
        return tuple(
            f"第 {number} 题“{item.text}”：{problems[item.column]}。"
            for number, item in enumerate(self.form.items, start=1)
            if item.column in problems
        )

    def submit(self) -> Shown:
        """把这一份收进数据表，换一份空的；返回时已在盘上。

        有要改的题 → ParameterError，填的都还在；写不进去 → AnswerFileError，填的都还在。
        """
        if problems := self.problems():
            raise ParameterError(
                f"这一份还没有提交：有 {len(problems)} 题要改。",
                where="\n".join(["", *self.explained(problems)]),
                remedy="改好这几题，再提交一次；已经填的都还在。",
            )
        blank = survey.Answer("")
        cells = {
            item.column: survey.stored(self.answers.get(item.column, blank), item) for item in self.form.items
        }
        customer_id = self.pool.add({**cells, SYNTHETIC: False})
        self._submitted.append(customer_id)
        self.clear()
        return Shown((f"已加入：{self.tally()}", _receipt(customer_id), self.usage()))

    def withdraw(self, customer_id: str = "") -> Shown:
        """撤回一份：customer_id 是提交时给的编号，不写就是这次打开以来最后提交的那一份。

        没有可撤的，或没有这个编号 → ParameterError，数据表不动。
        """
        chosen = halfwidth(str(customer_id)) or (self._submitted[-1] if self._submitted else "")
        if not chosen:
            raise ParameterError(
                "没有可以撤回的：这次打开以来还没有提交过。",
                remedy="以前提交的，在括号里写上它的编号。",
            )
        self.pool.remove(chosen)
        self._submitted = [name for name in self._submitted if name != chosen]
        return Shown((f"已撤回编号 {chosen} 的那一份，数据表里不再有它。", self.tally()))

    # ── 说 ────────────────────────────────────────────────────────────

    def count(self) -> int:
        """数据表里现在有几份；还没有文件是 0。"""
        return len(self.pool.ids())

    def tally(self) -> str:
        """收了几份，能用的几份，做实训还差几份。"""
        total = self.count()
        said = f"班级问卷现在有 {total} 份"
        try:
            usable = len(survey.tally(read_grid(self.pool.path), self.form).customers) if total else 0
        except DataError as error:  # 有人在别处改坏了别的行；刚收下的这一份不受影响
            return f"{said}，但用不了：{error.what}把它写进 source 打开，会说出是哪几格。"
        aside = f"（{total - usable} 份近一年没有消费或没有填，不算）" if usable < total else ""
        short = survey.LEAST_ROWS - usable
        return f"{said}{aside}，" + (f"还差 {short} 份就能做实训。" if short > 0 else "数目够做实训了。")

    def usage(self) -> str:
        """收来的数据存在哪里，怎样用它做实训。"""
        path = near(self.pool.path)
        return (
            f'答卷存在 {path}。收齐以后，把开头的参数写成 source = "{path}"，从头运行这一课；'
            "再加一份，抽到的 10 位就会变，所以收齐了再做。"
            "全班的放进同一个文件夹，source 写文件夹的名字，就合成一份。"
        )

    def privacy(self) -> str:
        """这些是真人的数据：存在哪里，不进哪里，怎样撤回。"""
        return (
            f"不问姓名。答卷只存在这台电脑上的 {near(self.pool.path)} 里，没提交的只记在这个浏览器里，"
            "都不在你要交的答案文件里；答的人改了主意，凭编号随时可以撤回。"
        )

    def printed(self) -> Shown:
        """表4-1 印在纸上的样子：前面是说明，后面是致谢。"""
        table = tables.questionnaire(self.course.tables["table_4_1"], self.form)
        return Shown((self.form.introduction, table, self.form.closing))

    def _repr_html_(self) -> str:
        return self.printed()._repr_html_()

    def __str__(self) -> str:
        return str(self.printed())

    __repr__ = __str__


def _receipt(customer_id: str) -> str:
    return (
        f"这一份的编号是 {customer_id}，请答的人记下；以后要撤回，运行 "
        f'lab.questionnaire().withdraw("{customer_id}")。'
    )


def near(path: Path) -> str:
    """离当前文件夹近就写相对路径。"""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
