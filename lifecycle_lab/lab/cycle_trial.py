"""第 06 课的比试：一家店的账 → 回测，再写成一张表、一幅图、一句判语(E9)。

课里切得少，好在一分钟以内跑完；完整的一套在 benchmarks。
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from lifecycle_lab import backtest, cycles, models, plots
from lifecycle_lab.backtest import Question, Trial
from lifecycle_lab.content import course
from lifecycle_lab.cycles import Bounds, ClassRule, OwnCycleRule, StaticRule
from lifecycle_lab.export import Table
from lifecycle_lab.lab.cycle_words import percent, say
from lifecycle_lab.lab.ledgers import Ledger
from lifecycle_lab.plots import cycles as figures
from lifecycle_lab.report import Figure

LONG_HORIZON = 180
RESAMPLES = 100
SPLITS = 3
STATE_DAYS = (Fraction(1, 2), Fraction(3, 4))


@dataclass(frozen=True)
class Outcome:
    """一家店、一个问题的全部比试。"""

    shop: str
    trials: tuple[Trial, ...]

    def table(self) -> Table:
        """每位参赛者一行，表下是判语。"""
        columns, rows = backtest.table(self.trials, course().backtest, self._labels)
        title = say("title.trial", question=question_text(self.trials[0]), shop=self.shop)
        return Table(title, columns, rows, self.verdict())

    def figure(self) -> Figure:
        """找到同样多的流失，各打扰多少活跃客户。"""
        bars = [
            figures.Disturbed(label(line.key), line.disturbed) for line in backtest.summaries(self.trials)
        ]
        recall = self.trials[0].recall
        drawn = plots.png(figures.plot_disturbed(bars, recall).figure)
        return Figure(drawn, figures.describe_disturbed(bars, recall), say("said.disturbed"))

    def verdict(self) -> str:
        """一句话，跟着数字变；文章的规则与静态规则比怎样。"""
        return backtest.verdict(self.trials, course().backtest, self._labels, focus="class")

    @property
    def _labels(self) -> dict[str, str]:
        return {line.key: label(line.key) for line in self.trials[0].lines}


def label(key: str) -> str:
    return course().backtest[f"label.{key}"]


def question_text(trial: Trial) -> str:
    return say(
        f"word.question_{trial.question}",
        **({"horizon": trial.horizon} if trial.question == "action" else {}),
    )


def compare(ledger: Ledger, question: Question, shop_cycle, splits: int = SPLITS) -> Outcome:
    """几个截止日各比一次；历史太短、没有真相、人太少 → LabError，说出还差什么。

    问状态不必等往后的日子过完，截止日取观察期的一半与四分之三；问行动由回测均匀地切。
    """
    data = backtest.purchases(list(ledger.days.values()))
    length = data.last_day - data.first_day + 1
    state_days = tuple(data.first_day + int(length * share) for share in STATE_DAYS)
    trials = backtest.run(
        data,
        field(shop_cycle),
        horizon=horizon(data),
        baseline="static",
        questions=(question,),
        as_of=state_days if question == "state" else (),
        splits=splits,
        gone_day=None if ledger.gone is None else [ledger.gone[who] for who in ledger.days],
        resamples=RESAMPLES,
    )
    return Outcome(ledger.title, trials[question])


def horizon(data: backtest.Purchases) -> int:
    """往后看几天：看得够久就是 180 天，不然是历史的三分之一，前面才留得出足够的历史。"""
    return min(LONG_HORIZON, (data.last_day - data.first_day + 1) // 3)


def field(shop_cycle) -> Sequence[backtest.Entrant]:
    """静态、频次类、自己的周期，与一个概率模型；界限、倍数、κ 用课程的默认值。"""
    chosen = course().cycles.defaults
    rules = {
        "class": ClassRule(Bounds(*chosen.bounds), chosen.multiples, chosen.nodes),
        "own": OwnCycleRule(shop_cycle, chosen.kappa, multiples=chosen.multiples, nodes=chosen.nodes),
    }
    return [
        backtest.by_days_since("static", StaticRule(chosen.nodes).nodes[-1]),
        *(backtest.by_rule(key, _lostness(rule)) for key, rule in rules.items()),
        backtest.by_model("mbgcnbd_gone", "mbgcnbd_silent", models.fit_mbgcnbd),
    ]


def _lostness(rule: cycles.Rule):
    return lambda visits, as_of: cycles.lostness(visits, as_of, rule)


def alive_trap(ledger: Ledger) -> Table:
    """只买过一次的客户，两个模型各说还活着的概率；有真相就放在旁边。BG/NBD 说人人都活着(E9)。"""
    now = backtest.snapshot(backtest.purchases(list(ledger.days.values())), ledger.today)
    data = now.histories()
    said = [fit(data).alive(data) for fit in (models.fit_bgnbd, models.fit_mbgnbd)]
    if ledger.gone is not None:
        gone = [ledger.gone[who] for who in ledger.days]
        said.append(np.array([gone[who] > ledger.today for who in now.who]))
    columns = ("column.idle", "column.customers", "column.bgnbd", "column.mbgnbd", "column.truth")
    rows = []
    for low, high in pairwise((0, *course().cycles.defaults.nodes, None)):
        here = (now.purchase_days == 1) & (now.idle >= low) & (now.idle < (np.inf if high is None else high))
        if here.any():
            idle = (
                say("word.range_beyond", low=low, high="")
                if high is None
                else say("word.range", low=low, high=high)
            )
            rows.append((idle, f"{int(here.sum()):,}", *(percent(one[here].mean(), 0) for one in said)))
    head = tuple(map(say, columns[: 2 + len(said)]))
    return Table(say("title.trap", shop=ledger.title), head, tuple(rows), say("said.trap"))
