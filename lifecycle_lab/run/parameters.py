"""交给笔记本的参数：名字与类型都在清单上，不在的在启动内核之前就拒绝。

papermill 把参数名原样写进代码格，名字里带换行就能夹带程序；所以名字只认清单。
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from lifecycle_lab.schema import ParameterError, quote

# 每课同样的六个参数（design §4），全是文字，空文字用默认值
NAMES = ("student_id", "source", "as_of", "variant_file", "answers_file", "out_dir")

# 分析师的 90：没有学号与答案，多出读订单与口径的几个
REPORT_NAMES = (
    *("source", "as_of", "mapping", "profile", "convention", "centre", "compare_to", "key_file", "out_dir"),
)

# 教师的 91：名单与交来的东西
GRADING_NAMES = ("roster", "submissions", "source", "as_of", "out_dir")
_KNOWN = tuple(dict.fromkeys((*NAMES, *REPORT_NAMES, *GRADING_NAMES)))

MAX_LENGTH = 1_000


def checked(parameters: Mapping[object, object]) -> dict[str, str]:
    """名字在清单上、值是不带控制符的文字；否则 → ParameterError。"""
    for name, value in parameters.items():
        if not isinstance(name, str) or name not in _KNOWN:
            raise ParameterError(
                f"不认识的参数 {quote(name)}。",
                why="参数名只认清单上的。",
                remedy=f"可用的：{'、'.join(_KNOWN)}。",
            )
        if not isinstance(value, str):
            raise ParameterError(
                f"参数 {name} 的值要是文字，收到的是 {quote(repr(value))}。",
                why="数字会丢掉开头的 0。",
                remedy=f'写成 {name} = "…"。',
            )
        if len(value) > MAX_LENGTH or any(map(_hidden, value)):
            raise ParameterError(
                f"参数 {name} 的值 {quote(value)} 太长，或含有看不见的字符。",
                where=f"参数 {name}",
                why=f"最多 {MAX_LENGTH} 个字；控制符与换行会改变注入的代码格的样子。",
                remedy="把文件夹或文件改成短一些、不带特殊字符的名字，再试。",
            )
    return {str(name): str(value) for name, value in parameters.items()}


def _hidden(char: str) -> bool:
    """控制、格式、代理等看不见的字符与分行符；全角空格（U+3000）是中文路径里常见的，放行。"""
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp")


def literal_path(path: Path) -> str:
    """papermill 把路径当格式串（{student_id} 会被换掉）；加倍花括号，路径才是它自己。"""
    return str(path).replace("{", "{{").replace("}", "}}")


def require_declared(notebook: Path, parameters: Mapping[str, str]) -> None:
    """笔记本的参数格里没有声明的名字 → ParameterError（papermill 自己只警告，照样当作成功）。"""
    from papermill import inspect_notebook

    declared = inspect_notebook(literal_path(notebook))
    if missing := [name for name in parameters if name not in declared]:
        raise ParameterError(
            f"{notebook.name} 的参数格里没有 {quote(missing[0])}。",
            remedy="在带 parameters 标签的那一格里写上它，和别的课一样。",
        )


def keep_chinese() -> None:
    """注入的参数格里汉字还是汉字（papermill 原来写成 \\u5f20…）；装几次都一样。"""
    from papermill.translators import PythonTranslator, papermill_translators

    class ChinesePythonTranslator(PythonTranslator):
        @classmethod
        def translate_str(cls, val: str) -> str:
            return json.dumps(val, ensure_ascii=False)

    papermill_translators.register("python", ChinesePythonTranslator)
