"""数据字典：data/datapackage.toml 说明 data/ 里的每个文件，README 由它生成，文件由它核对。

一份字典，三个用处：读者看 data/README.md，程序按它检查文件（`check`），
换算规则的账（放在一边多少行、多少钱）也写在里面，供课文引用。
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal

from lifecycle_lab import content
from lifecycle_lab.reading import Grid, parse_date, read_grid
from lifecycle_lab.schema import ContentError, quote

FILE = "datapackage.toml"
README = "README.md"
_OWN_FILES = {FILE, README, "LICENSES.md"}
_SHOWN = 5  # 一列里同样的毛病说五处就够了
Type = Literal["文字", "整数", "小数", "日期", "是否"]
Role = Literal["source", "setaside", "used", "result", "rounding", "kept"]
_ROLES: dict[Role, str] = {
    "source": "来源",
    "setaside": "放在一边",
    "used": "用到",
    "kept": "说明",
    "result": "结果",
    "rounding": "舍入",
}
_KINDS = {"真实": "真实商店的记录", "合成": "程序按种子生成，不是真人的回答或交易"}


def _one_of(word: str, known: Iterable[str]) -> None:
    if word not in known:
        raise ValueError(f"{word!r} 不在 {'、'.join(known)} 之中")


@dataclass(frozen=True)
class Rule:
    """一条换算规则的账：role 为 source 来源、setaside 放在一边、used 用到、result 结果、rounding 舍入、kept 留着。

    count: 数目（单位 unit）；money: 精确金额的十进制文字（主单位），不计金额的为空。
    """

    id: str
    role: Role
    label: str
    count: int
    unit: str
    money: str

    def __post_init__(self) -> None:
        _one_of(self.role, _ROLES)
        if not isinstance(self.count, int) or not re.fullmatch(r"(-?\d+(\.\d+)?)?", self.money):
            raise ValueError(f"规则 {self.id} 的数目或金额不是数：{self.count!r}、{self.money!r}")


@dataclass(frozen=True)
class Field:
    """一列：名字、类型、单位、含义和许可的值（values 列举，或 minimum…maximum，或 pattern）。

    stored: Parquet 里的类型；blank: 允许空格；unique: 不许重复。
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    stored: str = ""
    values: tuple[str, ...] = ()
    minimum: str = ""
    maximum: str = ""
    pattern: str = ""
    blank: bool = False
    unique: bool = False

    def __post_init__(self) -> None:
        _one_of(self.type, _PARSERS)
        re.compile(self.pattern)
        if bad := [bound for bound in (self.minimum, self.maximum) if bound and self.parse(bound) is None]:
            raise ValueError(f"列 {self.name} 的界限 {bad[0]} 不是{self.type}")

    def parse(self, text: str) -> object | None:
        """按类型的文法读；不合 → None。"""
        return _PARSERS[self.type](text)

    @cached_property
    def bounds(self) -> tuple[object | None, object | None]:
        """最小、最大，按类型读好；没有写的是 None。"""
        return (
            self.parse(self.minimum) if self.minimum else None,
            self.parse(self.maximum) if self.maximum else None,
        )

    @property
    def allowed(self) -> str:
        """许可的值，写给人看。"""
        between = f"{self.minimum} … {self.maximum}" if self.minimum or self.maximum else ""
        parts = ["、".join(self.values), between, f"形如 `{self.pattern}`" if self.pattern else ""]
        parts += ["可空" if self.blank else "", "不重复" if self.unique else ""]
        return "；".join(filter(None, parts))


@dataclass(frozen=True)
class Resource:
    """一个数据文件：kind 为「真实」或「合成」；seed 只有合成的才有；made_by 说怎样重做。"""

    path: str
    title: str
    kind: Literal["真实", "合成"]
    description: str
    rows: int
    sha256: str
    licence: str
    origin: str
    made_by: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    seed: str = ""
    money_unit: str = ""

    def __post_init__(self) -> None:
        _one_of(self.kind, _KINDS)


