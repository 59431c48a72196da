"""几次比试合成一张表和一句话(E9)；话跟着数字变，句子本身是内容（data/course/backtest.toml）。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from string import Template

from lifecycle_lab.backtest.trial import Line, Trial
from lifecycle_lab.schema import ParameterError

COLUMNS = ("name", "auc", "wins", "disturbed", "native", "calibration")


@dataclass(frozen=True)
class Summary:
    """一位参赛者几次比试的平均；better、worse: 有几次 AUC 明显高过、明显不如基准。

    recall、contacted: 按自己界线的平均；predicted、observed: 概率的平均预测与实际；没有的是 None。
    """

    key: str
    trials: int
    auc: float
    disturbed: float
    better: int
    worse: int
    recall: float | None
    contacted: float | None
    predicted: float | None
    observed: float | None

    @property
    def standing(self) -> str:
        """与基准比：过半的次数明显好（差）、又没有一次反过来，才算 better（worse）；否则 mixed。"""
        if 2 * self.better > self.trials and not self.worse:
            return "better"
        return "worse" if 2 * self.worse > self.trials and not self.better else "mixed"


def summaries(trials: Sequence[Trial]) -> tuple[Summary, ...]:
    """每位参赛者一行，顺序同参赛的顺序；几次比试要是同一个问题、同一批参赛者。"""
    if (
        len({(trial.question, trial.baseline, tuple(line.key for line in trial.lines)) for trial in trials})
        != 1
    ):
        raise ParameterError("要合在一起的几次比试，问题、基准与参赛者要一样，而且至少一次。")
    return tuple(_summary([trial.line(line.key) for trial in trials]) for line in trials[0].lines)


def _summary(lines: Sequence[Line]) -> Summary:
    known = [line.calibration for line in lines if line.calibration]
    return Summary(
        lines[0].key,
        len(lines),
        fmean(line.auc for line in lines),
        fmean(line.disturbed for line in lines),
        sum(line.better for line in lines),
        sum(line.worse for line in lines),
        _mean([line.recall for line in lines]),
        _mean([line.contacted for line in lines]),
        _mean([fmean(one.predicted) for one in known]),
        _mean([fmean(one.observed) for one in known]),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    return None if not values or None in values else fmean(values)  # type: ignore[arg-type]


def table(
    trials: Sequence[Trial], words: Mapping[str, str], labels: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """（列头，各行），都是文字，由上面的房间画。没有的写“–”。words: column.<COLUMNS> 六个列头。"""
    recall = f"{trials[0].recall:.0%}"
    heads = tuple(Template(words[f"column.{name}"]).substitute(recall=recall) for name in COLUMNS)
    return heads, tuple(_cells(line, labels) for line in summaries(trials))


def _cells(line: Summary, labels: Mapping[str, str]) -> tuple[str, ...]:
    return (
        labels[line.key],
        f"{line.auc:.3f}",
        f"{line.better} / {line.worse}",
        f"{line.disturbed:.0%}",
        _pair(line.recall, line.contacted),
        _pair(line.predicted, line.observed),
    )


def _pair(one: float | None, other: float | None) -> str:
    return "–" if one is None or other is None else f"{one:.0%} / {other:.0%}"


def verdict(
    trials: Sequence[Trial], words: Mapping[str, str], labels: Mapping[str, str], focus: str = ""
) -> str:
    """一句判语：谁最好、好得明不明显，文章的规则（focus）与基准比怎样；每个数都出自 trials。

    words: opening.<问题>、best.<clear|unclear|baseline>、rule.<better|worse|mixed> 七句。labels: key → 中文名。
    """
    lines = {line.key: line for line in summaries(trials)}
    base, best = lines[trials[0].baseline], max(lines.values(), key=lambda line: line.auc)
    parts = [f"opening.{trials[0].question}", f"best.{_how_clear(best, base)}"]
    about = lines[focus] if focus in lines and focus not in (best.key, base.key) else None
    if about:
        parts.append(f"rule.{about.standing}")
    values = _values(trials, base, best, about or best, labels)
    return "".join(Template(words[part]).substitute(values) for part in parts)


def _how_clear(best: Summary, base: Summary) -> str:
    if best.auc <= base.auc:
        return "baseline"
    return "clear" if best.standing == "better" else "unclear"


def _values(
    trials: Sequence[Trial], base: Summary, best: Summary, rule: Summary, labels: Mapping[str, str]
) -> dict[str, str]:
    sizes = [trial.customers for trial in trials]
    size = f"{sizes[0]}" if min(sizes) == max(sizes) else f"{min(sizes)} 到 {max(sizes)}"
    found = {"splits": f"{len(trials)}", "customers": size, "horizon": f"{trials[0].horizon}"}
    found["recall"] = f"{trials[0].recall:.0%}"
    for name, line in (("baseline", base), ("best", best), ("rule", rule)):
        found |= {
            name: labels[line.key],
            f"{name}_auc": f"{line.auc:.3f}",
            f"{name}_disturbed": f"{line.disturbed:.0%}",
        }
        found |= {f"{name}_better": f"{line.better}", f"{name}_worse": f"{line.worse}"}
    return found
