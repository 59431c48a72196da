"""older 文件夹：旧版本 `X.rN.json` 与冲突里落选的 `X.conflict-rN.json`。

先后只看修订号，不看钟；时刻只用来判断“隔了十分钟没有”。最多留五个旧版本，
它们属于以前的会话或相隔十分钟，不会是最后几下点击；落选的一份从不清理。
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lifecycle_lab.answers import disk
from lifecycle_lab.answers.document import MAX_BYTES, Answers
from lifecycle_lab.answers.places import Place
from lifecycle_lab.schema import AnswerFileError

KEPT_VERSIONS = 5
KEEP_EVERY = timedelta(minutes=10)


class Versions:
    """一份答案的旧版本。

    place: 答案文件的位置。trusted: （字节，文件名） → 查过的 Answers，不可用 → AnswerFileError。
    """

    def __init__(self, place: Place, trusted: Callable[[bytes, str], Answers]) -> None:
        self._place, self._trusted = place, trusted
        self._moments: dict[str, datetime | None] = {}

    def all(self) -> list[tuple[int, str]]:
        """（修订号，文件名），新的在前。

        号最多 14 位：改名改出来的更大的号不算，从它接着数，十五位的上限很快就用完。
        """
        found = self._matching(r"\.r(\d{1,14})\.json")
        return sorted(((int(match[1]), match[0]) for match in found), reverse=True)

    def newest_usable(self) -> Answers | None:
        """最新的、读得回来的一份。"""
        return next((answers for _, name in self.all() if (answers := self._read(name))), None)

    def spaced(self, replaced: Answers, began: datetime | None) -> bool:
        """离最新的旧版本（没有就离本次会话第一次保存）隔了十分钟；钟拨回去也算隔了。"""
        versions = self.all()
        reference = self._moment(versions[0][1]) if versions else began
        own = moment(replaced)
        return bool(reference and own) and abs(own - reference) >= KEEP_EVERY

    def keep(self, revision: int, data: bytes) -> None:
        """留下一份（原样字节），再清到五份。"""
        self._write(f"{self._place.stem}.r{revision}.json", data)
        for _, name in self.all()[KEPT_VERSIONS:]:
            disk.remove(self._path(name))

    def keep_losing(self, losing: Answers, data: bytes) -> str:
        """存下冲突里落选的一份，返回文件名；同样的内容只存一次。"""
        taken = [match[0] for match in self._matching(rf"\.conflict-r{losing.revision}(-\d{{1,6}})?\.json")]
        for name in taken:
            if (kept := self._read(name)) and kept.sha256 == losing.sha256:
                return name
        suffix = f"-{len(taken) + 1}" if taken else ""
        name = f"{self._place.stem}.conflict-r{losing.revision}{suffix}.json"
        self._write(name, data)
        return name

    def _matching(self, ending: str) -> list[re.Match[str]]:
        pattern = re.compile(re.escape(self._place.stem) + ending)
        found = (pattern.fullmatch(name) for name in disk.names(self._place.older))
        return [match for match in found if match]

    def _moment(self, name: str) -> datetime | None:
        """一个旧版本的存盘时刻；只记最新的一个，免得每次保存都读一遍。"""
        if name not in self._moments:
            version = self._read(name)
            self._moments = {name: version and moment(version)}
        return self._moments[name]

    def _read(self, name: str) -> Answers | None:
        """一个文件；坏的、别人的 → None；磁盘读不动 → AnswerFileError。"""
        data = disk.read(self._path(name), MAX_BYTES + 1)
        try:
            return self._trusted(data or b"", name)
        except AnswerFileError:
            return None

    def _write(self, name: str, data: bytes) -> None:
        disk.make_folder(self._place.older)
        disk.write(self._path(name), data, self._place.temporary())

    def _path(self, name: str) -> str:
        return os.path.join(self._place.older, name)


def moment(answers: Answers) -> datetime | None:
    """存盘时刻；没写时区的按 UTC；没存过 → None。"""
    if not answers.saved_at:
        return None
    found = datetime.fromisoformat(answers.saved_at)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
