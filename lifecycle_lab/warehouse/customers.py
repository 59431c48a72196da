"""一种口径下的全体客户：标记怎样定，按什么数 F，与什么比较，都写在上面。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

from lifecycle_lab.schema import Better, ParameterError, quote
from lifecycle_lab.warehouse import statements
from lifecycle_lab.warehouse.engines import Engine
from lifecycle_lab.warehouse.rows import Centres, CustomerRow, Segment
from lifecycle_lab.warehouse.writing import write_csv, written_whole


def frequency_column(frequency: str) -> str:
    """F 数什么：基表里的一列。"""
    if frequency not in ("orders", "purchase_days"):
        raise ParameterError(
            f"F 的数法 {quote(frequency)} 不认识。", remedy="写 orders（订单）或 purchase_days（购买日）。"
        )
    return frequency


def marks(centres: Centres, recency_better: Better) -> dict[str, str]:
    """三个整数比较：x ≥ 中心 ⟺ x ≥ ⌈中心⌉；x ≤ 中心 ⟺ x ≤ ⌊中心⌋。"""
    if recency_better not in ("low", "high"):
        raise ParameterError(
            f"R 的方向 {quote(recency_better)} 不认识。", remedy="写 low（天数少为好）或 high。"
        )
    recency = f"<= {floor(centres.recency)}" if recency_better == "low" else f">= {ceil(centres.recency)}"
    return {"r_up": recency, "f_up": str(ceil(centres.frequency)), "m_up": str(ceil(centres.monetary))}


@dataclass(frozen=True)
class Customers:
    """客户表；行在引擎里，要多少取多少。

    segment = 4·r_up + 2·f_up + m_up，恰好等于中心也算 ↑(1)。
    """

    engine: Engine
    query: str
    centres: Centres
    recency_better: Better
    frequency: str

    def segments(self) -> list[Segment]:
        """各类型的客户数与总和；没有人的类型不在里面。"""
        return list(map(Segment._make, self.engine.rows(statements.SEGMENTS.format(customers=self.query))))

    def rows(self) -> Iterator[CustomerRow]:
        """按客户编号排，一批一批地取。"""
        return map(CustomerRow._make, self.engine.stream(self._sorted))

    def frame(self):
        """pandas.DataFrame，按客户编号排；装得下内存时用。"""
        return self.engine.frame(self._sorted)

    def write(self, path: Path | str) -> Path:
        """按扩展名写 .parquet（不排序）或 .csv（按编号排，文字已中和）；写好了才换成正式的名字。"""
        path = Path(path)
        if path.suffix == ".csv":
            return write_csv(path, CustomerRow._fields, self.rows())
        if path.suffix != ".parquet":
            raise ParameterError(f"不会写 {quote(path.suffix)}。", remedy="用 .parquet 或 .csv。")
        with written_whole(path) as unfinished:
            self.engine.write_parquet(f"select * from ({self.query}) as customers", unfinished, "写客户表")
        return path

    @property
    def _sorted(self) -> str:
        return f"select * from ({self.query}) as customers order by customer_id"
