"""把别人的文件读成文字格，把文字格读成数：编码、表格、数字与日期的封闭文法。

从不用读表库的猜测默认值：先按文字读，再按写明的文法换算；读不懂就说在哪一格、为什么。
orders、survey、content 都从这里读，所以它在三者之下。
"""

from lifecycle_lab.reading.archives import check_archive
from lifecycle_lab.reading.decoding import decode, read_bytes
from lifecycle_lab.reading.grammar import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_IDENTIFIER,
    LONGEST_NORMALISED,
    LONGEST_NUMBER,
    WHOLE_DIGITS,
    halfwidth,
    identifier_problem,
    minor_units,
    parse_date,
    parse_day,
    parse_decimal,
    parse_whole,
)
from lifecycle_lab.reading.grid import Grid, read_grid
from lifecycle_lab.reading.limits import ORDERS, STRICT, ChoiceNeeded, Limits
from lifecycle_lab.reading.sources import Line, Source, open_source

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "LONGEST_IDENTIFIER",
    "LONGEST_NORMALISED",
    "LONGEST_NUMBER",
    "ORDERS",
    "STRICT",
    "WHOLE_DIGITS",
    "ChoiceNeeded",
    "Grid",
    "Limits",
    "Line",
    "Source",
    "check_archive",
    "decode",
    "halfwidth",
    "identifier_problem",
    "minor_units",
    "open_source",
    "parse_date",
    "parse_day",
    "parse_decimal",
    "parse_whole",
    "read_bytes",
    "read_grid",
]