@dataclass(frozen=True)
class CourseFile:
    """data/course 下的一个内容文件；教师可以改，所以不记指纹。"""

    path: str
    what: str
    origin: str
    licence: str


@dataclass(frozen=True)
class Datapackage:
    """整份字典。"""

    title: str
    description: str
    resources: tuple[Resource, ...]
    course: tuple[CourseFile, ...]

    def resource(self, path: str) -> Resource:
        """按文件名取一项；没有 → ContentError。"""
        for found in self.resources:
            if found.path == path:
                return found
        raise ContentError(
            f"数据字典里没有 {quote(path, 80)}。", where=FILE, remedy="在字典里登记它，或取回原来的字典。"
        )


def load(folder: Path | None = None) -> Datapackage:
    """读 folder(默认随书的 data/)里的 datapackage.toml；缺项、多项、类型不对 → ContentError。"""
    path = (folder or content.data_folder()) / FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return _package(**found)
    except OSError:
        raise ContentError(
            "找不到数据字典。", where=str(path), remedy="重新安装本书，或取回这个文件。"
        ) from None
    except (ValueError, TypeError, KeyError, re.error) as error:  # TOML 与编码的错误也是 ValueError
        raise ContentError(
            "数据字典写得不对。",
            where=FILE,
            why=_why(error),
            remedy="多半是键写错、少了一项，或该加引号的没有加；照别的条目改好，或取回原来的字典。",
        ) from None


def _why(error: Exception) -> str:
    """库的说明是英文，只取其中的行、键与样式；自己抛的已经是中文。"""
    if place := re.search(r"line (\d+), column (\d+)", str(error)):
        return f"第 {place[1]} 行第 {place[2]} 个字附近不合 TOML 的写法。"
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.start + 1} 个字节不是 UTF-8。"
    if isinstance(error, re.error):
        return f"pattern 不是正则表达式：{quote(error.pattern)}。"
    if isinstance(error, TypeError | KeyError | tomllib.TOMLDecodeError):
        names = "、".join(re.findall(r"'(\w+)'", str(error)))
        return f"缺少或不认识的键：{names}。" if names else "有一项的类型不对，或文件没有写完。"
    return str(error)


def _package(title: str, description: str, resource: Sequence[dict], course: Sequence[dict]) -> Datapackage:
    resources = tuple(_resource(**item) for item in resource)
    return Datapackage(title, description, resources, tuple(CourseFile(**item) for item in course))


def _resource(*, field: Sequence[dict], rule: Sequence[dict] = (), **rest) -> Resource:
    fields = tuple(Field(**{**item, "values": tuple(item.get("values", ()))}) for item in field)
    return Resource(**rest, fields=fields, rules=tuple(Rule(**item) for item in rule))


def ledger_problems(rules: Iterable[Rule]) -> list[str]:
    """账要平：来源 = 放在一边 + 用到（行数与金额）；用到 + 舍入 = 结果（金额）。没有来源账 → 空。"""
    count, money = Counter(), Counter()
    for rule in rules:
        count[rule.role] += rule.count
        money[rule.role] += Decimal(rule.money or 0)
    if not count["source"]:
        return []
    sums = {
        "行数": (count["source"], count["setaside"] + count["used"]),
        "金额": (money["source"], money["setaside"] + money["used"]),
        "订单金额": (money["used"] + money["rounding"], money["result"]),
    }
    return [f"{what}对不上：{left} ≠ {right}" for what, (left, right) in sums.items() if left != right]


# ---- 核对 ----


def check(folder: Path | None = None) -> list[str]:
    """字典与文件的每一处不同，一处一句；全都相符 → 空列表。"""
    folder = folder or content.data_folder()
    package = load(folder)
    problems = [*_listing_problems(folder, package)]
    for resource in package.resources:
        problems += [f"{resource.path}：{problem}" for problem in _resource_problems(folder, resource)]
    if not (folder / README).is_file() or (folder / README).read_text(encoding="utf-8") != readme(folder):
        problems.append(f"{README}：与 {FILE} 不一致，请重新生成。")
    return problems


