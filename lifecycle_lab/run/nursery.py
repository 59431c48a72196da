"""内核苗圃的里面：一个把课里要用的东西先引入好的进程，要一个内核就分叉一个，不用每课再引入一遍。

每个内核都是苗圃的一个新分叉，彼此看不见。苗圃自己只引入，从不调用：库用过以后会留下线程，分叉带不走它们。
执行器不在了，套接字就断，苗圃带着它的内核一起结束；苗圃不在了，内核自己会发现，也结束。
外面（执行器那一头）是 kernels。
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NamedTuple

# 课里要用、引入慢的；少一个只是慢一点。没有 lifecycle_lab.lab：它一引入就取会话号，那要一个内核一个
PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "ipykernel_launcher",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
    "anywidget",
    "filelock",
    "pyarrow.compute",
    "pyarrow.parquet",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "matplotlib.style",
    "PIL.JpegImagePlugin",
    "lifecycle_lab.answers",
    "lifecycle_lab.exercises.sheet",
    "lifecycle_lab.report.docx",
    "lifecycle_lab.report.html",
    "lifecycle_lab.report.training",
    "lifecycle_lab.widgets.questionnaire",
    "lifecycle_lab.widgets.quiz",
    "lifecycle_lab.widgets.readings",
    "lifecycle_lab.widgets.worksheet",
)
# 普通的内核在引入它们之前就有的；papermill 的命令行也这样不让 pydevd 在终端上说话
_WHILE_LOADING = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
_LONGEST_MESSAGE = 1 << 20


def channel_pair() -> tuple[socket.socket, socket.socket]:
    """匿名的一对：磁盘上不留东西，别人也连不上；一次一整条消息。"""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def say(channel: socket.socket, **told: object) -> None:
    channel.send(json.dumps(told).encode())


def hear(channel: socket.socket, flags: int = 0) -> dict:
    """一条消息；那一头不在了是空的。flags: 同 recv。"""
    return json.loads(channel.recv(_LONGEST_MESSAGE, flags) or b"{}")


def main() -> None:
    """苗圃从这里开始；分叉出来的内核也从这里结束，与普通的程序一样收尾。"""
    left_behind = _preload()
    wanted = _Nursery(socket.socket(fileno=int(sys.argv[1]))).serve()
    if wanted:
        _become_kernel(wanted, left_behind)


def _preload() -> dict[str, str]:
    """返回引入的时候有的库自己设下的环境变量：普通的内核里也会有它们。"""
    gc.disable()
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel 引入时读它：这个进程不在了，内核就结束
    for name, value in _WHILE_LOADING.items():
        os.environ.setdefault(name, value)
    before = {*os.environ}
    for module in PRELOADED:
        with suppress(ImportError):
            importlib.import_module(module)
    gc.freeze()  # 引入好的东西不再清点，分叉以后内存才一直共用
    return {name: value for name, value in os.environ.items() if name not in before}


class _Wanted(NamedTuple):
    """要一个内核：与要的人说话的套接字，内核的两个输出。"""

    channel: socket.socket
    output: int
    errors: int


class _Nursery:
    """分叉、收尸、把内核怎样结束的告诉要它的人。"""

    def __init__(self, door: socket.socket) -> None:
        self.door = door
        self.kernels: dict[int, socket.socket] = {}
        self.bell, ringing = socket.socketpair()
        ringing.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ringing.detach(), warn_on_full_buffer=False)

    def serve(self) -> _Wanted | None:
        """执行器走了才回来；在每个分叉出来的内核里也会回来，带着要它的人。"""
        while True:
            ready = select.select([self.door, self.bell], [], [])[0]
            if self.bell in ready:
                self.bell.recv(_LONGEST_MESSAGE)
                self.tell_ended()
            if self.door in ready:
                message, descriptors, *_ = socket.recv_fds(self.door, 1, 3)
                if not message:
                    return self.end()
                wanted = _Wanted(socket.socket(fileno=descriptors[0]), *descriptors[1:])
                if self.forked(wanted):
                    return wanted

    def forked(self, wanted: _Wanted) -> bool:
        """分叉；在分叉出来的那一边是 True。进程数到了上限就不分叉：要的人听见断了，自己启动普通的。"""
        try:
            pid = os.fork()
        except OSError:
            pid = None
        if pid == 0:
            self.forget()
            return True
        os.close(wanted.output)
        os.close(wanted.errors)
        if pid is None:
            wanted.channel.close()
        else:
            self.kernels[pid] = wanted.channel
        return False

    def forget(self) -> None:
        """分叉出来的内核不拿着苗圃的东西：别的内核的套接字不因它而不断。"""
        os.close(signal.set_wakeup_fd(-1))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for kept in (self.door, self.bell, *self.kernels.values()):
            kept.close()

    def tell_ended(self) -> None:
        for pid in tuple(self.kernels):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with self.kernels.pop(pid) as channel, suppress(OSError):
                    say(channel, ended=os.waitstatus_to_exitcode(status))

    def end(self) -> None:
        """还活着的内核连同它们启动的程序都结束，一个僵尸也不留。"""
        for pid in self.kernels:
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError):
                    kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _become_kernel(wanted: _Wanted, left_behind: dict[str, str]) -> None:
    """从这里起与 `python -m ipykernel_launcher 参数` 一样：同样的会话、文件夹、环境、输出。"""
    os.setsid()
    given = hear(wanted.channel)
    if not given:
        return
    for theirs, own in ((wanted.output, 1), (wanted.errors, 2)):
        os.dup2(theirs, own)
        os.close(theirs)
    os.chdir(given["folder"])
    os.environ.clear()
    os.environ.update(left_behind | given["environment"], JPY_PARENT_PID=str(os.getppid()))
    gc.enable()
    _start_kernel(given["arguments"], wanted.channel)


def _start_kernel(arguments: list[str], channel: socket.socket) -> None:
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [sys.modules["ipykernel_launcher"].__file__, *arguments]
    app = IPKernelApp.instance()
    app.initialize()
    if ipywidgets := sys.modules.get("ipywidgets"):
        ipywidgets.load_ipython_extension(app.shell)  # 它引入时还没有内核可登记
    if _announced(channel):
        app.start()


def _announced(channel: socket.socket) -> bool:
    """端口开好了，告诉要它的人；那人已经不在了是 False。"""
    with channel, suppress(OSError):
        say(channel, ready=os.getpid())
        return True
    return False
