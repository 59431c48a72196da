"""答案房间的坏日子：kill -9、每一步都出错、四个窗口同存、磁盘满、只读、锁随进程消亡。"""

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock._unix
import pytest

from lifecycle_lab.answers import Answers, AnswersFile, disk, encode, parse, set_cells
from lifecycle_lab.schema import AnswerConflict, AnswerFileError

CRASH = Path(__file__).parent / "crash"
SIZES = {"2kB": 2_000, "20kB": 20_000, "200kB": 200_000}
CELL = ("C012", "recency")
VARIANT = {
    "scheme": "v1",
    "source": "survey",
    "as_of": None,
    "attempt": 1,
    "keyed": False,
    "customers": ["C012"],
}
BLANK = Answers("clm", "rfm-training", "0020230101", VARIANT, "ab" * 32)


def script(name, *arguments):
    return [sys.executable, str(CRASH / name), *map(str, arguments)]


def killed(writer, size, kills, seed, folder):
    run = subprocess.run(
        script("killing.py", writer, size, kills, seed, folder), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def opened(folder, session="s1", **options):
    clock = datetime(2026, 9, 1, 8, tzinfo=UTC)
    return AnswersFile(folder / "a.json", new=BLANK, session=session, now=lambda: clock, **options)


def arrow(text):
    return lambda answers: answers.with_cells("table_4_3", {CELL: text})


def stored(folder):
    return parse((folder / "a.json").read_bytes(), "a.json").cell("table_4_3", *CELL)


@pytest.fixture
def memory_folder(tmp_path):
    """落盘不必等的文件夹（有内存盘就用它）：这里试的是顺序与排队，不是磁盘。"""
    fast = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=fast if os.access(fast, os.W_OK) else tmp_path))
    yield folder
    shutil.rmtree(folder)


# ---------------------------------------------------------------- kill -9


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_sixty_kills_leave_no_unreadable_file_and_lose_no_acknowledged_save(size, tmp_path):
    assert_nothing_lost(killed("real", size, 20, seed=size, folder=tmp_path), 20, size)


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_thousand_kills_per_size(size, tmp_path):
    tally = killed("real", size, 1_000, seed=size + 1, folder=tmp_path)
    print(tally)
    assert_nothing_lost(tally, 1_000, size)
    assert tally["interrupted"] > 0, "没有一次正好杀在写的半途：试验没有碰到要试的地方"


def assert_nothing_lost(tally, kills, size):
    assert tally["good"] == kills
    assert tally["lost"] == tally["unreadable"] == tally["mixed"] == tally["bad_older"] == 0
    assert tally["saves"] >= kills
    assert 0.8 * size <= tally["bytes"] <= 1.2 * size


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_same_trial_sees_an_in_place_writer_break_the_file(size, tmp_path):
    assert killed("in_place", size, 40, seed=3, folder=tmp_path)["unreadable"] >= 1


def test_the_same_trial_sees_a_writer_that_reports_before_saving(tmp_path):
    assert killed("early_ack", 20_000, 20, seed=3, folder=tmp_path)["lost"] >= 1