def _listing_problems(folder: Path, package: Datapackage) -> Iterator[str]:
    """每个文件恰好登记一次；登记的都在。"""
    listed = Counter([item.path for item in (*package.resources, *package.course)])
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    # 系统与表格软件自己留下的文件（.DS_Store、~$表.csv）不算数据
    present = {path.as_posix() for path in files if not any(part[0] in ".~" for part in path.parts)}
    yield from (f"{path}：登记了 {times} 次。" for path, times in sorted(listed.items()) if times > 1)
    yield from (f"{path}：字典里有，文件不在。" for path in sorted(listed.keys() - present))
    yield from (f"{path}：文件在，字典里没有。" for path in sorted(present - listed.keys() - _OWN_FILES))


def _resource_problems(folder: Path, resource: Resource) -> Iterator[str]:
    path = folder / resource.path
    if not path.is_file():
        return
    grid = read_grid(path)
    names = tuple(field.name for field in resource.fields)
    if grid.sha256 != resource.sha256:
        yield f"sha256 是 {grid.sha256}，字典写 {resource.sha256}。"
    if len(grid.rows) != resource.rows:
        yield f"有 {len(grid.rows)} 行，字典写 {resource.rows} 行。"
    yield from ledger_problems(resource.rules)
    if grid.header != names:
        yield f"列是 {'、'.join(grid.header)}，字典写 {'、'.join(names)}。"
        return
    yield from _stored_problems(path, resource.fields)
    for i, field in enumerate(resource.fields):
        yield from _column_problems(grid, i, field)


def _stored_problems(path: Path, fields: Sequence[Field]) -> Iterator[str]:
    """Parquet 各列存的类型；CSV 没有类型可比。"""
    if path.suffix != ".parquet":
        return
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    for field in fields:
        if str(schema.field(field.name).type) != field.stored:
            yield f"「{field.name}」列存成 {schema.field(field.name).type}，字典写 {field.stored}。"


def _column_problems(grid: Grid, i: int, field: Field) -> Iterator[str]:
    times = Counter(cells[i] for _, cells in grid.rows)
    wrong = {cell for cell in times if not _is_allowed(cell, field)}  # 相同的内容只判一次
    bad = [(row, cells[i]) for row, cells in grid.rows if cells[i] in wrong]
    for row, cell in bad[:_SHOWN]:
        yield f"第 {row} 行「{field.name}」列：{quote(cell)} 不在许可的值里（{field.allowed or field.type}）。"
    if len(bad) > _SHOWN:
        yield f"「{field.name}」列这样的格共 {len(bad)} 处。"
    if field.unique and (again := [cell for cell, count in times.items() if count > 1]):
        yield f"「{field.name}」列有重复，如 {quote(again[0])}。"


def _is_allowed(cell: str, field: Field) -> bool:
    """一格合不合：类型的文法、列举、范围、样式。"""
    if cell == "":
        return field.blank
    value = field.parse(cell)
    if value is None or (field.values and cell not in field.values):
        return False
    low, high = field.bounds
    if (low is not None and value < low) or (high is not None and value > high):
        return False
    return not field.pattern or bool(re.fullmatch(field.pattern, cell))


def _number(pattern: str) -> Callable[[str], Decimal | None]:
    grammar = re.compile(pattern)
    return lambda cell: Decimal(cell) if grammar.fullmatch(cell) else None


def _iso_date(cell: str) -> date | None:
    return parse_date(cell) if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else None


_PARSERS: dict[str, Callable[[str], object]] = {
    "文字": lambda cell: cell,
    "整数": _number(r"-?\d{1,15}"),
    "小数": _number(r"-?\d{1,15}\.\d+"),
    "日期": _iso_date,
    "是否": lambda cell: cell if cell in ("是", "否") else None,
}


# ---- 写给人看 ----


