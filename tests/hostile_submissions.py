"""有意捣乱的交件：从老实的答案用种子变出来（类型、大小、重复的键、NaN、深度、别人的题本、换学号、压缩包……）。"""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Sequence

PAYLOADS = (
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3", "\t=1", "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>", "{{7*7}}", "{% for x in ().__class__.__base__ %}", "${jndi:ldap://x}", "_x003D_1",
    "\u202e=1", "'=1+1", "%s%n", "../../etc/passwd", "__import__('os').system('id')", "＝1+1", "javascript:alert(1)",
)  # fmt: skip

Make = Callable[[random.Random, Sequence[bytes]], bytes]


def hostile(count: int, seed: int, honest: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """count 件：（哪一种，内容）；同样的种子同样的字节。"""
    rng = random.Random(seed)
    kinds = sorted(_KINDS)
    found = []
    for i in range(count):
        kind = kinds[i % len(kinds)]
        found.append((kind, _KINDS[kind](rng, honest)))
    return found


def _document(rng, honest) -> dict:
    return json.loads(rng.choice(honest))


def _written(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _paths(value: object, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from _paths(value[key], (*path, key))
    elif isinstance(value, list):
        for i in range(len(value)):
            yield from _paths(value[i], (*path, i))


def _replaced(document, path, value):
    if not path:
        return value
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return document


_JUNK = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**14,
    "",
    "x" * 5000,
    [],
    {},
    [[]],
    {"a": {"b": 1}},
    "↑",
    "1e999",
    ["a", 1],
)


def byte_edit(rng, honest) -> bytes:
    data = bytearray(rng.choice(honest))
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def wrong_type(rng, honest) -> bytes:
    document = _document(rng, honest)
    path = rng.choice(list(_paths(document)))
    return _written(_replaced(document, path, rng.choice(_JUNK)))


def lost_key(rng, honest) -> bytes:
    document = _document(rng, honest)
    document.pop(rng.choice(list(document)))
    return _written(document)


def more_keys(rng, honest) -> bytes:
    document = _document(rng, honest) | {
        "points": 999,
        "signature": "ok",
        rng.choice(PAYLOADS): rng.choice(PAYLOADS),
    }
    return _written(document)


def payload_cells(rng, honest) -> bytes:
    document = _document(rng, honest)
    for table in document["tables"].values():
        for row in table.values():
            for column in row:
                if rng.random() < 0.3:
                    row[column] = rng.choice(PAYLOADS)
    document["text"] = {key: rng.choice(PAYLOADS) for key in document["text"]}
    return _written(document)


def payload_names(rng, honest) -> bytes:
    document = _document(rng, honest)
    document["tables"]["table_4_3"] = {rng.choice(PAYLOADS): {rng.choice(PAYLOADS): "↑"}}
    document["student_id"] = rng.choice([document["student_id"], rng.choice(PAYLOADS)])
    document["variant"]["customers"] = [rng.choice(PAYLOADS)]
    return _written(document)


def swapped(rng, honest) -> bytes:
    document = _document(rng, honest)
    document["student_id"] = _document(rng, honest)["student_id"]
    return _written(document)


def grafted(rng, honest) -> bytes:
    document, other = _document(rng, honest), _document(rng, honest)
    key = rng.choice(["tables", "variant", "quiz", "text", "attempts", "data_sha256"])
    document[key] = other[key]
    return _written(document)


def doubled(rng, honest) -> bytes:
    text = rng.choice(honest).decode()
    return text.replace("{", '{"student_id": "x", "student_id": "y",', 1).encode()


def numbers(rng, honest) -> bytes:
    bad = rng.choice(["NaN", "Infinity", "-Infinity", "9" * 5000, "1e400", "-0", "1E-5", "0x10"])
    return rng.choice(honest).replace(b'"revision": ', f'"revision": {bad}, "z": '.encode(), 1)


def deep(rng, honest) -> bytes:
    depth = rng.choice([17, 500, 60_000])
    return rng.choice([b"[" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b'{"tables": ' + b"[" * depth])


def odd_text(rng, honest) -> bytes:
    bad = rng.choice(["\\ud800", "\\u0000", "\\u001b[31m", "\\u202e", "\\ufeff", "x" * 4001])
    return rng.choice(honest).replace("↑".encode(), bad.encode(), 1)


def encoded(rng, honest) -> bytes:
    text = rng.choice(honest).decode()
    return text.encode(rng.choice(["utf-16", "gb18030", "utf-8-sig", "utf-32"]))


def cut(rng, honest) -> bytes:
    data = rng.choice(honest)
    return data[: rng.randrange(len(data))]


def noise(rng, honest) -> bytes:
    return rng.choice([b"", b"{", b"PK", b"Rar!\x1a\x07", b"\x80\x04\x95"]) + rng.randbytes(
        rng.randrange(400)
    )


def pickled(rng, honest) -> bytes:
    return b"cos\nsystem\n(S'touch PWNED'\ntR."


def notebook(rng, honest) -> bytes:
    cell = {
        "cell_type": "code",
        "source": "import os; os.system('touch PWNED')",
        "outputs": [],
        "metadata": {},
    }
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def large(rng, honest) -> bytes:
    return rng.choice(honest) + b" " * rng.choice([250_000, 400_000])


def crowded(rng, honest) -> bytes:
    document = _document(rng, honest)
    document["tables"]["table_4_3"] = {f"C{i}": {"recency": "↑"} for i in range(6_000)}
    return _written(document)


def packed(rng, honest) -> bytes:
    return _zip([("作业.json", rng.choice(honest)), ("说明.txt", b"hi")])


def slipping(rng, honest) -> bytes:
    name = rng.choice(
        ["../../PWNED.json", "/tmp/PWNED.json", "C:\\PWNED.json", "a/../../PWNED.json", "..\\PWNED.json"]
    )
    return _zip([(name, rng.choice(honest))])


def bomb(rng, honest) -> bytes:
    return _zip([("big.json", b"{" + b" " * 6_000_000 + b"}")])


def nested(rng, honest) -> bytes:
    data = rng.choice(honest)
    for _ in range(rng.randint(1, 4)):
        data = _zip([("inner.zip", data)])
    return data


def linked(rng, honest) -> bytes:
    info = zipfile.ZipInfo("link.json")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return _zip([(info, b"/etc/passwd")])


def locked(rng, honest) -> bytes:
    """把条目标成加了密的。"""
    data = bytearray(_zip([("a.json", rng.choice(honest))]))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(magic)
        data[place + offset] |= 1
    return bytes(data)


def overlapping(rng, honest) -> bytes:
    """两个条目指着同一段字节。"""
    data = bytearray(_zip([("a.json", rng.choice(honest)), ("b.json", rng.choice(honest))]))
    second = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1)
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def broken_zip(rng, honest) -> bytes:
    data = bytearray(_zip([("a.json", rng.choice(honest))]))
    for _ in range(rng.randint(1, 30)):
        data[rng.randrange(4, len(data))] = rng.randrange(256)
    return bytes(data)


def many_names(rng, honest) -> bytes:
    return _zip([(f"{i}.json", b"{}") for i in range(3)] + [("A.json", b"{}"), ("a.json", b"{}")])


def _zip(entries) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(name, data, compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def untouched(rng, honest) -> bytes:
    return rng.choice(honest)


_KINDS: dict[str, Make] = {
    f.__name__: f
    for f in (
        *(
            byte_edit,
            wrong_type,
            lost_key,
            more_keys,
            payload_cells,
            payload_names,
            swapped,
            grafted,
            doubled,
        ),
        *(numbers, deep, odd_text, encoded, cut, noise, pickled, notebook, large, crowded, packed, slipping),
        *(bomb, nested, linked, locked, overlapping, broken_zip, many_names, untouched),
    )
}
