"""Take the pictures of README's tour anew from a running demo office: `python tools/tour.py [http://localhost:8000]`.

They are of now, so run it whenever the look of a page changed. The office must be the demo that `bin/start` fills.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

TOUR = Path(__file__).resolve().parent.parent / "static" / "tour"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WIDTH, COLOURS = 960, 256
PASSWORD = "duebook-demo"  # noqa: S105  it stands on the demo's log-in page


def main(site: str) -> None:
    """Walk through the office as its manager, then as a customer on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium())
        page = browser.new_page(viewport=DESK, reduced_motion="reduce")
        page.goto(f"{site}/log-in/")
        page.get_by_label("E-mail address").fill("manager@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{site}/")
        keep(page, "home")
        for name, address in {"worklist": "/worklist/", "ageing": "/reports/ageing/", "bank": "/bank/queue/"}.items():
            page.goto(site + address)
            keep(page, name)
        page.goto(f"{site}/invoices/?state=overdue")
        page.locator("tbody a").first.click()
        keep(page, "invoice")
        page.goto(f"{site}/invoices/?state=draft")
        page.locator("tbody a").first.click()
        page.get_by_role("link", name="Change", exact=True).first.click()
        keep(page, "editor")
        page.goto(f"{site}/receipts/?state=unapplied")
        page.locator("tbody a").first.click()
        page.locator("main a[href*='/allocate/']").first.click()
        keep(page, "allocate")
        link = mailed_link(page, site)
        phone = browser.new_page(viewport=PHONE, reduced_motion="reduce")
        phone.goto(link)
        keep(phone, "customer")
        browser.close()


def mailed_link(page: Page, site: str) -> str:
    """Mail an open invoice, and give the link that its mail brings once the worker sent it."""
    page.goto(f"{site}/invoices/?state=open")
    page.locator("tbody a").first.click()
    page.locator("form[action$='/send/'] button:visible").first.click()
    for _ in range(60):
        page.goto(f"{site}/mail/")
        page.locator("tbody").get_by_role("link", name="Invoice").first.click()
        link = page.locator("a[href*='/p/']").first
        if link.count():
            return link.get_attribute("href") or ""
        page.wait_for_timeout(1000)
    raise SystemExit("The mail was not sent. Does the worker run?")


def keep(page: Page, name: str) -> None:
    """The picture of what the page shows first, small."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot()))
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, picture.height * WIDTH // picture.width), Image.Resampling.LANCZOS)
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(TOUR / f"{name}.png", optimize=True)
    print(name)


def _chromium() -> str | None:
    """The machine's own, where Playwright has none of its own."""
    return next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000")
