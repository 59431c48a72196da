"""重做自带的数据：问卷与两家合成商店从种子生成，真实商店从它的出处换算，字典从 datapackage.toml 写成。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_lab.content import course, data_folder, datapackage
from lifecycle_lab.schema import ParameterError, quote

PARTS = ("survey", "shops", "online_retail", "readme")
SHOPS = ("womenswear", "longjing")  # 随书的两家；另外的只供现造


def rebuild(names: Sequence[str]) -> Iterator[str]:
    """names 空为全部；逐件说出做了什么。不认识的名字 → ParameterError。"""
    if unknown := [name for name in names if name not in PARTS]:
        raise ParameterError(f"没有 {quote(unknown[0])}。", remedy=f"可用的：{'、'.join(PARTS)}。")
    wanted = names or PARTS
    if "survey" in wanted:
        yield _survey()
    if "shops" in wanted:
        yield from map(_shop, SHOPS)
    if "online_retail" in wanted:
        yield from _online_retail()
    datapackage.refresh()
    yield f"数据字典：{data_folder() / 'README.md'}"


def _survey() -> str:
    from lifecycle_lab.simulate.respondents import SHIPPED_COUNT, SHIPPED_SEED, respondents
    from lifecycle_lab.survey import write_shipped

    rows = respondents(SHIPPED_COUNT, SHIPPED_SEED, course().questionnaire.recency_cuts)
    path = data_folder() / "survey.csv"
    write_shipped(path, rows)
    return f"问卷：{len(rows)} 份，{path}"


def _shop(name: str) -> str:
    from lifecycle_lab.lab.shops import generate

    made = generate(name, data_folder() / f"{name}.parquet", replace=True)
    return f"合成商店：{made.customers} 位客户、{made.orders} 笔订单，{made.path}"


def _online_retail() -> Iterator[str]:
    from lifecycle_lab.orders.online_retail_source import build

    path = data_folder() / "online_retail.parquet"
    for name, (count, money) in build(path).items():
        yield f"  {name}：{count}（金额 {money}）"
    yield f"真实商店：{path}"
