"""碰磁盘的每一步都在这里：读、写新再改名、列目录、锁；错误一律说中文。

所有系统调用都经过本模块的 `os`，测试把它换成会出错的一个，就能让每一步都失败一次。
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from lifecycle_lab.schema import AnswerFileError, quote

WINDOWS = os.name == "nt"
PATIENCE_SECONDS = 2.0
_POLL_SECONDS = 0.004
_BINARY = getattr(os, "O_BINARY", 0)
_ELSEWHERE = "换到能写的文件夹，例如“文档”。"
_CAUSES = {
    errno.ENOSPC: ("磁盘满了。", "清出一些空间再保存。"),
    getattr(errno, "EDQUOT", errno.ENOSPC): ("你的磁盘配额用完了。", "删掉不用的文件再保存。"),
    errno.EFBIG: ("系统不许文件变得这么大。", "清出空间，或请管理员放宽限额。"),
    errno.EACCES: ("没有权限，或文件正被别的程序占用。", f"关掉占用它的程序，或{_ELSEWHERE}"),
    errno.EPERM: ("没有权限。", _ELSEWHERE),
    errno.EROFS: ("这个磁盘是只读的。", _ELSEWHERE),
    errno.ENAMETOOLONG: ("文件名或路径太长（一个汉字算三个字节，名字最多 255 字节）。", "换短一些的名字。"),
    errno.EISDIR: ("该放文件的地方是一个文件夹。", "把那个文件夹移走或改名。"),
    errno.ENOTDIR: ("路径中间有一节是文件，不是文件夹。", "把那个文件移走或改名。"),
    errno.EEXIST: ("该放文件夹的地方是一个文件。", "把那个文件移走或改名。"),
    errno.ENOENT: ("文件夹不见了。", "确认磁盘还连着，再保存一次。"),
    errno.EIO: ("磁盘读写出错。", "把这个文件夹抄到别的磁盘上再继续。"),
    errno.ENOSYS: ("这种磁盘（常见于网络盘）没有文件锁。", "把答案文件夹放到本机磁盘上。"),
}
ANSWERS = "答案文件"


def require_file(path: str, noun: str = ANSWERS) -> bool:
    """普通文件 → 真，还没有 → 假；管道与设备一打开就等不到头，文件夹读不出 → AnswerFileError。"""
    with _explained(f"{noun}用不了。", path):
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            return False
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISREG(mode):
        return True
    raise AnswerFileError(
        f"{noun}的路径上不是普通文件。",
        where=quote(path, 200),
        why="那里是管道、设备或别的特殊文件，读它会一直等下去。",
        remedy="换一个文件名。",
    )


def read(path: str, limit: int, noun: str = ANSWERS) -> bytes | None:
    """最多 limit 个字节；文件不存在 → None；别的毛病 → AnswerFileError。noun: 错误里怎样称呼它。"""
    if not require_file(path, noun):
        return None
    with _explained(f"读不出{noun}。", path):
        try:
            descriptor = _patiently(lambda: os.open(path, os.O_RDONLY | _BINARY))
        except FileNotFoundError:
            return None
        try:
            return _read_up_to(descriptor, limit)
        finally:
            os.close(descriptor)


def write(path: str, data: bytes, temporary: str, noun: str = ANSWERS) -> None:
    """整份换上：写新文件 → 落盘 → 改名 → 目录落盘；返回时新内容已在盘上。

    temporary: 同一文件夹里还不存在的临时名。任何一步失败 → AnswerFileError,
    path 上要么是原来的内容，要么（改名之后才失败）是完整的新内容。
    """
    with _explained(f"没有存上：{noun}写不进去。", path):
        try:
            _write_through(temporary, data)
            _patiently(lambda: os.replace(temporary, path))
        except BaseException:  # 中断（Ctrl-C）也不留下垃圾
            remove(temporary)
            raise
        _settle(os.path.dirname(path))


def make_folder(folder: str, noun: str = ANSWERS) -> None:
    """放 noun 的文件夹连同上级都建好；新建的也要让上级目录落盘。"""
    with _explained(f"没有存上：{noun}写不进去，放它的文件夹建不了。", folder):
        if not os.path.isdir(folder):
            os.makedirs(folder, exist_ok=True)
            _settle(os.path.dirname(folder))


def names(folder: str) -> list[str]:
    """文件夹里的名字，排好序；文件夹不存在 → 空。"""
    with _explained("列不出答案文件夹。", folder):
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []


def remove(path: str) -> None:
    """删掉多余的文件；删不掉就留着，下次再删。"""
    with suppress(OSError):
        os.unlink(path)


@contextmanager
def locked(path: str, timeout: float, noun: str = ANSWERS) -> Iterator[None]:
    """拿着操作系统的文件锁；进程一死锁就没了。等了 timeout 秒还拿不到 → AnswerFileError。

    没有文件锁的磁盘直接报错：退而用“锁文件在不在”判断，会被死掉的进程锁死。
    """
    from filelock import FileLock, Timeout  # 晚引入：只读答案的人用不着它

    lock = FileLock(path, timeout=timeout, poll_interval=_POLL_SECONDS, fallback_to_soft=False)
    with _explained(f"没有存上：锁不住{noun}。", path):
        try:
            lock.acquire()
        except Timeout:
            raise _busy(path, timeout, noun) from None
        except NotImplementedError:
            raise OSError(errno.ENOSYS, "flock") from None
    try:
        yield
    finally:
        with suppress(OSError):  # 释放失败时，进程结束也会释放；已经存上的不能说成没存上
            lock.release(force=True)


def _busy(path: str, timeout: float, noun: str) -> AnswerFileError:
    return AnswerFileError(
        f"没有存上：等了 {timeout:g} 秒，{noun}还被另一个窗口占着。",
        where=quote(path, 200),
        why="另一个窗口正在保存，或停在保存的半途。",
        remedy="等一会儿再保存；仍不行就关掉别的笔记本窗口（重启它们的内核）。",
    )


def _read_up_to(descriptor: int, limit: int) -> bytes:
    parts, wanted = [], limit
    while wanted and (part := os.read(descriptor, wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _write_through(path: str, data: bytes) -> None:
    """新建（从不覆盖）、写完、落盘、关上；关上时报的错也算没写成。"""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _settle(folder: str) -> None:
    """让“改了名”这件事本身落盘；Windows 没有这一步。"""
    if WINDOWS:
        return
    descriptor = os.open(folder or ".", os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _patiently(action: Callable[[], object]) -> object:
    """Windows 上杀毒与同步软件会占住文件片刻：等它两秒；别的系统一次算数。"""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return action()
        except PermissionError:
            if not WINDOWS or time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


@contextmanager
def _explained(what: str, path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why, remedy = _CAUSES.get(
            error.errno, (error.strerror or "系统没有说原因。", "再保存一次；仍不行就换个文件夹。")
        )
        raise AnswerFileError(what, where=quote(path, 200), why=why, remedy=remedy) from error
    except ValueError as error:  # 路径里有 NUL 或不能编码的字符
        raise AnswerFileError(
            what, where=quote(path, 200), why="路径里有系统不认的字符。", remedy="换个文件名。"
        ) from error
