"""投影的一张桌面，在真浏览器里：看不见代码，字与表放大，单元照样运行。"""

from __future__ import annotations

from pathlib import Path

from classroom import SLOW, Classroom, copy_notebooks, lab_server
from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"


def test_code_is_hidden_text_is_large_and_cells_still_run(browser, tmp_path):
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    (tmp_path / "home").mkdir()
    with lab_server(tmp_path / "home", notebooks, extra=("--present",)) as (address, root):
        room = Classroom(browser, address, copy_notebooks(notebooks / "present"), root, SCREENSHOTS)
        try:
            page = room.open_and_run("00_start")
            table = page.locator(".lab-table").first
            expect(table).to_be_visible(timeout=SLOW)
            assert page.locator(".jp-CodeCell .jp-InputArea-editor:visible").count() == 0
            size = page.locator(".jp-MarkdownOutput p").first.evaluate("p => getComputedStyle(p).fontSize")
            assert float(size.removesuffix("px")) >= 22
            for filled in (".lab-sheet", ".lab-quiz"):  # 要填的也放大
                size = page.locator(filled).first.evaluate("one => getComputedStyle(one).fontSize")
                assert float(size.removesuffix("px")) >= 20
            assert room.tracebacks() == []
        finally:
            room.leave("present")
