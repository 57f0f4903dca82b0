"""Give a real browser to the tests that look at pages."""

import contextlib
import shutil

import pytest
from playwright.async_api import async_playwright

from tests.servers.missing import do_without

CHROMIUM = shutil.which("chromium")


@pytest.fixture
async def open_window():
    """Give a function that opens an address in a new window of this width and scheme.

    The page's `complaints` are what the browser said against it, `asked` the addresses it loaded.
    """
    if CHROMIUM is None:
        do_without("chromium", "apt-get install chromium")
    async with contextlib.AsyncExitStack() as stack:
        play = await stack.enter_async_context(async_playwright())
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=arguments)
        stack.push_async_callback(browser.close)

        async def open_page(url, width=1280, scheme="light"):
            page = await browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.complaints, page.asked = [], []
            page.on("console", lambda said: page.complaints.append(said.text))
            page.on("pageerror", lambda said: page.complaints.append(str(said)))
            page.on("requestfailed", lambda failed: page.complaints.append(failed.url))
            page.on("request", lambda request: page.asked.append(request.url))
            await page.goto(url)
            return page

        yield open_page


@pytest.fixture
def faint_texts():
    """Give a function that lists the texts of a page which contrast with their ground by less than 4.5 to 1."""

    async def list_faint(page):
        return [found for found in await page.evaluate(CONTRASTS) if found["ratio"] < 4.5]

    return list_faint


CONTRASTS = """
() => {
  const channels = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const found = channels(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  const ink = e => e.namespaceURI.endsWith("svg") ? getComputedStyle(e).fill : getComputedStyle(e).color;
  return [...document.body.querySelectorAll("*:not(style)")].filter(own).map(e => {
    const [a, b] = [light(channels(ink(e))), light(ground(e))];
    return {text: e.textContent.trim().slice(0, 30), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)};
  });
}
"""
