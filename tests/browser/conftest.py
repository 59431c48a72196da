"""真浏览器里的测试：真的 JupyterLab、真的内核、系统的 chromium；每个测试一份自己的笔记本与答案。

找不到 chromium 时整组跳过，说一句怎样得到；在 CI 里从不跳过（system_packages.sh 会装上）。
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from classroom import Classroom, chromium, chromium_browser, copy_notebooks, lab_server
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"


def pytest_collection_modifyitems(items) -> None:
    here = [item for item in items if Path(item.fspath).is_relative_to(ROOT / "tests" / "browser")]
    for item in here:
        item.add_marker("browser")
    if chromium():
        return
    if os.environ.get("CI") == "true":
        pytest.exit("CI 里必须有 chromium：sh tests/system_packages.sh 应当已经装上。", returncode=3)
    skip = pytest.mark.skip(
        reason="没有 chromium；Debian/Ubuntu：sudo apt-get install chromium fonts-wqy-microhei"
    )
    for item in here:
        item.add_marker(skip)


@pytest.fixture(scope="session")
def desk(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    with lab_server(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium_browser() as opened:
        yield opened


@pytest.fixture
def classroom(desk, browser, request) -> Iterator[Classroom]:
    """一位学生的一次课：自己的文件夹、自己的学号、自己的窗口；结束时关掉内核，留一张截图。"""
    address, notebooks = desk
    folder = copy_notebooks(notebooks / request.node.name.replace("[", "-").replace("]", ""))
    room = Classroom(browser, address, folder, notebooks, SCREENSHOTS)
    try:
        yield room
    finally:
        room.leave(request.node.name)
