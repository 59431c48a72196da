"""命令行自己说的话：用法说明与写错了的命令，都说中文（typer 自带的是英文，还会截断没有空格的长句）。"""

from __future__ import annotations

import re

import typer
from typer.core import TyperCommand, TyperGroup

from lifecycle_lab.export import display_width
from lifecycle_lab.schema import ParameterError, quote

UsageError = typer.BadParameter.__base__
"""写错了的命令；typer 的哪一版都从它那里认，不管它把 click 放在哪里。"""
_KINDS = {
    "MissingParameter": "少了 {name}。",
    "NoSuchOption": "没有 {name} 这个选项。",
    "BadParameter": "{name} 的值不合用。",
    "BadOptionUsage": "{name} 后面要写一个值。",
}


class _Command(TyperCommand):
    def get_help(self, ctx) -> str:
        return help_text(ctx)


class _Group(TyperGroup):
    def get_help(self, ctx) -> str:
        return help_text(ctx)


class App(typer.Typer):
    """一组命令；每一条的说明都用这里的写法。"""

    def __init__(self, said: str) -> None:
        super().__init__(
            cls=_Group, help=said, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
        )

    def command(self, name: str | None = None, **settings):
        return super().command(name, cls=_Command, **settings)


def help_text(ctx) -> str:
    """一条命令（或一组命令）的说明。"""
    command = ctx.command
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [(_name(p), _said(p)) for p in command.params if p not in arguments]
    options.append(("--help", "显示这一页。"))
    commands = [(name, one.help.split("\n")[0]) for name, one in getattr(command, "commands", {}).items()]
    usage = [ctx.command_path, *map(_name, arguments), "命令 …" if commands else "[选项]"]
    blocks = [
        f"用法：{' '.join(usage)}",
        command.help or "",
        _columns("要写的：", [(_name(p), _said(p)) for p in arguments]),
        _columns("命令：", commands),
        _columns("选项：", options),
    ]
    return "\n\n".join(filter(None, blocks))


def _name(parameter) -> str:
    if parameter.param_type_name == "argument":
        return parameter.metavar or parameter.name
    return "、".join(parameter.opts)


def _said(parameter) -> str:
    default = parameter.default
    if parameter.required and parameter.param_type_name != "argument":
        return f"{parameter.help}（一定要写）"
    shown = default not in (None, "", False, ()) and not callable(default)
    return f"{parameter.help or ''}（不写是 {default}）" if shown else parameter.help or ""


def _columns(title: str, rows: list[tuple[str, str]]) -> str:
    """两栏，按看上去的宽度对齐；长句不截断，由终端自己折行。"""
    width = max((display_width(name) for name, _ in rows), default=0) + 2
    lines = (f"  {name}{' ' * (width - display_width(name))}{said}" for name, said in rows)
    return "\n".join((title, *lines)) if rows else ""


def in_chinese(error) -> ParameterError:
    """写错了的命令 → 我们自己的一句话：错在哪里，到哪里看写法。"""
    path = error.ctx.command_path if error.ctx else "lifecycle-lab"
    parameter = getattr(error, "param", None)
    return ParameterError(
        _what(error, _name(parameter) if parameter else getattr(error, "option_name", "")),
        where=path,
        why=f"它是：{parameter.help}。" if parameter and parameter.help else "",
        remedy=f"{path} --help 列出每一项怎样写；README 里有整条的例子。",
    )


def _what(error, name: str) -> str:
    """错在哪里；写错的那个词从英文的一句里取出来（引号或括号里的）。"""
    found = re.search(r"'([^']+)'|\(([^)]+)\)\W*$", error.message or "")
    word = quote(found[1] or found[2]) if found else ""
    known = _KINDS.get(type(error).__name__) if name else None
    return known.format(name=name) if known else f"命令没有写对：不认识 {word}。"
