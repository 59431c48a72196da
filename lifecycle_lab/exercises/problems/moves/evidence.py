"""八条证据：说的是哪种状态的客户，说明哪个因素；每位学生抽到另外八条。"""

from __future__ import annotations

from lifecycle_lab.content.transitions import FACTOR_COUNTS, Evidence, transitions
from lifecycle_lab.exercises.problems.shapes import Ask, Problem
from lifecycle_lab.tables import Cell
from lifecycle_lab.variants import Numbers

_EACH = 2  # 每种状态几条


def evidence_factor(numbers: Numbers) -> Problem:
    """每条证据：哪种状态，哪个因素。"""
    content = transitions()
    rows = {f"证据{i}": one for i, one in zip("一二三四五六七八", drawn_evidence(numbers), strict=True)}
    states = {name: content.states[name].label for name in FACTOR_COUNTS}
    factors = {name: one.label for name, one in content.factors.items()}
    right: dict[Cell, object] = {}
    fields: dict[Cell, dict[str, object]] = {}
    for row, one in rows.items():
        state = states[content.factors[one.factor].state]
        right |= {(row, "state"): state, (row, "factor"): factors[one.factor]}
        words = {
            "state": state,
            "factor": factors[one.factor],
            "measure": content.factors[one.factor].measure.text,
        }
        fields |= {(row, "state"): words, (row, "factor"): words}
    return Problem(
        tuple(rows),
        {(row, "text"): one.text for row, one in rows.items()},
        {
            "state": Ask("choice", choices=tuple(states.values())),
            "factor": Ask("choice", choices=tuple(factors.values())),
        },
        right,
        fields,
        {"neighbouring_factor": {(row, "factor"): factors[one.confused] for row, one in rows.items()}},
    )


def drawn_evidence(numbers: Numbers) -> list[Evidence]:
    """四种状态各两个因素，每个因素一条，先后打乱。"""
    content = transitions()
    found = []
    for state in FACTOR_COUNTS:
        names = [name for name, one in content.factors.items() if one.state == state]
        for name in numbers.shuffled(f"factor|{state}", names)[:_EACH]:
            texts = [one for one in content.evidence if one.factor == name]
            found.append(numbers.choice(f"text|{name}", texts))
    return numbers.shuffled("order", found)
