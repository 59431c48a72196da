"""`lifecycle-lab lab` 真的打开的服务器：只听本机，要口令，停在 00，存盘去掉活视图，不碰用户的 ~/.jupyter。"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from test_desk import notebook

from lifecycle_lab.run.stripping import WIDGET_VIEW

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60  # 秒


@dataclass
class Server:
    """开着的服务器；told 是它自己写下的说明：地址、端口、口令。"""

    process: subprocess.Popen
    home: Path
    notebooks: Path
    told: dict

    def ask(self, path: str, method: str = "GET", body: object = None, token: str | None = None):
        """（状态，转去哪里，内容）；不跟着转。"""
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"token {token}"} if token else {}
        )
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.told['url'].rstrip('/')}{path}", data, headers, method=method
        )
        try:
            with _STAY.open(request, timeout=20) as reply:
                return reply.status, "", reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Location", ""), error.read()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_STAY = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


@contextlib.contextmanager
def running(home: Path, notebooks: Path, port: int) -> Iterator[Server]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))
    }
    environment |= {"HOME": str(home), "USERPROFILE": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    command = [
        *(sys.executable, "-m", "lifecycle_lab.cli", "lab", "--no-browser", f"--port={port}"),
        *(f"--notebooks={notebooks}", "--allow-root"),
    ]
    log = (home / f"{notebooks.name}.log").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield Server(process, home, notebooks, _told(process, home))
    finally:
        process.terminate()
        process.wait(PATIENCE)
        log.close()


def _told(process: subprocess.Popen, home: Path) -> dict:
    """服务器起来以后写在运行文件夹里的说明；写了还要等它真的接电话（机器忙的时候差一会儿）。"""
    path = home / "runtime" / f"jpserver-{process.pid}.json"
    for _ in range(PATIENCE * 5):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError, ValueError):
            told = json.loads(path.read_text(encoding="utf-8"))
            socket.create_connection(("127.0.0.1", told["port"]), 5).close()
            return told
        time.sleep(0.2)
    pytest.fail("服务器没有起来：" + "".join(log.read_text("utf-8", "replace") for log in home.glob("*.log")))


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    notebooks = home / "课"
    shutil.copytree(ROOT / "notebooks", notebooks, ignore=shutil.ignore_patterns("answers", "out", ".*"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(home, notebooks, port) as found:
        yield found


def test_nobody_gets_in_without_the_token(server):
    assert len(server.told["token"]) >= 32
    status, to, _ = server.ask("/lab/tree/00_start.ipynb")
    assert status == 302
    assert "/login" in to
    for path in (
        "/api/contents",
        "/api/kernels",
        "/lab/api/settings/@jupyterlab/docmanager-extension:plugin",
    ):
        assert server.ask(path)[0] == 403
        assert server.ask(path, token="0" * 48)[0] == 403
        assert server.ask(path, token=server.told["token"])[0] == 200


def test_only_this_machine_can_reach_it(server):
    process = psutil.Process(server.process.pid)
    family = [process, *process.children(recursive=True)]
    listening = {
        c.laddr.ip for one in family for c in one.net_connections("inet") if c.status == psutil.CONN_LISTEN
    }
    assert listening
    assert listening <= {"127.0.0.1", "::1"}


def test_it_opens_on_the_first_lesson_in_chinese(server):
    token = server.told["token"]
    status, to, _ = server.ask("/", token=token)
    assert (status, to.rstrip("?")) == (302, "/lab/tree/00_start.ipynb")
    status, _, page = server.ask("/lab/tree/00_start.ipynb", token=token)
    assert status == 200
    assert b"custom/custom.css" in page
    assert b".jp-MarkdownOutput" in server.ask("/custom/custom.css", token=token)[2]
    found = json.loads(
        server.ask("/lab/api/settings/@jupyterlab/translation-extension:plugin", token=token)[2]
    )
    assert found["settings"] == {"locale": "zh_CN"}
    tracker = json.loads(
        server.ask("/lab/api/settings/@jupyterlab/notebook-extension:tracker", token=token)[2]
    )
    assert tracker["schema"]["properties"]["windowingMode"]["default"] == "none"


def test_saving_leaves_no_live_view_in_the_file(server):
    body = {"type": "notebook", "content": notebook()}
    for cell in body["content"]["cells"]:
        cell["id"] = f"c{id(cell)}"
        if cell["cell_type"] == "code":
            cell["execution_count"] = 1
    status, _, answer = server.ask("/api/contents/saved.ipynb", "PUT", body, server.told["token"])
    assert status == 201, answer
    saved = json.loads((server.notebooks / "saved.ipynb").read_text(encoding="utf-8"))
    assert set(saved["cells"][0]["outputs"][0]["data"]) == {"text/html", "text/plain"}
    assert WIDGET_VIEW in saved["cells"][1]["outputs"][0]["data"]
    assert "widgets" not in saved["metadata"]


def test_a_busy_port_is_left_alone_and_the_users_own_jupyter_too(server):
    with running(server.home, server.notebooks, server.told["port"]) as second:
        assert second.told["port"] != server.told["port"]
        assert second.ask("/api/status", token=second.told["token"])[0] == 200
        assert second.told["token"] != server.told["token"]
    assert server.ask("/api/status", token=server.told["token"])[0] == 200
    assert not (server.home / ".jupyter").exists()
    assert not (server.home / ".ipython").exists()
