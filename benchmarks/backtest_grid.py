"""回测的整张格子：每家店 × 每个问题 × 几个往后的天数，多切几次；06 课里只切三次。

用法：python benchmarks/backtest_grid.py [--splits N]
合成的店有真相，两个问题都问；真实的店只问行动。判语由数字推出，与课里同一个函数。
"""

from __future__ import annotations

import argparse
import time

from lifecycle_lab import backtest
from lifecycle_lab.lab import open_lab
from lifecycle_lab.lab.cycle_trial import Outcome, field
from lifecycle_lab.schema import LabError

SHOPS = ("mixed", "same_cycle", "longjing", "womenswear", "online_retail")
HORIZONS = (60, 90, 180)


def outcomes(name: str, horizon: int, splits: int):
    """一家店、一个往后的天数：问得了的问题各一份成绩。"""
    shop = open_lab().shop(name)
    ledger = shop.ledger
    data = backtest.purchases(list(ledger.days.values()))
    gone = None if ledger.gone is None else [ledger.gone[who] for who in ledger.days]
    trials = backtest.run(
        data,
        field(shop.own_rule.shop_cycle),
        horizon=horizon,
        baseline="static",
        questions=("action",) if gone is None else ("state", "action"),
        splits=splits,
        gone_day=gone,
    )
    return [Outcome(shop.title, found) for found in trials.values()]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--splits", type=int, default=5)
    splits = parser.parse_args().splits
    for name in SHOPS:
        for horizon in HORIZONS:
            started = time.perf_counter()
            try:
                found = outcomes(name, horizon, splits)
            except LabError as error:
                print(f"{name} {horizon} 天：{error}\n")
                continue
            for outcome in found:
                print(outcome.table(), "\n")
            print(f"{name} {horizon} 天：{time.perf_counter() - started:.1f} 秒\n", flush=True)


if __name__ == "__main__":
    main()
