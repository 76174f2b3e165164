"""Takes the pictures of the README and the docs from the real page: `python scripts/screenshots.py URL TOKEN`."""

import shutil
import sys
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"


def signed_in(browser: Browser, url: str, token: str, theme: str, **options: object) -> Page:
    context = browser.new_context(color_scheme=theme, viewport={"width": 1440, "height": 900}, **options)  # type: ignore[arg-type]
    answer = httpx.post(f"{url}/api/session", json={"token": token}, headers={"Origin": url})
    context.add_cookies([{"name": c.name, "value": c.value or "", "url": url} for c in answer.cookies.jar])
    page = context.new_page()
    page.goto(url)
    page.get_by_role("region").first.wait_for()
    return page


def open_example(page: Page, example: str) -> None:
    page.get_by_role("button", name="Examples", exact=True).click()
    page.locator(f"[data-example='{example}']").click()
    page.wait_for_selector("[data-example]", state="detached")
    page.wait_for_selector("[data-edge]")
    page.wait_for_timeout(800)


def train_until(page: Page, epoch: int) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text(f"Epoch {epoch} of").wait_for(timeout=120_000)
    page.wait_for_timeout(600)


def shoot(page: Page, name: str) -> None:
    page.mouse.move(720, 480)
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(name)


def main(url: str, token: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = signed_in(browser, url, token, "light")
        open_example(page, "start")
        train_until(page, 5)
        shoot(page, "training-light")
        page.get_by_role("button", name="Stop", exact=True).click()
        open_example(page, "start")
        page.locator("[data-node='encoded_a']").click()
        shoot(page, "editing-light")
        page.get_by_role("region", name="Layers").get_by_role("button", name="Dense", exact=True).click()
        page.wait_for_selector("[data-problem]")
        shoot(page, "error-light")
        page.get_by_role("button", name="Projects", exact=True).click()
        page.get_by_role("button", name="New project").click()
        page.wait_for_selector("[data-node]", state="detached")
        shoot(page, "empty-light")
        page.context.close()
        page = signed_in(browser, url, token, "dark")
        open_example(page, "two-inputs-aux-output")
        train_until(page, 3)
        shoot(page, "training-dark")
        page.get_by_role("button", name="Stop", exact=True).click()
        open_example(page, "model-called-like-a-layer")
        page.locator("[data-node='look']").click()
        shoot(page, "editing-dark")
        page.context.close()
        page = signed_in(browser, url, token, "light", locale="zh-CN")
        page.wait_for_selector("[data-node]")
        shoot(page, "chinese-light")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
