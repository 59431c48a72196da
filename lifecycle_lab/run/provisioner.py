"""把苗圃接到 jupyter_client 上：papermill 启动内核时，拿到的是分叉出来的一个。

用的是 jupyter_client 的 provisioner（内核由谁启动、怎样停）。登记只在本进程里、只在执行的那一段，
不走安装时的 entry point：别的 Jupyter 程序看不见它，旧的安装也不会因为缺一条登记而跑不起来。
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import EntryPoint
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from lifecycle_lab.run.kernels import ForkedProcess, Nursery

_NAME = "lifecycle-lab-nursery"
# 只会分叉这样启动的内核；别的写法（换过的 kernel.json）照常启动
_PLAIN_COMMAND = [sys.executable, "-m", "ipykernel_launcher"]


class NurseryProvisioner(LocalProvisioner):
    """内核由苗圃分叉；分叉不成就照常启动。停、杀、问死活都与普通的内核一样。"""

    nursery: ClassVar[Nursery]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        process = self._forked(cmd, self._scrub_kwargs(kwargs))
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        self.cwd = kwargs.get("cwd", os.getcwd())
        return self.connection_info

    def _forked(self, command: Sequence[str], given: Mapping[str, Any]) -> ForkedProcess | None:
        if command[:3] != _PLAIN_COMMAND or given.keys() - {"env", "cwd"}:
            return None
        with suppress(OSError):
            return self.nursery.fork(command[3:], given.get("cwd") or os.getcwd(), given["env"])
        return None


@contextmanager
def forked_kernels(nursery: Nursery) -> Iterator[None]:
    """在这一段里，本进程启动的内核由 nursery 分叉；出来就与从前一样。"""
    factory = KernelProvisionerFactory.instance()
    usual = factory.default_provisioner_name
    NurseryProvisioner.nursery = nursery
    target = f"{__name__}:{NurseryProvisioner.__name__}"
    factory.provisioners[_NAME] = EntryPoint(_NAME, target, factory.GROUP_NAME)
    factory.default_provisioner_name = _NAME
    try:
        yield
    finally:
        factory.default_provisioner_name = usual
        del factory.provisioners[_NAME]
