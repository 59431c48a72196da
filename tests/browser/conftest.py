"""真浏览器里的测试：真的 JupyterLab、真的内核、系统的 chromium；每个测试一份自己的笔记本与答案。

找不到 chromium 时整组跳过，说一句怎样得到；在 CI 里从不跳过（system_packages.sh 会装上）。
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from classroom import Classroom

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
TOKEN = "classroom"
# 后台联网、显卡、沙箱（root 用不了）都与测试无关
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None)


def pytest_collection_modifyitems(items) -> None:
    if chromium():
        return
    if os.environ.get("CI") == "true":
        pytest.exit("CI 里必须有 chromium：sh tests/system_packages.sh 应当已经装上。", returncode=3)
    skip = pytest.mark.skip(
        reason="没有 chromium；Debian/Ubuntu：sudo apt-get install chromium fonts-wqy-microhei"
    )
    for item in items:
        if Path(item.fspath).is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker(skip)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def desk(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """学生的桌面：`lifecycle-lab lab` 开着，笔记本是一份抄本。（网址，笔记本的文件夹）。"""
    home = tmp_path_factory.mktemp("home")
    notebooks = tmp_path_factory.mktemp("notebooks")
    port = _free_port()
    command = [
        *(sys.executable, "-P", "-m", "lifecycle_lab.cli", "lab", "--no-browser", f"--port={port}"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--notebooks={notebooks}"),
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]
    log = (home / "server.log").open("wb")
    environment = os.environ | {"HOME": str(home), "LANG": "C.UTF-8"}
    server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, home / "server.log")
        yield f"http://127.0.0.1:{port}", notebooks
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        log.close()


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.25)
    pytest.fail("JupyterLab 没有起来：" + log.read_text(encoding="utf-8", errors="replace")[-2000:])


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        opened = tool.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def classroom(desk, browser, request) -> Iterator[Classroom]:
    """一位学生的一次课：自己的文件夹、自己的学号、自己的窗口；结束时关掉内核，留一张截图。"""
    address, notebooks = desk
    folder = notebooks / request.node.name.replace("[", "-").replace("]", "")
    shutil.copytree(
        ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("answers", "out", ".ipynb_checkpoints")
    )
    room = Classroom(browser, address, TOKEN, folder, notebooks, SCREENSHOTS)
    try:
        yield room
    finally:
        room.leave(request.node.name)
