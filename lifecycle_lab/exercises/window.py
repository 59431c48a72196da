"""一个窗口看到的一份答案：读、改、把答案文件要说的话记下来。"""

from __future__ import annotations

from collections.abc import Callable

from lifecycle_lab.answers import Answers, AnswersFile


class Window:
    """seen 记着这个窗口最后看到的内容：别的窗口改了同一处，存的时候就会说出来。"""

    def __init__(self, file: AnswersFile) -> None:
        self.file = file
        self._news: list[str] = []
        self.seen: Answers = self._read()

    def _read(self) -> Answers:
        answers = self.file.read()
        self._hear()
        return answers

    def _update(self, edit: Callable[[Answers], Answers]) -> Answers:
        answers = self.file.update(edit)
        self._hear()
        return answers

    def _hear(self) -> None:
        """答案文件要告诉学生的话记下来：下一次读写会换掉它，而坏了一次文件只说一次。"""
        lines = self.file.notice.split("\n")
        self._news += [line for line in lines if line and line not in self._news]

    def _notice(self) -> list[str]:
        news, self._news = self._news, []
        return news
