"""几个内核同时启动，不会选到同一个端口。

jupyter_client 先选好空着的端口，放开，写进连接文件，内核启动以后才去用；这中间别的进程可能正好选到它，
两个内核就有一个起不来。这里选好的端口一直占着，内核用完才放开。
"""

from __future__ import annotations

import socket

from jupyter_client.connect import LocalPortCache


class HeldPorts(LocalPortCache):
    """占着的端口：没有在听，写明可以共用，所以只有指名要它的内核用得上（Linux 的规矩）。"""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._holders: dict[int, socket.socket] = {}

    def find_available_port(self, ip: str) -> int:
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((ip, 0))
        port = holder.getsockname()[1]
        self._holders[port] = holder
        return port

    def return_port(self, port: int) -> None:
        if port in self._holders:
            self._holders.pop(port).close()


def hold_ports() -> None:
    """本进程从此这样选端口。"""
    LocalPortCache.clear_instance()
    HeldPorts.instance()
