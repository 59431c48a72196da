"""一位学生坐在浏览器前：打开一课、运行、填表、截图；只做人会做的动作，看人看得见的东西。

测试与 benchmarks 共用：服务器怎样开、浏览器怎样开，也在这里。
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.exercises.modes import answers_for

ROOT = Path(__file__).resolve().parents[2]
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
SECONDS = 1000
GRAVE = ("serious", "critical")
SLOW = 90 * SECONDS  # 机器忙的时候，内核也许要几十秒才起来


def chromium() -> str | None:
    """系统里的 chromium；没有是 None。"""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None)


@contextlib.contextmanager
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as tool:
        opened = tool.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


def copy_notebooks(folder: Path) -> Path:
    """一位学生自己的一份笔记本。"""
    leave_out = shutil.ignore_patterns("answers", "out", ".ipynb_checkpoints")
    return Path(shutil.copytree(ROOT / "notebooks", folder, ignore=leave_out))


@contextlib.contextmanager
def lab_server(
    home: Path, notebooks: Path, python: str = sys.executable, extra: tuple[str, ...] = ()
) -> Iterator[tuple[str, Path]]:
    """学生的桌面：`lifecycle-lab lab` 开着。（网址，笔记本的文件夹）。python: 用哪个环境。extra: 别的选项。"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(python, "-P", "-m", "lifecycle_lab.cli", "lab", "--no-browser", f"--port={port}"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--notebooks={notebooks}"),
        *extra,
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]
    environment = os.environ | {"HOME": str(home), "LANG": "C.UTF-8"}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, home / "server.log")
            yield f"http://127.0.0.1:{port}", notebooks
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.25)
    raise RuntimeError("JupyterLab 没有起来：" + log.read_text(encoding="utf-8", errors="replace")[-2000:])


