"""案例是一张没有回头路的图：每一步几个选择，每个选择有后果，走到没有选择的一步就是结局(C9、C11)。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lifecycle_lab.schema import ContentError, ParameterError, quote

Graph = Mapping[str, Mapping[str, str]]
"""步 → （选择 → 下一步）；结局没有选择。第一步是第一个键。"""


def walk(graph: Graph, choices: Sequence[str]) -> list[str]:
    """照 choices 走，经过的各步（含第一步）；没有这个选择、已经到头 → ParameterError。"""
    steps = [next(iter(graph))]
    for choice in choices:
        options = graph[steps[-1]]
        if choice not in options:
            raise ParameterError(
                f"这一步没有选择 {quote(choice)}。",
                remedy=f"可选的：{'、'.join(options)}。" if options else "这里已经是结局，从头再来一遍。",
            )
        steps.append(options[choice])
    return steps


def every_path(graph: Graph) -> list[tuple[str, ...]]:
    """从第一步到每一个结局的全部选法，按选择的先后；有圈、有走不到的步 → ContentError。"""
    found, seen = [], set()
    waiting: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [(next(iter(graph)), (), ())]
    while waiting:
        step, chosen, passed = waiting.pop()
        if step in passed:
            raise ContentError(f"案例走到 {quote(step)} 会绕回来。", remedy="每条路都要走得到结局。")
        if step not in graph:
            raise ContentError(f"案例里没有 {quote(step)} 这一步。", remedy="补上它，或改掉指向它的选择。")
        seen.add(step)
        options = list(graph[step].items())
        waiting += [(target, (*chosen, name), (*passed, step)) for name, target in reversed(options)]
        found += [] if options else [chosen]
    if unseen := [step for step in graph if step not in seen]:
        raise ContentError(f"走不到 {quote(unseen[0])} 这一步。", remedy="让某个选择指向它，或把它删去。")
    return found
