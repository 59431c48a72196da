"""第 03 课手里的一件东西：状态与因素的表、渠道的账，和一家家店(A8、A9、B6、D8)。"""

from __future__ import annotations

from functools import cached_property
from string import Template

from lifecycle_lab.content.transitions import FACTOR_COUNTS, transitions
from lifecycle_lab.exercises.assignment import Assignment
from lifecycle_lab.export import Table
from lifecycle_lab.lab import ledgers
from lifecycle_lab.lab.move_channels import Channels
from lifecycle_lab.lab.move_measures import measured
from lifecycle_lab.lab.move_shop import MoveShop
from lifecycle_lab.lab.move_words import say, state_label
from lifecycle_lab.schema import ParameterError, quote


class MoveDesk:
    """`lab.moves`：每个方法一张表、一幅图，或一家店。"""

    def __init__(self, source: str, assignment: Assignment) -> None:
        self._mine = (source, assignment)
        self._shops: dict[str, MoveShop] = {}

    def shop(self, name: str = "") -> MoveShop:
        """一家店：空是你的来源那一家；longjing、womenswear、online_retail 是随书的；同名总是同一家。"""
        chosen = ledgers.shop_name(name, *self._mine)
        if chosen not in self._shops:
            borrowed = not name and chosen == ledgers.TEA and ledgers.is_borrowed(*self._mine)
            self._shops[chosen] = MoveShop(ledgers.open_ledger(chosen, *self._mine), borrowed)
        return self._shops[chosen]

    @cached_property
    def channels(self) -> Channels:
        """分渠道的账。"""
        return Channels()

    def states(self) -> Table:
        """五种状态：标志、这里怎样判、要做什么。"""
        content = transitions()
        rows = tuple(
            (one.label, one.marks, Template(one.decided).substitute(content.rule), one.aim)
            for one in content.states.values()
        )
        columns = say.columns("state", "marks", "decided", "aim")
        return Table(say("title.states"), columns, rows, say("said.states"))

    def factors(self, state: str = "") -> Table:
        """因素各拿什么量、量出来多少、弱了怎么办；state 空是全部。"""
        if state and state not in FACTOR_COUNTS:
            raise ParameterError(
                f"没有状态 {quote(state)}。", remedy=f"可用的：{'、'.join(FACTOR_COUNTS)}；空是全部。"
            )
        shop = self.shop()
        rows = tuple(
            (
                state_label(one.state),
                one.label,
                one.measure.text,
                measured(one.measure, shop.ledger, shop.records),
                one.weak,
            )
            for one in transitions().factors.values()
            if state in ("", one.state)
        )
        columns = say.columns("origin", "factor", "measure", "found", "weak")
        return Table(say("title.factors"), columns, rows, say("said.factors", shop=shop.title))

    def parts(self) -> Table:
        """获取期要做的几件事。"""
        columns = say.columns("part", "ask", "example", "measure")
        return Table(say("title.parts"), columns, transitions().parts, say("said.parts"))

    def care(self) -> Table:
        """电信企业的做法，按移动来摆。"""
        columns = say.columns("move", "does", "before", "after")
        return Table(say("title.care"), columns, transitions().care, say("said.care"))

    def signs(self) -> Table:
        """预警的三个迹象，在手边的数据里是多少。"""
        shop = self.shop()
        rows = tuple(
            (label, one.text, measured(one, shop.ledger, shop.records))
            for label, one in transitions().signs.items()
        )
        columns = say.columns("sign", "measure", "found")
        return Table(say("title.signs"), columns, rows, say("said.signs"))
