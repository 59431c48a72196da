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
    return _pieces(plain(text), size)


def _pieces(letters: str, size: int) -> frozenset[str]:
    return frozenset(letters[i : i + size] for i in range(len(letters) - size + 1))


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
    whole = {who: plain(text) for who, text in texts.items()}
    letters = {who: text for who, text in whole.items() if len(text) >= least_chars}
    kept = {who: _pieces(text, size) - stock for who, text in letters.items()}
    people = Counter(gram for found in kept.values() for gram in found)
    most = max(fewest_common, len(kept) * common_percent // 100)
    own = {who: frozenset(g for g in found if people[g] <= most) for who, found in kept.items()}
    found = dict.fromkeys(_same({who: text for who, text in letters.items() if kept[who]}), Fraction(1))
    for (first, second), both in _shared(own, size).items():
        share = Fraction(both, len(own[first]) + len(own[second]) - both)
        if 100 * share >= percent:
            found.setdefault((first, second), share)
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Alike(*pair, share) for pair, share in ranked]


def _same(letters: Mapping[str, str]) -> set[tuple[str, str]]:
    """一字不差的，和他前面的一位。"""
    groups: dict[str, list[str]] = defaultdict(list)
    for who in sorted(letters):
        groups[letters[who]].append(who)
    return {pair for people in groups.values() for pair in pairwise(people)}


def _shared(own: Mapping[str, frozenset[str]], size: int) -> dict[tuple[str, str], int]:
    """共有几段：只列有共同段的每一对；自己的段太少的不比。"""
    holders: dict[str, list[str]] = defaultdict(list)
    for who in sorted(own):
        if len(own[who]) >= 4 * size:
            for gram in own[who]:
                holders[gram].append(who)
    return Counter(pair for people in holders.values() for pair in combinations(people, 2))
