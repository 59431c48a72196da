"""压缩包与伪装：gzip 的坏与炸、zip 的越界与重叠、任何扩展名后面的 pickle；认内容，不认名字。"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import tarfile
from pathlib import Path

from corpus.case import Case, accepted, refused, stopped
from corpus.make import GOOD_CLEAN, archive, good, good_workbook, gzipped

PLAIN = accepted(*GOOD_CLEAN)
PWNED = "pwned"
"""pickle 一被打开，就会在当前文件夹里留下这个名字的文件。"""


class _Touch:
    def __reduce__(self):
        return os.system, (f"touch {PWNED}",)


def _pickles() -> list[Case]:
    found = []
    for protocol in (0, 2, 4):
        data = pickle.dumps(_Touch(), protocol=protocol)
        found += [
            Case(f"pickle-{protocol}-called-{name}", data, stopped(), f"订单.{name}")
            for name in ("csv", "xlsx", "parquet", "db")
        ]
    data = pickle.dumps(_Touch(), protocol=4)
    return [
        *found,
        Case("pickle-gzipped", gzipped(data), stopped(), "订单.csv.gz"),
        Case("pickle-after-parquet-magic", b"PAR1" + data + b"PAR1", refused(), "订单.parquet"),
        Case("pickle-in-a-zip", archive({"data.pkl": data}), refused(), "订单.zip"),
        Case("pickle-named-pkl", data, stopped(), "订单.pkl"),
        Case(
            "numpy-objects",
            b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
            + b" " * 50
            + b"\n"
            + data,
            stopped(),
            "订单.npy",
        ),
    ]


def _gzip() -> list[Case]:
    whole = gzipped(good())
    half = len(good()) // 2
    named = bytearray(whole)
    named[3] |= 8
    named_bytes = bytes(named[:10]) + b"../../../etc/x.csv\x00" + bytes(named[10:])

    def bomb(path: Path) -> None:
        """1 GiB 的零，压成 1 MB。"""
        with gzip.GzipFile(path, "wb", mtime=0) as target:
            for _ in range(1024):
                target.write(b"\x00" * 2**20)

    def csv_bomb(path: Path) -> None:
        """看上去是订单，后面是同一行的四千万次重复。"""
        with gzip.GzipFile(path, "wb", mtime=0) as target:
            target.write(good())
            for _ in range(400):
                target.write(b"A9,u9,1.00,2024-05-01,1\n" * 100_000)

    def nested(path: Path) -> None:
        data = good()
        for _ in range(50):
            data = gzipped(data)
        path.write_bytes(data)

    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as target:
        entry = tarfile.TarInfo("订单.csv")
        entry.size = len(good())
        target.addfile(entry, io.BytesIO(good()))
    return [
        Case("gzip", whole, PLAIN, "订单.csv.gz"),
        Case("gzip-called-csv", whole, PLAIN),
        Case("gzip-gbk", gzipped(good("gbk")), PLAIN, "订单.csv.gz"),
        Case("gzip-two-members", gzipped(good()[:half]) + gzipped(good()[half:]), PLAIN, "订单.csv.gz"),
        Case("gzip-with-a-path-inside", named_bytes, PLAIN | refused(), "订单.csv.gz"),
        Case("gzip-empty", gzipped(b""), refused(), "订单.csv.gz"),
        Case("gzip-truncated", whole[:-12], refused(), "订单.csv.gz"),
        Case("gzip-without-its-last-byte", whole[:-1], refused(), "订单.csv.gz"),
        Case("gzip-wrong-checksum", whole[:-8] + b"\x00\x00\x00\x00" + whole[-4:], refused(), "订单.csv.gz"),
        Case("gzip-wrong-length", whole[:-4] + b"\x01\x00\x00\x00", refused(), "订单.csv.gz"),
        Case("gzip-then-garbage", whole + b"garbage", refused() | PLAIN, "订单.csv.gz"),
        Case("gzip-then-zeros", whole + b"\x00" * 512, refused() | PLAIN, "订单.csv.gz"),
        Case("gzip-only-magic", b"\x1f\x8b", refused(), "订单.csv.gz"),
        Case("gzip-method-unknown", b"\x1f\x8b\x07" + whole[3:], refused(), "订单.csv.gz"),
        Case("gzip-of-gzip", gzipped(whole), refused() | PLAIN, "订单.csv.gz.gz"),
        Case("gzip-fifty-deep", nested, refused(), "订单.csv.gz"),
        Case("gzip-of-a-workbook", gzipped(good_workbook()), refused() | PLAIN, "订单.xlsx.gz"),
        Case("gzip-of-a-tar", gzipped(tar.getvalue()), refused(), "订单.tar.gz"),
        Case("gzip-bomb", bomb, refused(), "订单.csv.gz", bomb=True),
        Case("gzip-bomb-of-orders", csv_bomb, refused(), "订单.csv.gz", bomb=True),
        Case("tar", tar.getvalue(), refused(), "订单.tar"),
    ]


def _zips() -> list[Case]:
    inside = {"订单.csv": good()}

    def bomb(path: Path) -> None:
        path.write_bytes(archive({"订单.csv": b"0" * (300 * 2**20)}))

    def twins(path: Path) -> None:
        path.write_bytes(archive([("订单.csv", good()), ("订单.csv", good())]))

    deep = good()
    for _ in range(10):
        deep = archive({"x.zip": deep})
    flagged = bytearray(archive(inside))
    flagged[6] |= 1
    flagged[flagged.rfind(b"PK\x01\x02") + 8] |= 1
    return [
        # 平台常把导出打成 zip：读里面那一份也好，请她先解开也好
        Case("zip-of-one-csv", archive(inside), PLAIN | refused("压缩", "解压", "解开"), "订单.zip"),
        Case("zip-called-csv", archive(inside), PLAIN | refused("压缩", "解压", "解开")),
        Case("zip-called-xlsx", archive(inside), PLAIN | refused(), "订单.xlsx"),
        Case("zip-of-two-csv", archive({"a.csv": good(), "b.csv": good()}), stopped(), "订单.zip"),
        Case("zip-encrypted", bytes(flagged), refused(), "订单.zip"),
        Case("zip-slip", archive({"../../pwned": good()}), refused(), "订单.zip"),
        Case("zip-absolute", archive({"/tmp/lifecycle_lab_pwned.csv": good()}), refused(), "订单.zip"),
        Case("zip-drive", archive({"C:\\pwned.csv": good()}), refused(), "订单.zip"),
        Case("zip-twins", twins, refused(), "订单.zip"),
        Case("zip-ten-deep", deep, refused(), "订单.zip"),
        Case("zip-bomb", bomb, refused(), "订单.zip", bomb=True),
        Case("zip-truncated", archive(inside)[:-20], refused(), "订单.zip"),
        Case("zip-only-magic", b"PK\x03\x04", refused(), "订单.zip"),
        Case("zip-after-csv", good() + archive(inside), refused(), "订单.csv"),
    ]


def _other_kinds() -> list[Case]:
    samples = {
        "bz2": bz2.compress(good()),
        "xz": lzma.compress(good()),
        "7z": b"7z\xbc\xaf\x27\x1c" + b"\x00" * 100,
        "rar": b"Rar!\x1a\x07\x01\x00" + b"\x00" * 100,
        "zst": b"\x28\xb5\x2f\xfd" + b"\x00" * 100,
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        "png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 100,
        "exe": b"MZ\x90\x00\x03" + b"\x00" * 200,
        "html": "<!DOCTYPE html><html><body>请先登录</body></html>".encode(),
        "json": b'{"orders": [{"id": 1}]}',
        "xml": b"<?xml version='1.0'?><orders><o id='1'/></orders>",
        "sql": b"INSERT INTO orders VALUES (1, 2, 3);\n",
        "ipynb": b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "py": b"import os\nos.system('touch pwned')\n",
    }
    return [Case(f"kind-{kind}", data, stopped(), f"订单.{kind}") for kind, data in samples.items()]


def _paths() -> list[Case]:
    def pipe(path: Path) -> None:
        os.mkfifo(path)

    def device(path: Path) -> None:
        path.symlink_to("/dev/zero")

    def loop(path: Path) -> None:
        path.symlink_to(path)

    def dangling(path: Path) -> None:
        path.symlink_to(path.with_name("没有这个文件"))

    def link(path: Path) -> None:
        path.with_name("真的.csv").write_bytes(good())
        path.symlink_to("真的.csv")

    return [
        Case("missing-file", lambda path: None, refused("找不到", "没有"), "没有.csv"),
        Case("named-pipe", pipe, refused(), bomb=True),
        Case("endless-device", device, refused(), bomb=True),
        Case("link-loop", loop, refused()),
        Case("dangling-link", dangling, refused()),
        Case("link-to-a-good-file", link, PLAIN),
    ]


def cases() -> list[Case]:
    return [*_pickles(), *_gzip(), *_zips(), *_other_kinds(), *_paths()]
