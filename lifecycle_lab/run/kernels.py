"""内核从哪里来：Linux 上由苗圃（nursery）分叉，别处照常启动；`papermill.execute_notebook` 的叫法不变。

只在 Linux 上分叉：Windows 没有 fork；macOS 的系统库在分叉以后不保证能用。
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from lifecycle_lab.run.nursery import channel_pair, hear, say

# 等一个内核最多这么久（秒），与 nbclient 等普通的内核一样
START_SECONDS = 60

# 当前文件夹不在搜索路径上：那里的 json.py 之类不会被引入
_BOOT = (
    "import sys; sys.path[:] = [folder for folder in sys.path if folder]; "
    "from lifecycle_lab.run import nursery; nursery.main()"
)


def can_fork() -> bool:
    return sys.platform == "linux"


def open_nursery(folder: Path) -> AbstractContextManager[Nursery | None]:
    """课在 folder 里执行时的苗圃；这个系统不分叉，就是 None。"""
    return Nursery(folder) if can_fork() else nullcontext()


class Nursery:
    """开着的苗圃；`with` 一结束，它的内核都结束。工作进程从执行器分叉出来，手里的是同一个苗圃。"""

    def __init__(self, folder: Path) -> None:
        """folder: 课的文件夹；matplotlib 引入时在那里找 matplotlibrc。"""
        self._door, theirs = channel_pair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=folder,
                start_new_session=True,  # 终端的 Ctrl-C 到不了它：由执行器收尾
            )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()
        self._process.wait()

    def fork(self, arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> ForkedProcess:
        """分叉一个内核，它的端口都开好了才回来。arguments: 内核的命令行参数。

        苗圃不在了、太慢，或内核没有启动 → OSError。
        """
        ours, theirs = channel_pair()
        ours.settimeout(START_SECONDS)
        with theirs:
            socket.send_fds(self._door, [b"."], [theirs.fileno(), 1, 2])
        say(ours, arguments=[*arguments], folder=folder, environment=dict(environment))
        told = hear(ours)
        if "ready" not in told:
            raise ChildProcessError("分叉的内核没有启动。")
        return ForkedProcess(told["ready"], ours)


class ForkedProcess:
    """一个分叉出来的内核，问法与 `subprocess.Popen` 一样。returncode: 还活着是 None。"""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid, self.returncode = pid, None
        self._channel = channel
        channel.settimeout(None)

    def poll(self) -> int | None:
        with suppress(BlockingIOError):
            return self._ended(socket.MSG_DONTWAIT)
        return None

    def wait(self) -> int:
        return self._ended()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def _ended(self, flags: int = 0) -> int:
        if self.returncode is None:
            # 没有说法就断了：苗圃被杀，它的内核随后也会结束
            self.returncode = hear(self._channel, flags).get("ended", -signal.SIGKILL)
            self._channel.close()
        return self.returncode
