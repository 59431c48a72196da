"""答案文件：每改一处就存一次，存完才返回；掉电、两个窗口、坏文件都不丢答案。

一份答案一个文件 `X.json`；旁边的 `X.lock` 只管排队；`older/` 里是旧版本（见 versions）；
损坏的文件抄成 `X.damaged-N.json`，从不丢掉。没有哪一刻盘上没有可读的一份。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lifecycle_lab.answers import disk
from lifecycle_lab.answers.document import MAX_BYTES, Answers, encode
from lifecycle_lab.answers.output import write_file
from lifecycle_lab.answers.parsing import ForeignAnswers, parse
from lifecycle_lab.answers.places import Place
from lifecycle_lab.answers.versions import Versions, moment
from lifecycle_lab.schema import AnswerConflict, AnswerFileError, quote

_SYNC_COPY = re.compile("冲突|conflict", re.IGNORECASE)


@dataclass(frozen=True)
class _Found:
    """盘上找到的：answers 是能用的一份，data 是文件的原样字节（None = 没有文件）。"""

    answers: Answers
    data: bytes | None
    damaged: bool = False


class AnswersFile:
    """一位学生的答案文件。

    path: 文件位置（文件夹可以还不存在）。new: 空白的一份，带着身份、题本与数据指纹。
    session: 这次打开的代号，每个内核一个。now: 时刻的来源，只用来盖时间戳。
    known_tables: 本课有的表名（None 不查）。lock_timeout: 等锁的秒数。
    notice: 最近一次读写要告诉学生的话，"" = 没有。
    listeners: 每次存好以后叫一遍，收到刚存下的一份；同一内核里的几张表靠它互相看见。
    """

    def __init__(
        self,
        path: Path | str,
        *,
        new: Answers,
        session: str,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        known_tables: Collection[str] | None = None,
        lock_timeout: float = 10.0,
    ) -> None:
        self._place = Place.of_answers(path)
        self._versions = Versions(self._place, self._mine)
        self._new, self._session, self._now = new, session, now
        self._known_tables, self._lock_timeout = known_tables, lock_timeout
        self._kept_earlier_session = False
        self._began: datetime | None = None
        self._newest = 0
        self.notice = ""
        self.listeners: list[Callable[[Answers], object]] = []

    @property
    def path(self) -> Path:
        return Path(self._place.path)

    def read(self) -> Answers:
        """盘上最新的一份。没有文件 → 空白；损坏 → 最新的可用旧版本，坏的另存（见 notice）。

        别人的文件、更新的格式、不认识的表、读不动 → AnswerFileError，文件不动。
        """
        return self._read().answers

    def update(self, edit: Callable[[Answers], Answers]) -> Answers:
        """拿着锁：读最新 → edit → 修订号加一 → 写新、落盘、改名；返回时已在盘上。

        edit: 纯函数，最新的一份进，改好的一份出；它抛的错原样抛出，文件不动。
        AnswerConflict 时落选的一份存进 older。写不进去，或文件是另一份题本、另一份数据的
        → AnswerFileError，原来的字节还在。
        """
        self.notice = ""
        disk.require_file(self._place.path)
        disk.make_folder(self._place.folder)
        with disk.locked(self._place.lock, self._lock_timeout):
            self._sweep()
            found = self._find()
            self._require_same_basis(found)
            if found.damaged:
                self._set_aside(found.data)
            changed = self._edited(edit, found.answers)
            data = self._checked(changed)
            self._keep_replaced(found)
            disk.write(self._place.path, data, self._place.temporary())
        self._say_differences(found)
        self._began = self._began or moment(changed)
        self._newest = changed.revision
        for listener in self.listeners:
            listener(changed)
        return changed

    def copy_to(self, path: Path | str) -> Path:
        """把答案文件原样抄到 path（要交的那一份），返回抄到的地方；path 就是答案文件时什么也不做。"""
        target = Place.of(path)
        if not target.is_same(self._place):
            data = disk.read(self._place.path, MAX_BYTES + 1)
            if data is None:
                where = quote(self._place.path, 200)
                raise AnswerFileError("还没有答案，没有可抄的。", where=where, remedy="先填一格。")
            write_file(target.path, data, "答案文件的抄本")
        return Path(target.path)

    def receipt(self) -> str:
        """回执：盘上这一份的指纹前 12 位，与评分那边算的相同；还没有文件 → AnswerFileError。"""
        found = self._read()
        if found.data is None:
            where = quote(self._place.path, 200)
            raise AnswerFileError("还没有答案，没有回执。", where=where, remedy="先填一格。")
        return found.answers.sha256[:12]

    def _read(self) -> _Found:
        self.notice = ""
        found = self._find()
        if found.damaged:
            self._rescue(found.data)
        self._say_differences(found)
        self._newest = max(self._newest, found.answers.revision)
        return found

    def _find(self) -> _Found:
        data = disk.read(self._place.path, MAX_BYTES + 1)
        if data is None:
            return self._start_over()
        try:
            answers = parse(data, self._place.name, known_tables=self._known_tables)
        except ForeignAnswers:
            raise
        except AnswerFileError as error:
            return self._fall_back(data, error)
        self._check_identity(answers)
        return _Found(answers, data)

    def _start_over(self) -> _Found:
        """没有文件：从空白开始；以前的版本还在就说一声，修订号接着数。"""
        if versions := self._versions.all():
            self._say(
                f"答案文件不见了，从空白开始；older 文件夹里还有以前的版本，最新的是 {versions[0][1]}。"
            )
        return _Found(self._numbered(self._new), None)

    def _fall_back(self, data: bytes, error: AnswerFileError) -> _Found:
        """坏文件 → 最新的可用旧版本；一个也没有 → 空白。坏的由调用者另存。"""
        older = self._versions.newest_usable()
        now_used = f"旧版本（第 {older.revision} 版），之后填的请补上" if older else "空白的一份"
        self._say(f"答案文件坏了（{error.what}），现在用的是{now_used}。")
        return _Found(self._numbered(older or self._new), data, damaged=True)

    def _numbered(self, answers: Answers) -> Answers:
        """修订号不回头：旧版本里有更大的号，就从它接着数，名字才不会相撞。"""
        taken = [revision for revision, _ in self._versions.all()]
        return replace(answers, revision=max([answers.revision, *taken]))

    def _rescue(self, data: bytes) -> None:
        """读到坏文件：拿锁另存；存不了（例如只读的文件夹）也不妨碍读。"""
        try:
            with disk.locked(self._place.lock, self._lock_timeout):
                self._set_aside(data)
        except AnswerFileError as error:
            self._say(f"坏文件没能另存（{error.why}）；它还在原处，没有动。")

    def _set_aside(self, data: bytes) -> None:
        """坏文件抄成 X.damaged-N.json；同样的字节只抄一次。"""
        stem = self._place.stem
        pattern = re.compile(re.escape(stem) + r"\.damaged-(\d{1,6})\.json")
        matches = [match for name in disk.names(self._place.folder) if (match := pattern.fullmatch(name))]
        for match in matches:
            if disk.read(self._place.beside(match[0]), MAX_BYTES + 1) == data:
                return self._say(f"坏文件的原样在 {match[0]}。")
        name = f"{stem}.damaged-{max((int(match[1]) for match in matches), default=0) + 1}.json"
        disk.write(self._place.beside(name), data, self._place.temporary())
        return self._say(f"坏文件另存为 {name}，没有丢。")

    def _edited(self, edit: Callable[[Answers], Answers], fresh: Answers) -> Answers:
        try:
            edited = edit(fresh)
        except AnswerConflict as conflict:
            self._keep_losing(conflict, fresh.revision)
            raise
        self._check_identity(edited)
        return self._stamped(edited, max(fresh.revision, self._newest) + 1)

    def _stamped(self, answers: Answers, revision: int) -> Answers:
        saved_at = self._now().isoformat(timespec="seconds")
        return replace(answers, revision=revision, session=self._session, saved_at=saved_at, ignored_keys=())

    def _checked(self, answers: Answers) -> bytes:
        """写之前先读一遍：读不回来的（太长、控制符、不认识的表）不许写。"""
        data = encode(answers)
        try:
            again = parse(data, self._place.name, known_tables=self._known_tables)
        except AnswerFileError as error:
            error.what = f"没有存上：{error.what}"
            raise
        if again != answers:
            where = quote(self._place.name, 80)
            raise AnswerFileError(
                "没有存上：有这种文件放不下的内容。", where=where, remedy="改掉刚才填的再试。"
            )
        return data

    def _keep_losing(self, conflict: AnswerConflict, revision: int) -> None:
        """冲突里落选的整份存进 older；文件名记在 conflict.kept_as，并写进怎么办。"""
        if not isinstance(conflict.losing, Answers):
            return
        try:
            losing = self._stamped(conflict.losing, revision)
            conflict.kept_as = self._versions.keep_losing(losing, self._checked(losing))
            conflict.remedy += f"（这个窗口的一份存在 older/{conflict.kept_as}）"
        except AnswerFileError as error:
            conflict.remedy += f"（这个窗口的一份没能存下：{error.why or error.what}）"

    def _keep_replaced(self, found: _Found) -> None:
        """将被换掉的一份要不要留：以前会话的（每次会话一份）或隔了十分钟的。

        留不成不妨碍保存，只说一声：学生刚填的比旧版本要紧。
        """
        if found.data is None or found.damaged:
            return
        earlier = found.answers.session != self._session and not self._kept_earlier_session
        try:
            if earlier or self._versions.spaced(found.answers, self._began):
                self._versions.keep(found.answers.revision, found.data)
                self._kept_earlier_session |= earlier
        except AnswerFileError as error:
            self._say(f"旧版本没能留下（{error.why}）；不妨碍这一次保存。")

    def _sweep(self) -> None:
        """被杀死的进程留下的临时文件：锁在手里，就没有别人正在写，见到的都是垃圾。"""
        for name in disk.names(self._place.folder):
            if name.startswith(self._place.temporary_prefix) and name.endswith(".tmp"):
                disk.remove(self._place.beside(name))

    def _say_differences(self, found: _Found) -> None:
        answers, new = found.answers, self._new
        if answers.revision < self._newest:
            self._say("文件比这个窗口上次见到的旧：可能被网盘或别人换回去了，请核对刚才填的。")
        if answers.edited_outside:
            self._say("这份答案在工作簿之外改过（指纹不符）；照常能用，评分时会标出来。")
        if answers.ignored_keys:
            self._say(f"文件里有 {len(answers.ignored_keys)} 项不认识的内容，没有采用。")
        if answers.data_sha256 != new.data_sha256:
            self._say("这份答案是用另一份数据做的：换回那份数据，或移走答案文件重新开始。")
        if answers.basis[0] != new.basis[0]:
            self._say("这份答案的题本与现在的不同：向老师核对题本，或移走答案文件重新开始。")
        self._say_sync_copies()

    def _say_sync_copies(self) -> None:
        """网盘把两台电脑的答案存成了两份：提醒学生自己比较。"""
        try:
            beside = disk.names(self._place.folder)
        except AnswerFileError:
            return
        stem = self._place.stem
        rests = {name: name.replace(stem, "", 1) for name in beside if stem in name}
        if copies := [name for name, rest in rests.items() if _SYNC_COPY.search(rest)]:
            self._say(f"旁边有网盘的冲突副本 {quote(copies[0], 80)}：比较两份，把缺的补进来，再删掉副本。")

    def _say(self, sentence: str) -> None:
        self.notice = "\n".join(filter(None, [self.notice, sentence]))

    def _mine(self, data: bytes, name: str) -> Answers:
        """查过格式也查过身份的一份；否则 → AnswerFileError。"""
        answers = parse(data, name, known_tables=self._known_tables)
        self._check_identity(answers)
        return answers

    def _require_same_basis(self, found: _Found) -> None:
        """另一份题本的答案可以看，不可以接着写：两份混在一个文件里，哪一份都判不了。"""
        if found.data is None or found.answers.basis == self._new.basis:
            return
        other_data = found.answers.data_sha256 != self._new.data_sha256
        raise AnswerFileError(
            "没有存上：答案文件里是另一份" + ("数据" if other_data else "题本") + "的答案。",
            where=quote(self._place.path, 200),
            why="换过数据、观察日或题本；接着写会把两份答案混在一起。文件没有动。",
            remedy="换一个答案文件（参数 answers_file），或移走原来的，再填一次。",
        )

    def _check_identity(self, answers: Answers) -> None:
        if answers.identity != self._new.identity:
            raise AnswerFileError(
                f"这个答案文件不是你的：它属于学号 {quote(answers.student_id)}"
                f"、作业 {quote(answers.assignment)}。",
                where=quote(self._place.path, 200),
                why=f"现在打开的是学号 {quote(self._new.student_id)}、作业 {quote(self._new.assignment)}。",
                remedy="检查学号与答案文件这两个参数；文件没有动。",
            )