class Classroom:
    """folder: 这位学生自己的一份笔记本；root: 服务器的根文件夹。"""

    def __init__(self, browser: Browser, address: str, folder: Path, root: Path, pictures: Path) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.address, self.folder, self.root, self.pictures = address, folder, root, pictures
        self.opened: dict[Page, str] = {}
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(30 * SECONDS)
        page.on("console", lambda message: message.type == "error" and print("网页说：", message.text[:500]))
        page.on("pageerror", lambda error: print("网页出错：", str(error)[:500]))
        return page

    # ── 打开与运行 ───────────────────────────────────────────────────

    def open(self, lesson: str, page: Page | None = None) -> Page:
        page = page or self.page
        path = (self.folder / f"{lesson}.ipynb").relative_to(self.root).as_posix()
        self.opened[page] = path
        # 每个窗口一个工作区：不带上别的测试打开过的标签页
        workspace = f"{self.folder.name}-{len(self.context.pages)}"
        page.goto(f"{self.address}/lab/workspaces/{workspace}/tree/{path}?token={TOKEN}")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=SLOW)
        self.idle(page)
        return page

    def idle(self, page: Page | None = None) -> None:
        """这一页的内核连上了、空着。"""
        page = page or self.page
        for _ in range(SLOW // 250):
            states = [
                session["kernel"] for session in self.sessions() if session["path"] == self.opened[page]
            ]
            if any(one["execution_state"] == "idle" and one["connections"] for one in states):
                page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
                return
            page.wait_for_timeout(250)
        raise AssertionError("内核一直没有空下来")

    def run_all(self, page: Page | None = None) -> None:
        page = page or self.page
        page.locator(".lm-MenuBar-itemLabel", has_text="运行").click()
        page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
        page.wait_for_function(_ALL_RUN, timeout=SLOW)
        self.idle(page)

    def open_and_run(self, lesson: str, page: Page | None = None) -> Page:
        page = self.open(lesson, page)
        self.run_all(page)
        return page

    def keep_cells(self, lesson: str, wanted: Callable[[dict], bool]) -> None:
        """抄本里只留 wanted 的格，在打开之前：别处跑过的不再跑。"""
        path = self.folder / f"{lesson}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"] = list(filter(wanted, notebook["cells"]))
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")

    def set_parameter(self, name: str, value: str) -> None:
        """改抄本里参数格的一行，在打开之前。"""
        for path in self.folder.glob("*.ipynb"):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if "parameters" in cell["metadata"].get("tags", ()):
                    cell["source"] = [_assigned(line, name, value) for line in cell["source"]]
            path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")

    # ── 表 ───────────────────────────────────────────────────────────

    def sheet(self, title: str, page: Page | None = None) -> Locator:
        """名字里有这几个字的那张实训表。"""
        found = (page or self.page).locator(f'.lab-sheet[aria-label*="{title}"]').first
        expect(found).to_be_visible(timeout=SLOW)
        found.scroll_into_view_if_needed()
        return found

    def cell(self, sheet: Locator, row: str, column: str = "") -> Locator:
        """一格的输入框，按读屏软件念的名字找。"""
        return sheet.get_by_label(f"{row} · {column}").first

    def enter(self, sheet: Locator) -> None:
        """光标进到这张表的第一格（学生从上一格按 Tab 也到得了）。"""
        sheet.locator(".lab-input").first.focus()

    def paste(self, text: str, cell: Locator | None = None) -> None:
        """真的剪贴板，真的 Ctrl+V。"""
        if cell:
            cell.focus()
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")

    def edit_times(self, sheet: Locator) -> list[float]:
        """每个箭头格：从按键到对错的记号画出来，各多少毫秒（浏览器里量）。"""
        times = []
        for cell in sheet.locator("input.lab-arrow").all():
            cell.focus()
            cell.evaluate(_WATCH)
            self.page.keyboard.press("u" if cell.input_value() != "↑" else "d")
            times.append(self.page.evaluate("window.labPainted"))
        return times

    def fill_right(self, title: str, exercise: str, heading: str, column: str) -> Locator:
        """把第一行的一格填成标准答案：存好，判对。heading: 屏幕上的列名；column: 答案里的列名。"""
        row, wanted = next(iter(answers_for("key", open_assignment("demo")).tables[exercise].items()))
        sheet = self.sheet(title)
        cell = self.cell(sheet, row, heading)
        cell.fill(wanted[column])
        cell.press("Enter")
        self.expect_saved(sheet)
        self.expect_state(cell, "right")
        return sheet

    def expect_saved(self, sheet: Locator) -> None:
        expect(sheet.locator(".lab-status").first).to_contain_text("已存好", timeout=15 * SECONDS)

    def expect_state(self, cell: Locator, state: str) -> None:
        box = cell.locator("xpath=ancestor::div[contains(@class,'lab-cell')]")
        expect(box).to_have_attribute("data-state", state, timeout=15 * SECONDS)

    # ── 滑块 ─────────────────────────────────────────────────────────

    def sliders(self, many: int) -> list[Locator]:
        """这一课的 many 组滑块。"""
        found = self.page.locator(".lab-sliders")
        expect(found).to_have_count(many, timeout=SLOW)
        return found.all()

    def turn(self, block: Locator, key: str = "ArrowRight", handle: int = 0) -> None:
        """用键盘拨一下：句子与图都跟着换，图有替代文字。"""
        block.scroll_into_view_if_needed()
        picture, told = block.locator("img"), block.get_by_role("status")
        before = picture.get_attribute("src"), told.inner_text()
        held = block.locator(".noUi-handle").nth(handle)
        held.focus()
        held.press(key)
        expect(told).not_to_have_text(before[1], timeout=15 * SECONDS)
        expect(picture).not_to_have_attribute("src", before[0])
        assert picture.get_attribute("alt")

    # ── 看 ───────────────────────────────────────────────────────────

    def expect_no_faults(self, selector: str, page: Page | None = None) -> None:
        """页面上没有调用栈；这一块里 axe-core 找不到严重的毛病。"""
        assert self.tracebacks(page) == []
        assert grave_faults(page or self.page, selector) == []

    def answers(self) -> dict:
        """盘上的答案文件。"""
        (path,) = (self.folder / "answers").glob("*.json")
        return json.loads(path.read_text(encoding="utf-8"))

    def tracebacks(self, page: Page | None = None) -> list[str]:
        """页面上的英文调用栈：一个也不该有。"""
        shown = (page or self.page).locator(".jp-OutputArea-output").all_inner_texts()
        return [
            text
            for text in shown
            if "Traceback (most recent call last)" in text or "Error displaying widget" in text
        ]

    def copy_lesson(self, lesson: str, name: str) -> str:
        """同一课再开一本（学生另存一份），答案还是同一份。"""
        shutil.copy(self.folder / f"{lesson}.ipynb", self.folder / f"{name}.ipynb")
        return name

    # ── 服务器那一边 ─────────────────────────────────────────────────

    def sessions(self) -> list[dict]:
        found = self._ask("GET", "/api/sessions")
        here = self.folder.relative_to(self.root).as_posix()
        return [session for session in found if session["path"].startswith(f"{here}/")]

    def freeze_kernels(self) -> None:
        """内核停住，还活着：发给它的都没有回音。"""
        self._signal_kernels(signal.SIGSTOP)

    def kill_kernels(self) -> None:
        """真的 SIGKILL：不打招呼，像掉电。"""
        self._signal_kernels(signal.SIGKILL)

    def _signal_kernels(self, number: signal.Signals) -> None:
        folder = str(self.folder)
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    os.readlink(process / "cwd") == folder
                    and b"ipykernel" in (process / "cmdline").read_bytes()
                ):
                    os.kill(int(process.name), number)
            except OSError:
                continue

    def _ask(self, method: str, path: str) -> object:
        request = urllib.request.Request(
            f"{self.address}{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.loads(reply.read() or b"null")

    def picture(self, name: str, of: Page | Locator | None = None) -> None:
        """截图；截一块的时候窗口拉高，整块都在。"""
        self.pictures.mkdir(parents=True, exist_ok=True)
        page = of.page if isinstance(of, Locator) else of or self.page
        size = page.viewport_size
        if isinstance(of, Locator):
            page.set_viewport_size({"width": size["width"], "height": 3000})
        (of or page).screenshot(path=self.pictures / f"{name}.png")
        page.set_viewport_size(size)

    def leave(self, name: str) -> None:
        self.picture(f"end-{name}")
        for session in self.sessions():
            self._ask("DELETE", f"/api/sessions/{session['id']}")
        self.context.close()


def grave_faults(page: Page, selector: str) -> list[str]:
    """axe-core 在这一块里找到的严重毛病；找不到这一块也是错。"""
    assert page.locator(selector).count(), selector
    found = Axe().run(page, context={"include": [[selector]]}).response["violations"]
    return [
        f"{fault['id']}（{fault['impact']}）：{node['html'][:120]}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


# 从按下键（捕获阶段，最早的一刻）到记号变了、下一帧画完
_WATCH = """(input) => {
  const box = input.closest('.lab-cell');
  let pressed = 0;
  input.addEventListener('keydown', () => { pressed = performance.now(); }, { once: true, capture: true });
  window.labPainted = new Promise((done) => {
    const observer = new MutationObserver(() => {
      if (!['right', 'wrong'].includes(box.dataset.state) || !pressed) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed)));
    });
    observer.observe(box, { attributes: true, attributeFilter: ['data-state'] });
  });
}"""

# 每个代码格都有了序号，没有一格还在排队
_ALL_RUN = """() => {
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((one) => one.textContent);
  return prompts.length > 0 && prompts.every((text) => /\\[\\d+\\]/.test(text));
}"""


def _assigned(line: str, name: str, value: str) -> str:
    return f'{name} = "{value}"\n' if line.startswith(f"{name} = ") else line
