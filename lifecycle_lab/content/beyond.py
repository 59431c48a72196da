"""第 05 课的内容：beyond.toml → 数目、T 恤的假设、程序说的话（A10–A12）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lifecycle_lab.content.records import Record, read_nest
from lifecycle_lab.content.sentences import each, sections_said, template_fields
from lifecycle_lab.schema import ContentError

_SETTINGS = {
    "draws": (20, 2000),
    "stable": (1, 100),
    "shown": (1, 20),
    "silhouette": (1, 100),
    "stability": (1, 100),
    "most_clusters": (3, 12),
    "resamples": (2, 100),
    "horizon": (7, 365),
    "recall": (1, 100),
    "effort": (1, 100),
    "intervals": (50, 2000),
    "world": (500, 20_000),
}
_SHIRTS = {
    **dict.fromkeys(("switch", "wave", "buys"), (0, 1000)),
    "wave_month": (2, 60),
    "months": (2, 60),
    "customers": (100, 100_000),
}


FIELDS = template_fields(
    {
        "title": {
            **each("card ten self_report single_source tshirt joined sources"),
            "everyone": "shop customers",
            "wander": "shop draws",
            **each(
                "arrows stability centres scores conventions literal clusters mixture effort learned", "shop"
            ),
            "trend": "shop days",
            "drift": "shop start",
            **each("transactions interactions externals", "many shown"),
            "groups": "shop k",
            "prediction": "shop horizon",
        },
        "column": {
            **each(
                "which kind customers as_of direction level pattern customer by_ten by_all size agreement "
                "stable kept indicator centre changed cuts convention renamed money_share most literal_level "
                "count reported from_orders same right_sign chance_low chance_mean chance_high month frozen "
                "refreshed simulated simulated_refreshed day gone still item content auc gain source_set k "
                "silhouette agree smallest group share common bic contestant feature weight customer_id "
                "recency frequency monetary discount visits carts opens complaints distance rain tier "
                "synthetic more fewer"
            ),
            **each("mean value median", "letter unit"),
            **each("up arrow", "letter"),
            "score": "score",
            "found": "effort",
            "needed": "recall",
        },
        "row": each(
            "mean median cut linked unlinked strangers columns transaction interaction external "
            "ceiling recency_only types logistic boosted feature_recency feature_frequency feature_monetary "
            "feature_tenure feature_recent"
        ),
        "word": {
            **each("synthetic real yours none level_direction day_direction cleared"),
            **each("band interval", "low high"),
            "joined": "transactions interactions externals",
            "customers": "many",
        },
        "said": {
            **each(
                "card borrowed ten_same tens_figure size_figure slider_still slider_share "
                "scores_plain literal_same trend_up trend_down trend_none tshirt_figure slider_switch "
                "slider_buys joined clusters_figure groups_figure saved_same sure_yes sure_no learned "
                "gain_figure"
            ),
            "everyone": "top share money",
            "ten": "moved",
            "wander": "ten size large stable",
            "arrows": "letter share every",
            "wander_target": "target size",
            "wander_never": "target",
            "stability": "best best_share worst worst_share",
            "stability_figure": "draws",
            **each("centres_skewed centres_even", "median up_mean"),
            "slider_cut": "share best worst",
            "scores_tied": "letter missing",
            "conventions": "most title",
            "literal_wrong": "changed share before after count",
            "self_report": "changed share",
            "trend": "customers days way ten size large",
            "single_source": "level low high",
            "tshirt": "months frozen refreshed",
            "slider_tshirt": "switch buys frozen refreshed",
            "drift": "days still",
            "sources": "first second third low high ceiling",
            "clusters_good": "k",
            "clusters_unstable": "k width agree",
            "clusters_none": "silhouette stability k width",
            "groups": "ari",
            "mixture": "k doubtful sure",
            **each("prediction_better prediction_unclear prediction_worse", "best gain low high"),
            "effort": "effort contacts best found types recency recall saved sure",
            **each("saved_fewer saved_more", "many"),
            "split": "train test horizon customers bought",
        },
    }
)


@dataclass(frozen=True)
class BeyondContent:
    """settings、shirts: 名字 → 整数；sizes: 样本大小，从小到大，第一个是 10；seed: 抽样的种子；words: 句子。"""

    seed: str
    sizes: tuple[int, ...]
    settings: Mapping[str, int]
    shirts: Mapping[str, int]
    words: Mapping[str, str]


def read_beyond(path: Path) -> BeyondContent:
    """一份 beyond.toml → 内容；缺项、多项、超出范围、用了别的 $名字 → ContentError。"""
    top = read_nest(path)
    settings, shirts = top.section("settings"), top.section("shirts")
    content = BeyondContent(
        settings.text("seed"),
        _sizes(settings),
        _numbers(settings, _SETTINGS),
        _numbers(shirts, _SHIRTS),
        sections_said(top, FIELDS),
    )
    for record in (settings, shirts, top):
        record.finish()
    return content


def _numbers(record: Record, limits: Mapping[str, tuple[int, int]]) -> Mapping[str, int]:
    return MappingProxyType({name: record.whole(name, low, high) for name, (low, high) in limits.items()})


def _sizes(record: Record) -> tuple[int, ...]:
    sizes = record.wholes("sizes", 10)
    if sizes[0] != 10:
        raise ContentError(
            f"第一个是 {sizes[0]}，不是 10。", where=record.at("sizes"), remedy="写成 [10, 30, 100]。"
        )
    return sizes
