"""笔记本里的错误说人话：我们的错误只显示那几行中文，别的错误先说怎么办，调用栈收起来。"""

from __future__ import annotations

import difflib
import re

from lifecycle_lab.schema import LabError

# 学生会用到的名字；打错一个字母或大小写，就提示是不是它
_NAMES = (
    "lab",
    "rfm",
    "open_lab",
    "student_id",
    "source",
    "as_of",
    "variant_file",
    "answers_file",
    "out_dir",
)
_WIDE = {
    "，": "英文逗号 ,",
    "：": "英文冒号 :",
    "（": "英文括号 (",
    "）": "英文括号 )",
    "“": '英文引号 "',
    "”": '英文引号 "',
    "‘": "英文引号 '",
    "’": "英文引号 '",
}
_ADVICE = {
    "IndentationError": "这一格的行首多了或少了空格：把行首的空格删去。",
    "ModuleNotFoundError": "环境没有装好：按 README 的步骤重新准备，再打开笔记本。",
    "KeyboardInterrupt": "这一格被停住了，没有坏：再运行一次就好。",
    "MemoryError": "内存不够：关掉别的笔记本，重启内核再试。",
    "AttributeError": "点后面的名字打错了：对照上一段的例子，大小写与下划线都要一样。",
    "TypeError": "括号里写的东西种类不对：对照上一段的例子，文字两边要有英文引号。",
}
_OTHER = "检查这一格里改过的地方；改回原样再运行。还不行，就重启内核，从头运行一遍，答案不会丢。"
# 先后有讲究：前面的说得更准
_SYNTAX = (
    (r"leading zeros", '学号两边加上英文引号，如 student_id = "0020230101"。'),
    (r"unicode error|unicodeescape", '路径里的 \\ 改成 /，如 "C:/Users/我/问卷.csv"。'),
    (r"invalid (?:non-printable )?character '([↑↓⬆⬇])'", '箭头要放在英文引号里，如 "↑"。'),
    (
        r"dictionary key|decimal literal|Perhaps you forgot a comma",
        "看看是不是少了逗号或引号；数里不要写千分位的逗号，如 1299.50。",
    ),
    (r"unterminated string", "引号没有配对：一段文字两边都要有英文引号。"),
)


def explain(kind: type[BaseException], error: BaseException) -> list[str]:
    """一个错误 → 给学生看的几行：出了什么事，怎么办。"""
    if isinstance(error, LabError):
        return error._render_traceback_()
    if isinstance(error, NameError):
        return _about_name(error)
    if isinstance(error, SyntaxError) and not isinstance(error, IndentationError):
        return ["⚠ 这一格的写法读不懂，还没有运行。", f"怎么办：{_about_syntax(error)}"]
    advice = _ADVICE.get(kind.__name__, _OTHER)
    return [f"⚠ 这一格没有跑通（{kind.__name__}：{error}）。", f"怎么办：{advice}"]


def _about_name(error: NameError) -> list[str]:
    name = error.name or "".join(re.findall(r"name '([^']+)'", str(error))[:1])
    if close := difflib.get_close_matches(name.lower(), _NAMES, 1, 0.8):
        same = close[0] == name
        what = "前面有一格还没有运行：从最上面起，按 Shift+Enter 一格一格运行到这里。"
        return [f"⚠ 还不认识 {name}。", f"怎么办：{what if same else f'是不是 {close[0]}？大小写也要一样。'}"]
    return [
        f"⚠ 还不认识 {name}。",
        f'怎么办：它是文字的话，两边加上英文引号，写成 "{name}"；它是前面某一格取的名字的话，先运行那一格。',
    ]


def _about_syntax(error: SyntaxError) -> str:
    said = str(error)
    if found := re.search(r"invalid character '(.)'", said):
        if found[1] in _WIDE:
            return f"这里用了中文标点「{found[1]}」，换成{_WIDE[found[1]]}（先切换到英文输入法）。"
        if found[1].isdigit():
            return f"数字「{found[1]}」是全角的，换成半角；学号两边还要加上英文引号。"
    for pattern, advice in _SYNTAX:
        if re.search(pattern, said):
            return advice
    return "括号、引号或逗号没有配对：对照上面的例子，看看这一格少了哪一个。"


def keep_calm() -> None:
    """在 IPython 里装上；别处什么也不做。装几次都一样。"""
    try:
        shell = get_ipython()  # type: ignore[name-defined]
    except NameError:
        return

    def quietly(shell, kind, error, trace, tb_offset=None):
        lines = explain(kind, error)
        shell._showtraceback(kind, error, lines)
        return lines

    def quiet_syntax_error(filename=None, running_compiled_code=False):
        import sys

        kind, error, _ = sys.exc_info()
        shell._showtraceback(kind, error, explain(kind, error))

    shell.set_custom_exc((Exception, KeyboardInterrupt), quietly)
    shell.showsyntaxerror = quiet_syntax_error
