"""各种控件共用的底子：内核这一边。

页面的样子是一份纯数据 `page`，由内核写、浏览器画；浏览器只发来“动词 + 内容”，
每条消息都有回执（ticket）：收到回执才算存好。网页程序不用打包：共用的一段接上各自的一段。
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import anywidget
import traitlets

from lifecycle_lab.schema import LabError

_HERE = Path(__file__).parent
VIEW_MIME = "application/vnd.jupyter.widget-view+json"
Verb = Callable[[dict], str | None]
# 内核在跑别的格时，网页的消息由另一个线程处理（subshell）：一次只做一件，表的样子才不会写一半
_ONE_AT_A_TIME = threading.RLock()


def script(name: str) -> str:
    """一个控件的网页程序：shared.js 在前，自己的在后。"""
    return "\n".join((_HERE / part).read_text(encoding="utf-8") for part in ("shared.js", name))


STYLE = (_HERE / "screen.css").read_text(encoding="utf-8")


class Screen(anywidget.AnyWidget):
    """浏览器里的一块。

    draw: 现在该显示的 page（能写成 JSON 的字典）。
    verbs: 动词 → 处理它的函数，收到消息里的内容（字典），返回要说的一句话或 None。
    处理时出的错不抛给内核：我们的错误原样说给学生，别的错误说怎么办；答案没有存上就不回“好”。
    """

    page = traitlets.Dict().tag(sync=True)
    _css = STYLE

    def __init__(self, draw: Callable[[], dict], verbs: Mapping[str, Verb]) -> None:
        self._draw, self._verbs = draw, verbs
        super().__init__(page=draw())
        self.on_msg(self._hear)

    def redraw(self) -> None:
        """页面变了才发送。"""
        self.page = self._draw()

    def _hear(self, _: object, message: object, __: object = None) -> None:
        """消息来自网页，当作外来的数据：认不出的不做，也不出错。"""
        if not isinstance(message, dict) or message.get("verb") not in self._verbs:
            return
        with _ONE_AT_A_TIME:
            said, kept = self._carry_out(self._verbs[message["verb"]], message)
            self.redraw()
        self.send({"ticket": message.get("ticket"), "kept": kept, "said": said})

    def _carry_out(self, verb: Verb, message: dict) -> tuple[str, bool]:
        """（要说的话，做成了没有）。"""
        try:
            return verb(message) or "", True
        except LabError as error:
            return str(error), False
        except Exception as error:
            return (
                f"没有做成（{type(error).__name__}：{error}）。刚才填的还在这一页上；重新运行这一格再试。",
                False,
            )


def bundle(screen: Screen, html: str, text: str) -> dict[str, object]:
    """显示用的一束：有内核的地方是控件，没有的地方（网页导出、papermill）是静态的表与文字。"""
    view = {"version_major": 2, "version_minor": 0, "model_id": screen.model_id}
    return {"text/plain": text, "text/html": html, VIEW_MIME: view}
