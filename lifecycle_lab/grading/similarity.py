"""文字相似：几个字一段，共同的段占全部的段多大一份（Jaccard）。纯函数。

题目里的话、例句、大家都写的套话先拿掉；拿掉以后太短的不比。一字不差的总能认出。
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise


@dataclass(frozen=True)
class Alike:
    """两位学生的文字相似到几分之几。"""

    first: str
    second: str
    share: Fraction


def plain(text: str) -> str:
    """只留字母、数字与汉字；全角半角、大小写不算不同。"""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def grams(text: str, size: int) -> frozenset[str]:
    """每 size 个字一段，不计先后。"""
    letters = plain(text)
    return frozenset(letters[i : i + size] for i in range(len(letters) - size + 1))


def jaccard(a: frozenset[str], b: frozenset[str]) -> Fraction:
    union = len(a | b)
    return Fraction(len(a & b), union) if union else Fraction(0)


def alike(
    texts: Mapping[str, str],
    *,
    size: int,
    least_chars: int,
    percent: int,
    common_percent: int,
    fewest_common: int,
    given: Sequence[str] = (),
) -> list[Alike]:
    """学生 → 文字；相似到 percent% 的每一对，从最像的起。given: 题目里的话，不算他们的。"""
    stock = frozenset[str]().union(*(grams(text, size) for text in given))
    long = {who: text for who, text in texts.items() if len(plain(text)) >= least_chars}
    kept = {who: grams(text, size) - stock for who, text in long.items()}
    people = Counter(gram for found in kept.values() for gram in found)
    most = max(fewest_common, len(kept) * common_percent // 100)
    own = {who: frozenset(g for g in found if people[g] <= most) for who, found in kept.items()}
    pairs = _same(long, stock, size) | _sharing(own, size)
    found = []
    for first, second in pairs:
        identical = plain(long[first]) == plain(long[second])
        share = Fraction(1) if identical else jaccard(own[first], own[second])
        if 100 * share >= percent:
            found.append(Alike(first, second, share))
    return sorted(found, key=lambda pair: (-pair.share, pair.first, pair.second))


def _same(texts: Mapping[str, str], stock: frozenset[str], size: int) -> set[tuple[str, str]]:
    """一字不差的，和他前面的一位；全是题目里的话的不算。"""
    groups: dict[str, list[str]] = defaultdict(list)
    for who in sorted(texts):
        if grams(texts[who], size) - stock:
            groups[plain(texts[who])].append(who)
    return {pair for people in groups.values() for pair in pairwise(people)}


def _sharing(own: Mapping[str, frozenset[str]], size: int) -> set[tuple[str, str]]:
    """共有足够多段的每一对：只有他们才可能相似；自己的段太少的不比。"""
    holders: dict[str, list[str]] = defaultdict(list)
    for who in sorted(own):
        if len(own[who]) >= 4 * size:
            for gram in own[who]:
                holders[gram].append(who)
    shared = Counter(pair for people in holders.values() for pair in combinations(people, 2))
    return {pair for pair, count in shared.items() if count >= 2 * size}
