"""笔记本里的错误说人话：我们的错误只显示那几行中文，别的错误先说怎么办，调用栈收起来。"""

from __future__ import annotations

from lifecycle_lab.schema import LabError

_ADVICE = {
    "NameError": "前面有一格还没有运行：从最上面起，按 Shift+Enter 一格一格运行到这里。",
    "SyntaxError": "括号、引号或逗号没有配对：对照上面的例子，看看这一格少了哪一个。",
    "IndentationError": "这一格的行首多了或少了空格：把行首的空格删去。",
    "ModuleNotFoundError": "环境没有装好：按 README 的步骤重新准备，再打开笔记本。",
    "KeyboardInterrupt": "这一格被停住了，没有坏：再运行一次就好。",
    "MemoryError": "内存不够：关掉别的笔记本，重启内核再试。",
}
_OTHER = "检查这一格里改过的地方；改回原样再运行。还不行，就重启内核，从头运行一遍，答案不会丢。"


def explain(kind: type[BaseException], error: BaseException) -> list[str]:
    """一个错误 → 给学生看的几行。"""
    if isinstance(error, LabError):
        return error._render_traceback_()
    name = kind.__name__
    return [
        f"⚠ 这一格没有跑通（{name}：{error}）。",
        f"怎么办：{_ADVICE.get(name, _OTHER)}",
        "要看完整的调用栈，运行 %tb。",
    ]


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
