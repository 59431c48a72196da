"""一个文件里的答卷，和几个文件合起来的答卷：没有一行会悄悄消失。

每份答卷要么用上，要么按写明的规则放在一边并计数，要么整批拒收，并且一次说清每一处。
合并时靠编号认人：编号与内容都相同，是同一份交了两次，只算一份；编号相同而内容不同，是两个人，
编号前面加上文件名。没有编号列的文件按行的先后编号，那不是谁的编号，所以从不当作同一个人。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lifecycle_lab.content import Item
from lifecycle_lab.reading import Grid, halfwidth, identifier_problem, parse_decimal
from lifecycle_lab.schema import Customer, DataError, quote
from lifecycle_lab.survey.headings import Question, locate
from lifecycle_lab.survey.rules import (
    BARE_NUMBER,
    NOT_FILLED,
    RFM_COLUMNS,
    Answer,
    did_not_buy,
    read_answer,
    rfm_problems,
)

ID_COLUMNS = ("customer_id", "编号", "序号")  # 先找到哪个用哪个
SYNTHETIC_COLUMN = "synthetic"
LEAST_ROWS = 10  # 表 4-2 要抽 10 位客户
PROBLEMS_SHOWN = 20
UNANSWERED_ROWS = "R、F、M 三题都没有填的答卷"
DID_NOT_BUY_ROWS = "近一年没有消费的答卷（次数与金额都填 0）"
REPEATED_ROWS = "重复的答卷（同一编号、同一内容，只算一份）"

_ROUNDED_ID = re.compile(r"\d{15}0+")  # 电子表格只留 15 位，后面全成了 0
# 同样的毛病，在文件里怎么改
_IN_FILE = {
    NOT_FILLED: "补上，或删去这一行",
    BARE_NUMBER: f"导出时选“选项文本”，数字确是级别就把列名改成 {RFM_COLUMNS[0]}",
}


@dataclass(frozen=True, slots=True)
class Response:
    """一份答卷：第几行、编号、R F M 三个答案，和整行的原文（只在合并时用来认出同一份）。"""

    row: int
    customer_id: str
    answers: tuple[Answer, ...]
    cells: tuple[str, ...]

    def customer(self, customer_id: str) -> Customer:
        level, frequency, monetary = (answer.value for answer in self.answers)
        return Customer(customer_id, int(level), frequency, monetary)


@dataclass(frozen=True)
class Batch:
    """一个文件里的答卷。responses: R、F、M 至少答了一题的；unanswered: 三题都没有填的有几份。"""

    grid: Grid
    questions: tuple[Question, ...]
    responses: tuple[Response, ...]
    unanswered: int

    @classmethod
    def of(cls, grid: Grid, items: Sequence[Item]) -> Batch:
        """认列、读格；认不出 R、F、M 三题 → DataError。"""
        questions = locate(grid, items)
        responses = tuple(_responses(grid, questions))
        answered = tuple(response for response in responses if any(a.text for a in response.answers))
        return cls(grid, questions, answered, len(responses) - len(answered))

    @property
    def recency(self) -> Item:
        return self.questions[0].item

    @property
    def has_ids(self) -> bool:
        return _id_place(self.grid) is not None

    @property
    def is_synthetic(self) -> bool:
        """有一行自称合成，整份就标作合成。"""
        return any(halfwidth(cell).lower() in ("true", "是") for cell in _column(self.grid, SYNTHETIC_COLUMN))

    def problems(self) -> list[str]:
        """每一处读不懂的地方一句，先后同行、同题目。"""
        found = [*_id_problems(self), *_cell_problems(self)]
        return [text for _, text in sorted(found, key=lambda problem: problem[0])]


def _column(grid: Grid, name: str) -> Iterator[str]:
    if name in grid.header:
        place = grid.header.index(name)
        yield from (cells[place] for _, cells in grid.rows)


def _id_place(grid: Grid) -> int | None:
    return next((grid.header.index(name) for name in ID_COLUMNS if name in grid.header), None)


def _responses(grid: Grid, questions: Sequence[Question]) -> Iterator[Response]:
    """每行一份答卷；没有编号列时按行的先后编 R001、R002、…。"""
    place = _id_place(grid)
    for order, (number, cells) in enumerate(grid.rows, start=1):
        name = f"R{order:03d}" if place is None else halfwidth(cells[place])
        answers = (read_answer(cells[q.index], q.item, q.coded) for q in questions)
        yield Response(number, name, tuple(answers), cells)


def _cell_problems(batch: Batch) -> Iterator[tuple[int, str]]:
    for response in batch.responses:
        whys = rfm_problems(response.answers, batch.recency)
        for question, answer, why in zip(batch.questions, response.answers, whys, strict=True):
            if why:
                place = batch.grid.where(response.row, _short(batch.grid.header[question.index]))
                remedy = f"；{_IN_FILE[why]}" if why in _IN_FILE else ""
                yield response.row, f"{place} {quote(answer.text)}：{why}{remedy}"


def _id_problems(batch: Batch) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for response in batch.responses:
        why = _why_not_id(response.customer_id, first)
        first.setdefault(response.customer_id, response.row)
        if why:
            place = f"{batch.grid.name} 第 {response.row} 行的编号 {quote(response.customer_id)}"
            yield response.row, f"{place}：{why}"


def _why_not_id(name: str, first: Mapping[str, int]) -> str:
    if why := identifier_problem(name):
        return f"{why}；补一个不重复的短编号，或从原处按文本重新导出"
    if _ROUNDED_ID.fullmatch(name):
        return "已被电子表格改坏（长数字丢了尾数）；从原处重新导出，并把这一列设成文本"
    return f"与第 {first[name]} 行重复；同一个人只留一份" if name in first else ""


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"


# ── 合起来 ────────────────────────────────────────────────────────────

Person = tuple[Batch, Response]


@dataclass(frozen=True)
class Pooled:
    """几批答卷合起来。customers: 能用的，按编号排好序；setaside: （规则，份数），份数可以是 0。"""

    customers: tuple[Customer, ...]
    setaside: tuple[tuple[str, int], ...]


def pool(batches: Sequence[Batch], name: str) -> Pooled:
    """合成一批；有一处读不懂，就一份也不载入 → DataError。name: 错误里怎样称呼这一批。"""
    _refuse(name, [text for batch in batches for text in batch.problems()])
    people = _distinct(batches)
    buyers = [person for person in people if not did_not_buy(person[1].answers, person[0].recency)]
    setaside = {
        UNANSWERED_ROWS: sum(batch.unanswered for batch in batches),
        DID_NOT_BUY_ROWS: len(people) - len(buyers),
        REPEATED_ROWS: sum(len(batch.responses) for batch in batches) - len(people),
    }
    return Pooled(_customers(buyers, name), tuple(setaside.items()))


def _distinct(batches: Sequence[Batch]) -> list[Person]:
    """去掉交了两次的：同一个文件（一个字节不差）的抄本，或同一编号、同一内容的一行。"""
    kept: dict[str, list[Person]] = defaultdict(list)
    files: set[str] = set()
    for batch in batches:
        copied = batch.grid.sha256 in files
        files.add(batch.grid.sha256)
        for response in batch.responses:
            same = kept[response.customer_id]
            if not copied and not any(_is_same(person, (batch, response)) for person in same):
                same.append((batch, response))
    return [person for people in kept.values() for person in people]


def _is_same(one: Person, other: Person) -> bool:
    return all(batch.has_ids for batch, _ in (one, other)) and _content(*one) == _content(*other)


def _content(batch: Batch, response: Response) -> frozenset[tuple[str, object]]:
    """一行的内容：空格子不算，数按大小比（129.50 与 129.5 相同），列的先后、全角半角、大小写不论。"""
    named = zip(batch.grid.header, response.cells, strict=True)
    return frozenset(
        (name, _alike(cell)) for name, cell in named if cell.strip() and name != SYNTHETIC_COLUMN
    )


def _alike(cell: str) -> object:
    number = parse_decimal(cell)
    return halfwidth(cell).casefold() if number is None else number


def _customers(people: Iterable[Person], name: str) -> tuple[Customer, ...]:
    """同一编号下有几个人，编号前面就加上各自的文件名；加了还重复，或用不上 → DataError。"""
    by_id: dict[str, list[Person]] = defaultdict(list)
    for batch, response in people:
        by_id[response.customer_id].append((batch, response))
    customers = [
        response.customer(customer_id if len(namesakes) == 1 else f"{_stem(batch)}-{customer_id}")
        for customer_id, namesakes in by_id.items()
        for batch, response in namesakes
    ]
    _require_usable_ids(name, customers)
    return tuple(sorted(customers, key=lambda customer: customer.customer_id))


def _stem(batch: Batch) -> str:
    return halfwidth(Path(batch.grid.name).stem)


def _require_usable_ids(name: str, customers: Sequence[Customer]) -> None:
    first: set[str] = set()
    for customer_id in (customer.customer_id for customer in customers):
        if customer_id in first or identifier_problem(customer_id):
            raise DataError(
                f"{quote(name, 80)} 合起来以后，编号 {quote(customer_id, 80)} 分不清是谁。",
                why="几份文件里有同样的编号，前面加上文件名也不行：文件名太长、有看不见的字符，或只差扩展名。",
                remedy="把这几份文件改成不同的短名字，再试一次。",
            )
        first.add(customer_id)


def _refuse(name: str, lines: Sequence[str]) -> None:
    """所有毛病一次说完（列出前 20 处并报总数），有一处就一行都不载入。"""
    if not lines:
        return
    more = [f"…另有 {len(lines) - PROBLEMS_SHOWN} 处没有列出"] if len(lines) > PROBLEMS_SHOWN else []
    raise DataError(
        f"{quote(name, 80)} 有 {len(lines)} 处读不懂，一份答卷也没有载入。",
        where="\n".join(["", *lines[:PROBLEMS_SHOWN], *more]),
        why="猜错一格，均值就变，别人的箭头也跟着变；所以宁可停下来。",
        remedy="按每行冒号后面的话改好原表，再读一次。",
    )
