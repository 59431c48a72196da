"""编号换成代号：带密钥的散列。没有密钥，连把全部手机号试一遍也认不出是谁；密钥从不写进报告的文件夹。"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

from lifecycle_lab.reading import read_bytes
from lifecycle_lab.schema import ParameterError, quote

_LEAST_BYTES, _MOST_BYTES = 16, 4096
_DIGITS = 20  # 80 位：一千万个客户里有两个撞上的机会不到百亿分之一


def read_key(path: Path, out: Path) -> bytes:
    """密钥文件的内容；太短，或放在要交出去的文件夹里 → ParameterError。"""
    where = f"密钥文件 {quote(path, 200)}"
    if path.resolve().is_relative_to(out.resolve()):
        raise ParameterError(
            "密钥文件在报告的文件夹里。",
            where=where,
            why="报告连着密钥一起交出去，代号就等于没换。",
            remedy="把密钥文件移到别处，或换一个 --out。",
        )
    key = read_bytes(path, _MOST_BYTES).strip()
    if len(key) < _LEAST_BYTES:
        raise ParameterError(
            f"密钥太短：{len(key)} 字节。",
            where=where,
            why="短的密钥可以一个一个试出来。",
            remedy=f'至少 {_LEAST_BYTES} 字节；例如 python -c "import secrets; print(secrets.token_hex(32))" > 密钥文件。',
        )
    return key


def pseudonyms(key: bytes) -> Callable[[str], str]:
    """编号 → 代号；同一把密钥总是同一个。"""

    def pseudonym(customer_id: str) -> str:
        return (
            "客"
            + hmac.new(key, customer_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[
                :_DIGITS
            ]
        )

    return pseudonym
