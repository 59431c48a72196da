"""分析师的报告在真浏览器里：不运行脚本，不连网，不弹窗；在 A4 上没有东西被切掉，图里没有方框。"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from shops import opened, random_orders
from test_export_payloads import PAYLOADS

from lifecycle_lab.export import visible
from lifecycle_lab.report.shop import write
from lifecycle_lab.report.shop.facts import Line

A4_WIDTH = 794  # 96 dpi 下 A4 的宽（像素）


@pytest.fixture(scope="module")
def page_file(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("page") / "报告"
    aside = [Line(name, 1, 0) for name in PAYLOADS]
    orders = random_orders(8, 90, names=PAYLOADS)
    with opened(orders, aside=aside, name=PAYLOADS[-1], compare_to=date(2023, 12, 1)) as (facts, house):
        write(facts, house, out)
    return out / "report.html"


@pytest.fixture
def page(browser: Browser, page_file: Path):
    """打开了的报告；requests、dialogs 记下它做过的事。"""
    context = browser.new_context(viewport={"width": A4_WIDTH, "height": 1123})
    page = context.new_page()
    page.requests, page.dialogs, page.faults = [], [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(page_file.as_uri())
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def test_nothing_runs_and_nothing_is_fetched(page, page_file):
    outside = [url for url in page.requests if not url.startswith("data:image/png")]
    assert outside == [page_file.as_uri()]
    assert (page.dialogs, page.faults) == ([], [])
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('a,iframe,object,embed,link,form').length") == 0


def test_every_payload_is_read_as_text(page):
    text = page.evaluate("document.body.textContent")
    for name in PAYLOADS:
        assert visible(name).replace("\n", "") in text


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_nothing_is_cut_off(page, medium):
    page.emulate_media(media=medium)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('td,th,img,p,li,caption,figcaption,h1,h2,dd')]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
                  || e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map(e => e.tagName + ': ' + e.textContent.slice(0, 40))"""
    )
    assert wide == []


def test_the_pictures_are_drawn(page):
    sizes = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length])")
    assert len(sizes) == 4
    assert all(done and width > 1000 and alt > 10 for done, width, alt in sizes)


def test_it_prints_on_a4(page):
    data = page.pdf(prefer_css_page_size=True)
    assert data.startswith(b"%PDF")
    # A4：595.28 × 841.89 磅，Chromium 写成整数附近的数
    assert b"/MediaBox [0 0 59" in io.BytesIO(data).read()
