"""一台电脑上的一份答案：几个测试文件共用，打开同一份手算过的题本。"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from golden.sheets import assignment

from lifecycle_lab.answers import AnswersFile
from lifecycle_lab.exercises.forms import KNOWN_TABLES
from lifecycle_lab.exercises.sheet import Sheet


class Desk:
    """sheet(练习, 窗口) 打开一张表；kind 是 Sheet 或它的一种样子。"""

    def __init__(self, folder, source="survey", kind=Sheet):
        self.given, self.path, self.kind = assignment(source), folder / "answers.json", kind

    def file(self, window="一"):
        return AnswersFile(
            self.path,
            new=self.given.blank_answers(),
            session=window,
            now=lambda: datetime(2026, 11, 21, tzinfo=UTC),
            known_tables=KNOWN_TABLES,
        )

    def sheet(self, exercise, window="一"):
        return self.kind(exercise, self.given, self.file(window))

    @property
    def saved(self):
        return json.loads(self.path.read_text(encoding="utf-8"))