def test_lock_dies_with_its_process(tmp_path):
    holder = subprocess.Popen(script("holding.py", tmp_path / "a.json"), stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "拿着\n"
    new = parse(encode(BLANK), "x")
    waiting = AnswersFile(tmp_path / "a.json", new=new, session="s", lock_timeout=0.1)
    with pytest.raises(AnswerFileError, match="另一个窗口占着"):
        waiting.update(arrow("↑"))
    holder.kill()
    holder.wait()
    holder.stdout.close()
    start = time.monotonic()
    assert waiting.update(arrow("↑")).revision == 1
    assert time.monotonic() - start < 1


# ---------------------------------------------------------------- 四个窗口


def test_four_writers_lose_no_update(memory_folder):
    path, times, windows = memory_folder / "a.json", 500, ("w1", "w2", "w3", "w4")
    processes = [subprocess.Popen(script("counting.py", path, own, times)) for own in windows]
    assert [process.wait(timeout=300) for process in processes] == [0, 0, 0, 0]
    found = parse(path.read_bytes(), "a.json")
    assert found.revision == found.attempt("shared")["checks"] == 4 * times
    for own in windows:
        assert found.attempt(own)["checks"] == times
        assert [found.cell("table_4_3", own, f"c{i}") for i in range(10)] == [str(490 + i) for i in range(10)]


# ---------------------------------------------------------------- 每一步都出错一次


class Faulty:
    """会出错的 os：第 nth 步出错；persistent 时从那一步起步步出错。"""

    STEPS = frozenset(
        {
            "open",
            "read",
            "write",
            "fsync",
            "close",
            "replace",
            "unlink",
            "listdir",
            "makedirs",
            "stat",
            "fstat",
        }
    )

    def __init__(self, nth, code, persistent):
        self.nth, self.code, self.persistent, self.count = nth, code, persistent, 0

    def __getattr__(self, name):
        real = getattr(os, name)
        return (lambda *args, **options: self.step(name, real, args, options)) if name in self.STEPS else real

    def step(self, name, real, args, options):
        self.count += 1
        if self.count != self.nth and not (self.persistent and self.count > self.nth):
            return None if name == "fsync" else real(*args, **options)  # 数步数用不着真的等磁盘
        if name == "close":
            real(*args)  # 内核先收回描述符，再报告写入的错
        if name == "write":
            real(args[0], bytes(args[1])[: len(args[1]) // 2])  # 写了一半才出错
        raise OSError(self.code, os.strerror(self.code))

    @property
    def fired(self):
        return self.count >= self.nth


def prepare_replaced(folder):
    """五份旧版本、一份以前会话的答案、一个死掉的写手的临时文件。"""
    for i in range(7):
        opened(folder, f"earlier{i}").update(arrow("old"))
    (folder / f"{opened(folder)._place.temporary_prefix}dead.tmp").write_bytes(b"half")


def prepare_damaged(folder):
    prepare_replaced(folder)
    (folder / "a.json").write_bytes(b"{damaged")


def prepare_nothing(folder):
    """连文件夹也还没有。"""


def save(folder):
    assert opened(folder, "now", lock_timeout=0.2).update(arrow("new")).cell("table_4_3", *CELL) == "new"
    return "new"


def save_after(folder):
    return opened(folder, "after").update(arrow("after")).cell("table_4_3", *CELL)


def clash(folder):
    seen = {CELL: "seen"}
    with pytest.raises(AnswerConflict) as caught:
        opened(folder, "now", lock_timeout=0.2).update(lambda a: set_cells(a, "table_4_3", {CELL: "x"}, seen))
    kept = caught.value.kept_as
    assert "没能存下" in str(caught.value) if not kept else (folder / "older" / kept).exists()
    return "old"


def look(folder):
    return opened(folder, "now", lock_timeout=0.2).read().cell("table_4_3", *CELL)


def check_replaced(folder, outcome):
    assert stored(folder) in ({outcome} if outcome else {"old", "new"})


def check_unchanged(folder, outcome):
    assert stored(folder) == "old"
    assert outcome in ("old", None)


def check_damaged(folder, outcome):
    """坏的字节一定还在某处；文件要么还是它，要么是新存上的。"""
    data = (folder / "a.json").read_bytes()
    assert b"{damaged" in [data, *(path.read_bytes() for path in folder.glob("a.damaged-*.json"))]
    assert (data == b"{damaged" and outcome != "new") or stored(folder) == "new"


def check_looked(folder, outcome):
    assert (folder / "a.json").read_bytes() == b"{damaged"
    assert outcome in ("old", None)  # 读不动就报错，从不悄悄当成空白


def check_first(folder, outcome):
    assert stored(folder) == "new" if outcome or (folder / "a.json").exists() else True


SCENES = {
    "save": (prepare_replaced, save, check_replaced, 25),
    "save over damaged": (prepare_damaged, save, check_damaged, 30),
    "first save": (prepare_nothing, save, check_first, 17),
    "conflict": (prepare_replaced, clash, check_unchanged, 16),
    "read": (prepare_replaced, look, check_unchanged, 4),
    "read damaged": (prepare_damaged, look, check_looked, 20),
}
NEVER = 10**9
CODES = (errno.EIO, errno.ENOSPC, errno.EACCES)


@pytest.mark.parametrize("persistent", [False, True], ids=["once", "persistent"])
@pytest.mark.parametrize("code", CODES, ids=[errno.errorcode[code] for code in CODES])
@pytest.mark.parametrize("scene", SCENES)
def test_no_step_that_fails_leaves_a_bad_state(scene, code, persistent, memory_folder, monkeypatch):
    prepare, act, check, least = SCENES[scene]
    prepare(memory_folder / "scene")
    nth, fired = 0, True
    while fired:
        nth += 1
        folder = memory_folder / str(nth)
        if (memory_folder / "scene").exists():
            shutil.copytree(memory_folder / "scene", folder)
        descriptors = len(os.listdir("/proc/self/fd"))
        fired, outcome = faulty_act(act, folder, Faulty(nth, code, persistent), monkeypatch)
        check(folder, outcome)
        assert len(os.listdir("/proc/self/fd")) == descriptors
        for kept in folder.glob("older/*.json"):
            parse(kept.read_bytes(), kept.name)
        healed = Faulty(NEVER, code, persistent)
        assert faulty_act(save_after, folder, healed, monkeypatch) == (False, "after")
        assert not list(folder.glob(".*.tmp"))
        shutil.rmtree(folder)
    assert nth > least, "数到的步数太少：有些步骤绕过了会出错的 os"


def faulty_act(act, folder, faulty, monkeypatch):
    """（出过错没有，结果或 None）；除 AnswerFileError 外什么也不许抛。"""
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", faulty)
        patch.setattr(filelock._unix, "os", faulty)
        try:
            outcome = act(folder)
            return faulty.fired, outcome
        except AnswerFileError as error:
            message = str(error)
    assert "原因：" in message
    assert "怎么办：" in message
    return faulty.fired, None


# ---------------------------------------------------------------- 坏文件夹

ESSAY = {f"q{i}": "字" * 1_300 for i in range(20)}


def long_answers(answers):
    for question, text in ESSAY.items():
        answers = answers.with_text(question, text)
    return answers


@contextmanager
def file_size_limit(limit):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(folder):
    """64 kB 的内存盘；没有挂载权限就改用文件大小的限额。"""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        with file_size_limit(60_000):
            yield "不许文件变得这么大"
        return
    try:
        yield "磁盘满了"
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def assert_old_bytes_survive(folder, edit, says):
    """存不进去：中文说明，原来的字节一个不差，没有半截文件；好了以后接着存。"""
    before = (folder / "a.json").read_bytes()
    for _ in range(3):
        with pytest.raises(AnswerFileError, match=says) as caught:
            opened(folder).update(edit)
        assert "没有存上" in str(caught.value)
    assert (folder / "a.json").read_bytes() == before
    assert not list(folder.glob(".*.tmp"))


def test_full_disk(tmp_path):
    with small_disk(tmp_path / "small") as says:
        opened(tmp_path / "small").update(arrow("↑"))
        assert_old_bytes_survive(tmp_path / "small", long_answers, says)
        assert opened(tmp_path / "small").update(arrow("↓")).revision == 2


def test_file_size_limit(tmp_path):
    opened(tmp_path).update(arrow("↑"))
    with file_size_limit(20_000):
        assert_old_bytes_survive(tmp_path, long_answers, "不许文件变得这么大")
    assert opened(tmp_path).update(long_answers).revision == 2


@contextmanager
def nobody():
    """root 不受权限位约束，先变成 nobody；本来就不是 root 就照旧。"""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


@pytest.fixture
def public_folder():
    """nobody 也走得到的文件夹（pytest 自己的临时文件夹只许本人进）。"""
    folder = Path(tempfile.mkdtemp(prefix="answers-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_read_only_folder(public_folder):
    opened(public_folder).update(arrow("↑"))
    public_folder.chmod(0o555)
    with nobody():
        assert_old_bytes_survive(public_folder, arrow("↓"), "权限")
        assert opened(public_folder).read().cell("table_4_3", *CELL) == "↑"


def test_damaged_file_in_a_read_only_folder_is_still_answered(public_folder):
    opened(public_folder, "s0").update(arrow("↑"))
    opened(public_folder, "s1").update(arrow("↓"))
    (public_folder / "a.json").write_bytes(b"{damaged")
    public_folder.chmod(0o555)
    with nobody():
        file = opened(public_folder)
        assert file.read().cell("table_4_3", *CELL) == "↑"
    assert "没能另存" in file.notice
    assert (public_folder / "a.json").read_bytes() == b"{damaged"


def test_unreadable_file(public_folder):
    opened(public_folder).update(arrow("↑"))
    (public_folder / "a.json").chmod(0o000)
    with nobody():
        for act in (opened(public_folder).read, opened(public_folder).receipt):
            with pytest.raises(AnswerFileError, match="权限"):
                act()


@pytest.mark.parametrize("name", ["n" * 300 + ".json", "题" * 100 + ".json"], ids=["300 bytes", "100 hanzi"])
def test_name_too_long(tmp_path, name):
    file = AnswersFile(tmp_path / name, new=BLANK, session="s")
    for act in (file.read, lambda: file.update(arrow("↑"))):
        with pytest.raises(AnswerFileError, match="太长"):
            act()


def test_longest_name_that_fits_is_saved(tmp_path):
    file = AnswersFile(tmp_path / ("n" * 250 + ".json"), new=BLANK, session="s")
    assert file.update(arrow("↑")).revision == 1


def test_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "a.json").mkdir()
    for act in (opened(tmp_path).read, lambda: opened(tmp_path).update(arrow("↑"))):
        with pytest.raises(AnswerFileError, match="是一个文件夹"):
            act()


def test_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "answers").write_text("别人的文件")
    for act in (opened(tmp_path / "answers").read, lambda: opened(tmp_path / "answers").update(arrow("↑"))):
        with pytest.raises(AnswerFileError, match=r"是(一个)?文件"):
            act()
    assert (tmp_path / "answers").read_text() == "别人的文件"


def test_disk_without_locks_is_refused_not_faked(tmp_path, monkeypatch):
    """退而求其次的“锁文件”会被死掉的进程锁死，宁可说清楚。"""

    def no_flock(descriptor, operation):
        raise OSError(errno.ENOSYS, "flock")

    monkeypatch.setattr(filelock._unix.fcntl, "flock", no_flock)
    with pytest.raises(AnswerFileError, match="没有文件锁"):
        opened(tmp_path).update(arrow("↑"))
    assert not (tmp_path / "a.json").exists()
