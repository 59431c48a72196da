"""编码：BOM、严格 UTF-8、严格 GB18030，其余说出第几个字节；认错编码就是悄悄改了客户的名字。"""

from __future__ import annotations

from corpus.case import Case, accepted, ask, refused, stopped
from corpus.make import GOOD, GOOD_CLEAN, HEADER, good, table, text

RARE = ("A1,𠮷野,10.00,2024-05-01,1", "A2,䶮,20.00,2024-05-02,1", "A3,㐂,30.00,2024-05-03,1")
RARE_CLEAN = ("A1|𠮷野|10.00|2024-05-01|1", "A2|䶮|20.00|2024-05-02|1", "A3|㐂|30.00|2024-05-03|1")
SHORT = table("订单号,客户,金额,日期", "1,李,5,2024-05-01", encoding="gbk")
ENGLISH = "order_id,customer_id,amount,order_date,quantity"
TABBED = text(*(line.replace(",", "\t") for line in (HEADER, *GOOD)), newline="\r\n")
BYTE = ("字节",)


def _latin(name: str, encoding: str = "latin-1") -> bytes:
    return table(ENGLISH, f"A1,{name},10.00,2024-05-01,1", encoding=encoding)


def cases() -> list[Case]:
    plain = accepted(*GOOD_CLEAN)
    broken = good().replace(b"u2", b"u\xff")
    glued = table(HEADER, "A1,王小明,10.00,2024-05-01,1") + "A2,李小红,20.00,2024-05-02,1\n".encode("gbk")
    return [
        Case("utf8", good(), plain),
        Case("utf8-bom", good("utf-8-sig"), plain),
        Case("utf8-two-boms", b"\xef\xbb\xbf" + good("utf-8-sig"), plain | stopped()),
        Case("gbk", good("gbk"), plain),
        Case("gb18030-bom", b"\x84\x31\x95\x33" + good("gb18030"), plain),
        Case("gb18030-rare", table(HEADER, *RARE, encoding="gb18030"), accepted(*RARE_CLEAN)),
        Case("utf8-rare", table(HEADER, *RARE), accepted(*RARE_CLEAN)),
        # 统计式的探测器把这样短的 GBK 认成 Big5，“李”就变成了“燠”
        Case("gbk-short", SHORT, accepted("1|李|5.00|2024-05-01|")),
        Case(
            "gbk-ascii-header",
            table(ENGLISH, "A1,王小明,10.00,2024-05-01,1", encoding="gbk"),
            accepted("A1|王小明|10.00|2024-05-01|1"),
        ),
        # 这几个字的 UTF-8 字节也读得成 GB18030；先试严格 UTF-8 才不会错
        Case(
            "utf8-also-gb18030",
            table(ENGLISH, "A1,中文,10.00,2024-05-01,1", "A2,联通,20.00,2024-05-02,1"),
            accepted("A1|中文|10.00|2024-05-01|1", "A2|联通|20.00|2024-05-02|1"),
        ),
        Case(
            "gbk-liantong",  # “联通”的 GBK 字节恰好是合法的 UTF-8 外形，记事本的老笑话
            table("订单号,客户,金额,日期", "1,联通,5,2024-05-01", encoding="gbk"),
            accepted("1|联通|5.00|2024-05-01|"),
        ),
        Case("utf16-le", b"\xff\xfe" + TABBED.encode("utf-16-le"), plain, file="订单.txt"),
        Case("utf16-be", b"\xfe\xff" + TABBED.encode("utf-16-be"), plain, file="订单.txt"),
        Case("utf16-commas", b"\xff\xfe" + text(HEADER, *GOOD).encode("utf-16-le"), plain),
        Case("utf16-no-bom", text(HEADER, *GOOD).encode("utf-16-le"), refused()),
        Case("utf16-odd", b"\xff\xfe" + text(HEADER, *GOOD).encode("utf-16-le") + b"\x41", refused(*BYTE)),
        Case(
            "utf16-half-pair",
            b"\xff\xfe" + text(HEADER, *GOOD).replace("u2", "u\ud800").encode("utf-16-le", "surrogatepass"),
            refused(*BYTE),
        ),
        Case("utf32", b"\xff\xfe\x00\x00" + text(HEADER, *GOOD).encode("utf-32-le"), refused()),
        Case("one-broken-byte", broken, refused(*BYTE)),
        Case("bom-then-gbk", b"\xef\xbb\xbf" + good("gbk"), refused(*BYTE)),
        Case("two-encodings-glued", glued, stopped()),
        Case("gbk-cut-in-a-character", table(HEADER, *GOOD, "A4,王", encoding="gbk")[:-2], refused(*BYTE)),
        Case("utf8-cut-in-a-character", table(HEADER, *GOOD, "A4,王")[:-2], stopped()),
        Case(
            "big5-traditional",
            table("訂單編號,買家會員名,實付金額,付款時間", "A1,陳大文,10,2024-05-01", encoding="big5"),
            stopped(),
        ),
        Case(
            "shift-jis", table("注文番号,顧客,金額,日付", "1,山田,5,2024-05-01", encoding="cp932"), stopped()
        ),
        Case(
            "euc-kr", table("주문번호,고객,금액,날짜", "1,김철수,5,2024-05-01", encoding="euc-kr"), stopped()
        ),
        Case("hz", table("订单号,客户,金额,日期", "1,李,5,2024-05-01", encoding="hz"), stopped()),
        Case("utf7", table("订单号,客户,金额,日期", "1,李,5,2024-05-01", encoding="utf-7"), stopped()),
        Case("latin1-jose", _latin("José"), refused(*BYTE)),
        # ü 与后面的 l 合起来是合法的 GBK“黮”：表头全是英文时，孤零零夹在字母中间的汉字不可信
        Case("latin1-mueller", _latin("Müller"), stopped()),
        Case("cp1252-euro", table(ENGLISH, "A1,u1,€10.00,2024-05-01,1", encoding="cp1252"), refused(*BYTE)),
        Case(
            "emoji",
            table(HEADER, "A1,小王🐱👨‍👩‍👧,10.00,2024-05-01,1").replace("\u200d".encode(), b""),
            accepted("A1|小王🐱👨👩👧|10.00|2024-05-01|1"),
        ),
        # 别的软件已经把名字读坏了：两个客户可能变成了同一个“�”
        Case(
            "already-replaced",
            table(HEADER, "A1,王\ufffd\ufffd,10.00,2024-05-01,1", GOOD[1]),
            _not_silent((2, "客户编号")),
        ),
        Case(
            "kun-jin-kao",
            table(HEADER, "A1,锟斤拷,10.00,2024-05-01,1", GOOD[1]),
            _not_silent((2, "客户编号")),
        ),
        Case("mojibake-header", table("璁㈠崟鍙�,瀹㈡埛,閲戦", "1,a,5"), stopped()),
        Case("random-bytes", bytes((i * 197 + 31) % 256 for i in range(4096)), refused()),
        Case("only-a-bom", b"\xef\xbb\xbf", stopped()),
        Case("only-utf16-bom", b"\xff\xfe", stopped()),
        Case("ask-names-the-columns", table("甲,乙,丙", "1,2,3"), ask("--map")),
    ]


def _not_silent(cell: tuple[int, str]):
    from corpus.case import partly

    return partly(GOOD_CLEAN[1], bad=[cell]) | stopped()