def readme(folder: Path | None = None) -> str:
    """data/README.md 的全文；第一行说明哪些真实、哪些合成。"""
    package = load(folder)
    parts = [_kinds(package), "", f"# {package.title}", "", package.description, "", *_overview(package)]
    for resource in package.resources:
        parts += ["", *_resource_section(resource)]
    parts += ["", "## 课程内容 `course/`，订单的列名 `orders/`", ""]
    parts += ["教师可以直接改这些文件，改完运行测试就知道改得对不对。", ""]
    parts += _table(
        ("文件", "是什么", "来源", "许可"),
        [(f"`{c.path}`", c.what, c.origin, c.licence) for c in package.course],
    )
    parts += ["", f"许可全文与署名见 `LICENSES.md`。本页由 `{FILE}` 生成，请改那一份。", ""]
    return "\n".join(parts)


def _kinds(package: Datapackage) -> str:
    """第一行：真实与合成各是哪些。"""
    parts = []
    for kind, explained in _KINDS.items():
        paths = [f"`{r.path}`" for r in package.resources if r.kind == kind]
        parts.append(f"**{kind}数据**（{explained}）：{'、'.join(paths) or '无'}")
    return "；".join(parts) + "。"


def _overview(package: Datapackage) -> list[str]:
    rows = [(f"`{r.path}`", r.title, r.kind, f"{r.rows:,}", r.licence) for r in package.resources]
    return _table(("文件", "内容", "真实/合成", "行数", "许可"), rows)


def _resource_section(resource: Resource) -> list[str]:
    facts = {"来源": resource.origin, "许可": resource.licence, "怎样重做": resource.made_by}
    facts |= {"种子": resource.seed, "行数": f"{resource.rows:,}", "sha256": f"`{resource.sha256}`"}
    lines = [f"## {resource.title} `{resource.path}`（{resource.kind}）", "", resource.description, ""]
    lines += [f"- {label}：{text}" for label, text in facts.items() if text]
    fields = [(f"`{f.name}`", f.type, f.stored, f.unit, f.allowed, f.meaning) for f in resource.fields]
    lines += ["", *_table(("列", "类型", "存成", "单位", "许可的值", "含义"), fields)]
    if resource.rules:
        lines += ["", "换算的账（来源 = 放在一边 + 用到；用到 + 舍入 = 订单 + 取消单）：", ""]
        rules = [(_ROLES[r.role], r.label, f"{r.count:,}", r.unit, r.money) for r in resource.rules]
        lines += _table(("账目", "规则", "数目", "单位", f"金额（{resource.money_unit}）"), rules)
    return lines


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Markdown 表；整列都空的列不写。"""
    lines = [tuple(head), *map(tuple, rows)]
    used = [i for i in range(len(head)) if any(line[i] for line in lines[1:])]
    body = ["| " + " | ".join(line[i].replace("|", "\\|") for i in used) + " |" for line in lines]
    return [body[0], "|" + " --- |" * len(used), *body[1:]]


# ---- 文件变了之后 ----


def refresh(folder: Path | None = None) -> None:
    """数据文件重做之后：把行数与 sha256 写回字典（其余不动），再生成 README。"""
    folder = folder or content.data_folder()
    text = (folder / FILE).read_text(encoding="utf-8")
    for resource in load(folder).resources:
        if (folder / resource.path).is_file():
            text = _restamped(text, _measured(folder, resource))
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    (folder / README).write_text(readme(folder), encoding="utf-8", newline="\n")


def _measured(folder: Path, resource: Resource) -> Resource:
    path = folder / resource.path
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return replace(resource, rows=_row_count(path), sha256=sha256)


def _row_count(path: Path) -> int:
    """Parquet 的行数写在文件尾，不必解开。"""
    if path.suffix != ".parquet":
        return len(read_grid(path).rows)
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows


def _restamped(text: str, resource: Resource) -> str:
    """只改这一项 [[resource]] 里的 rows 与 sha256 两行。"""
    start = text.index(f'path = "{resource.path}"')
    before, rest = text[:start], text[start:]
    rest = re.sub(r"(?m)^rows = \d+$", f"rows = {resource.rows}", rest, count=1)
    return before + re.sub(r'(?m)^sha256 = ".*"$', f'sha256 = "{resource.sha256}"', rest, count=1)
