"""合成商店的订单与真相：一块一块地造，一块一个种子序列（research 的模型，见 data/README.md）。

为什么住在这间房：它是纯数学（参数与种子进、整数数组出），不碰磁盘、不看时钟；写文件的在 lab.shop_files。
为什么用 numpy 而不像 respondents 那样只用标准库：一亿笔订单要在一分钟里造好。只有这一个模块引入它。

格式 v1 的一部分，改动其中任何一样都要换号：块的大小 CHUNK、每块的种子序列
SeedSequence(seed, spawn_key=(块号,))、PCG64、抽样的次序。所以结果与用几个进程无关，
前 n 位客户也不随总人数改变。numpy 不保证各版本的分布抽样逐位相同：
同一版本同样的字节，随书的文件以提交的那一份为准。
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

FORMAT = "v1"
CHUNK = 100_000  # 一块多少位客户
MOST_ORDERS = 999  # 一位客户至多几单：单号 = 客户编号 × 1000 + 第几单
LONGEST_REFUND_DAYS = 14  # 退款在下单后 1…14 天
CLASSES = ("high", "mid", "low")
EXIT_TYPES = ("early_abort", "midway_death", "early_exit", "long_lasting")
STAGES = ("exploration", "formation", "stability", "decline")
LOST = "lost"
END_STAGES = (*STAGES, LOST)
MOST_FEN = 500_000_000  # 一单至多五百万元：成本也装得进 32 位整数
NEVER = -1  # 日子一栏的“窗口内没有”

Numbers = tuple[float, ...]
Columns = Mapping[str, np.ndarray]
_LENGTHS = {
    "class_shares": 3, "cycle_medians": 3, "cycle_spreads": 3,
    "exit_shares": 4, "life_shapes": 4, "life_scales": 4, "stage_starts": 4, "stage_cycles": 3,
    "gap_factors": 4, "basket_factors": 4, "quantity_shares": 4, "refund_shares": 4, "service_shares": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """一家合成商店的参数。天数是小数天，金额是分，份额在 0…1。

    class_shares, cycle_medians, cycle_spreads: 频次类（高、中、低）的占比、个人周期的中位数（天）与对数标准差。
    regularity: 间隔的规律度 k（伽马的形状；1 全无记忆，越大越像钟摆）。skip: 跳过一整个周期的概率。
    exit_shares: 四种曲线类型的占比；寿命 = life_scales × 伽马(life_shapes)，以个人周期为单位，
        life_days 大于 0 时改以这么多天为单位（寿命与周期无关）。
    stage_starts: 每型一行，形成、稳定、退化从寿命的几成开始（1 = 到不了）；
        stage_cycles: 考察至多 2 周期、形成至多到第 5 周期、退化至多最后 3 周期（默认值）。
    gap_factors, basket_factors: 各阶段的间隔与客单价的倍数。
    quantity_shares: 一次买 1…4 份的占比；quantity_effect: 买 q 份，下一个间隔乘 q 的这么多次方（再除以平均，周期不变）。
    basket: 平均客单价（分）；basket_spread 人与人之间、basket_noise 单与单之间的对数标准差。
    refund_shares: 各阶段整单退款的概率。adoption: 稳定期起每天采用新业务的风险率；new_business_share: 采用后新业务单的占比。
    goods_share: 货款占金额的份额；service_shares: 各阶段服务费占金额的平均份额，service_noise 单与单之间上下浮动的幅度（均匀）。
    window_days: 观察窗口的天数；客户在窗口里均匀到来。
    """

    class_shares: Numbers
    cycle_medians: Numbers
    cycle_spreads: Numbers
    regularity: float
    exit_shares: Numbers
    life_scales: Numbers
    basket_factors: Numbers
    quantity_effect: float
    skip: float
    life_shapes: Numbers
    life_days: float
    stage_starts: tuple[Numbers, Numbers, Numbers, Numbers]
    stage_cycles: Numbers
    gap_factors: Numbers
    quantity_shares: Numbers
    basket: float
    basket_spread: float
    basket_noise: float
    refund_shares: Numbers
    adoption: float
    new_business_share: float
    goods_share: float
    service_shares: Numbers
    service_noise: float
    window_days: int

    def __post_init__(self) -> None:
        """参数不合 → ValueError，说出哪一项、为什么。"""
        for name, length in _LENGTHS.items():
            _demand(len(getattr(self, name)) == length, name, f"要有 {length} 个数")
        _demand(all(len(row) == 3 for row in self.stage_starts), "stage_starts", "每型要有 3 个数")
        for name in ("class_shares", "exit_shares", "quantity_shares"):
            shares = getattr(self, name)
            _demand(min(shares) >= 0 and abs(sum(shares) - 1) < 1e-6, name, "份额不为负，合计为 1")
        for name in ("cycle_medians", "life_scales", "life_shapes", "gap_factors", "basket_factors"):
            _demand(min(getattr(self, name)) > 0, name, "要大于 0")
        for name in ("regularity", "basket", "window_days"):
            _demand(getattr(self, name) > 0, name, "要大于 0")
        for name in ("skip", "new_business_share", "goods_share", "service_noise"):
            _demand(0 <= getattr(self, name) < 1, name, "要在 0 到 1 之间，不含 1")
        for name in ("life_days", "basket_spread", "basket_noise", "adoption", "quantity_effect"):
            _demand(getattr(self, name) >= 0, name, "不能为负")
        for name in ("refund_shares", "service_shares"):
            _demand(all(0 <= share <= 1 for share in getattr(self, name)), name, "要在 0 到 1 之间")
        _demand(all(map(_rising, self.stage_starts)), "stage_starts", "要大于 0、不超过 1、一个不小于一个")


def _demand(true: bool, name: str, why: str) -> None:
    if not true:
        raise ValueError(f"{name} {why}")


def _rising(starts: Numbers) -> bool:
    return 0 < starts[0] <= starts[1] <= starts[2] <= 1


@dataclass(frozen=True)
class Chunk:
    """一块客户的订单与真相，都是等长的整数数组；日子从窗口第一天 = 0 数起。

    orders: customer(块内从 0 起)、number(这位客户的第几单，从 1 起)、day、amount、cost(分)、quantity、
        cancelled、new_business；按客户、日子排好，退款排在当天的单之后。
    truth: 每位客户一项，frequency_class、exit_type、end_stage 是上面几组名字里的位置，
        cycle(百分之一天)、basket(分)，和 acquired、formation、stability、decline、lost、new_business 的日子。
    """

    orders: Columns
    truth: Columns

    def first(self, count: int) -> Chunk:
        """只留前 count 位客户。"""
        end = int(np.searchsorted(self.orders["customer"], count))
        orders = {name: values[:end] for name, values in self.orders.items()}
        return Chunk(orders, {name: values[:count] for name, values in self.truth.items()})


def chunk(shop: Shop, seed: int, index: int, size: int = CHUNK) -> Chunk:
    """第 index 块的 size 位客户；同一个种子、块号、大小，永远是同一块。"""
    draw = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(index,))))
    people = _people(shop, size, draw)
    visits = _visits(shop, people, draw)
    orders = _money(shop, people, visits, draw)
    return Chunk(_with_refunds(shop, orders, visits.stage, draw), _truth(shop, people))


# ---- 客户 ----


@dataclass(frozen=True)
class _People:
    """一块客户的命运；时间是从窗口第一天起的小数天，无穷大 = 永远不会。

    starts: 形成、稳定、退化三个阶段各自开始的时间。
    """

    frequency_class: np.ndarray
    cycle: np.ndarray
    exit_type: np.ndarray
    arrival: np.ndarray
    lost: np.ndarray
    starts: tuple[np.ndarray, np.ndarray, np.ndarray]
    basket: np.ndarray
    adopted: np.ndarray


def _people(shop: Shop, size: int, draw: np.random.Generator) -> _People:
    frequency_class = _choose(shop.class_shares, size, draw)
    cycle = _cycles(shop, frequency_class, draw)
    exit_type = _choose(shop.exit_shares, size, draw)
    arrival = draw.random(size) * shop.window_days
    units = draw.standard_gamma(np.take(shop.life_shapes, exit_type)) * np.take(shop.life_scales, exit_type)
    life = (shop.life_days or cycle) * units
    starts = tuple(arrival + start for start in _stage_starts(shop, exit_type, cycle, life))
    basket = shop.basket * np.exp(shop.basket_spread * draw.standard_normal(size))
    wait = draw.standard_exponential(size) / max(shop.adoption, 1e-12)
    lost, adopted = arrival + life, starts[1] + wait
    return _People(frequency_class, cycle, exit_type, arrival, lost, starts, basket, adopted)


def _cycles(shop: Shop, frequency_class: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """个人周期，舍入到百分之一天：真相文件里写的就是造订单时用的那个数。"""
    spread = np.take(shop.cycle_spreads, frequency_class) * draw.standard_normal(frequency_class.size)
    return np.maximum(np.rint(np.take(shop.cycle_medians, frequency_class) * np.exp(spread) * 100), 1) / 100


def _stage_starts(shop: Shop, exit_type: np.ndarray, cycle: np.ndarray, life: np.ndarray) -> tuple:
    """形成、稳定、退化从第几天开始：寿命的几成与几个周期，取其先（退化取其后）；到不了的是无穷大。"""
    shares = np.array(shop.stage_starts)[exit_type].T
    cycles = [count * cycle for count in shop.stage_cycles]
    formation, stability = (np.minimum(shares[i] * life, cycles[i]) for i in (0, 1))
    decline = np.maximum(shares[2] * life, life - cycles[2])
    return tuple(np.where(shares[i] < 1, at, np.inf) for i, at in enumerate((formation, stability, decline)))


def _choose(shares: Numbers, size: int, draw: np.random.Generator) -> np.ndarray:
    """按份额抽位置 0、1、2……；最后一段收下舍入的零头。"""
    return np.searchsorted(np.cumsum(shares)[:-1], draw.random(size), side="right").astype(np.int8)


def _truth(shop: Shop, people: _People) -> Columns:
    formation, stability, decline = people.starts
    end = np.minimum(people.lost, shop.window_days)
    stage = sum((start < shop.window_days).astype(np.int8) for start in people.starts)
    return {
        "frequency_class": people.frequency_class,
        "cycle": np.rint(people.cycle * 100).astype(np.int32),
        "exit_type": people.exit_type,
        "basket": np.rint(people.basket).clip(1, MOST_FEN).astype(np.int32),
        "acquired": people.arrival.astype(np.int32),
        "formation": _day(formation, end),
        "stability": _day(stability, end),
        "decline": _day(decline, end),
        "lost": _day(people.lost, np.full(end.size, shop.window_days)),
        "new_business": _day(people.adopted, end),
        "end_stage": np.where(people.lost < shop.window_days, np.int8(len(STAGES)), stage),
    }


def _day(time: np.ndarray, end: np.ndarray) -> np.ndarray:
    """时间 → 第几天；end 之前没有发生 → NEVER。"""
    return np.where(time < end, time, NEVER).astype(np.int32)


# ---- 订单 ----


@dataclass(frozen=True)
class _Visits:
    """每次购买：谁、什么时候、几份、在哪个阶段；按客户、时间排好。"""

    who: np.ndarray
    time: np.ndarray
    quantity: np.ndarray
    stage: np.ndarray


def _visits(shop: Shop, people: _People, draw: np.random.Generator) -> _Visits:
    """一轮一轮地走：还在的客户各买一次，再各等一个间隔；流失了或窗口到头的退出。"""
    effect = _quantity_effect(shop)
    last = np.minimum(people.lost, np.nextafter(shop.window_days, 0))
    who, time, rounds = np.arange(people.cycle.size, dtype=np.int32), people.arrival, []
    while who.size and len(rounds) < MOST_ORDERS:
        stage = sum((time >= start[who]).astype(np.int8) for start in people.starts)
        quantity = _choose(shop.quantity_shares, who.size, draw)
        rounds.append((who, time, quantity, stage))
        gap = people.cycle[who] * np.take(shop.gap_factors, stage) * effect[quantity]
        time = time + gap * _waits(shop, who.size, draw)
        stays = time <= last[who]
        who, time = who[stays], time[stays]
    joined = [np.concatenate(parts) for parts in zip(*rounds, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return _Visits(*(values[order] for values in joined))


def _quantity_effect(shop: Shop) -> np.ndarray:
    """买 1…4 份时间隔的倍数，按份额平均恰为 1。"""
    raw = np.arange(1, 5, dtype=float) ** shop.quantity_effect
    return raw / float(np.dot(shop.quantity_shares, raw))


def _waits(shop: Shop, size: int, draw: np.random.Generator) -> np.ndarray:
    """以个人周期为单位的等待：伽马(k·n)/k，n = 1 + 跳过的周期数。"""
    if not shop.skip:
        return draw.standard_gamma(shop.regularity, size) / shop.regularity
    return draw.standard_gamma(shop.regularity * draw.geometric(1 - shop.skip, size)) / shop.regularity


def _money(shop: Shop, people: _People, visits: _Visits, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """给每次购买标上金额、成本与是不是新业务；金额、成本都是整数分。"""
    who, size = visits.who, visits.who.size
    price = people.basket[who] * (visits.quantity + 1) * np.take(shop.basket_factors, visits.stage)
    amount = np.rint(price * np.exp(shop.basket_noise * draw.standard_normal(size))).clip(1, MOST_FEN)
    around = 1 + shop.service_noise * (2 * draw.random(size) - 1)
    service = np.take(shop.service_shares, visits.stage) * around
    adopted = (visits.time > people.adopted[who]) & (draw.random(size) < shop.new_business_share)
    starts = np.flatnonzero(np.diff(who, prepend=-1))
    return {
        "customer": who,
        "number": (np.arange(size) - np.repeat(starts, np.diff(starts, append=size)) + 1).astype(np.int32),
        "day": visits.time.astype(np.int32),
        "amount": amount.astype(np.int32),
        "cost": np.rint(amount * (shop.goods_share + service)).astype(np.int32),
        "quantity": (visits.quantity + 1).astype(np.int8),
        "cancelled": np.zeros(size, bool),
        "new_business": adopted,
    }


def _with_refunds(shop: Shop, orders: dict, stage: np.ndarray, draw: np.random.Generator) -> Columns:
    """整单退款自成一行：金额为负，货退回来（成本减去货款），服务费不退；窗口之后的看不到。"""
    size = stage.size
    refunded = draw.random(size) < np.take(shop.refund_shares, stage)
    day = orders["day"] + draw.integers(1, LONGEST_REFUND_DAYS + 1, size, dtype=np.int32)
    back = np.flatnonzero(refunded & (day < shop.window_days))
    amount = orders["amount"][back]
    changed = {"day": day[back], "amount": -amount, "cancelled": np.ones(back.size, bool)}
    changed["cost"] = -np.rint(amount * shop.goods_share).astype(np.int32)
    both = {name: np.concatenate((all_, changed.get(name, all_[back]))) for name, all_ in orders.items()}
    key = (both["customer"].astype(np.int64) << 24) + both["day"] * 2 + both["cancelled"]
    order = np.argsort(key, kind="stable")
    return {name: values[order] for name, values in both.items()}
