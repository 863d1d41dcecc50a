"""The pages of the site as a visitor without a network reads them, and what is wrong with them."""

import html
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(HTMLParser):
    """What a page has in it: anchors, links, what it loads, pictures, headings."""

    def __init__(self, path):
        super().__init__()
        self.path, self.text = path, path.read_text("utf-8")
        self.ids, self.links, self.loads, self.alts, self.levels = Counter(), [], [], [], []
        self.lang = None
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids[found["id"]] += 1
        if tag in HEADINGS:
            self.levels.append(int(tag[1]))
        if tag == "html":
            self.lang = found.get("lang")
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and "stylesheet" in found.get("rel", ""):
            self.loads.append(found["href"])
        elif "src" in found:
            self.loads.append(found["src"])
        if tag == "img":
            self.alts.append(found.get("alt"))

    @property
    def words(self):
        """The text as it is read, without any space."""
        return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", self.text)))


def read(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def problems(pages):
    """What is wrong with pages, each as a line with the name of the page."""
    return [f"{page.path.name}: {what}" for page in pages.values() for what in wrong(page, pages)]


def wrong(page, pages):
    for source in page.loads:
        file = page.path.parent / source.partition("?")[0]
        if not (source.startswith("data:image/") or file.is_file()):
            yield f"loads {source}"
    for link in page.links:
        if not link.startswith("https://"):
            place, _, anchor = link.partition("#")
            target = (page.path.parent / place).resolve() if place else page.path
            if target not in pages or (anchor and unquote(anchor) not in pages[target].ids):
                yield f"broken link {link}"
    yield from (
        f"{times} elements are called {name}" for name, times in page.ids.items() if times > 1
    )
    if page.lang != "en":
        yield f"language {page.lang}"
    if page.levels.count(1) != 1 or page.levels[0] != 1:
        yield f"headings begin with {page.levels[:3]}"
    for one, following in zip(page.levels, page.levels[1:], strict=False):
        if following > one + 1:
            yield f"a heading of level {following} follows one of level {one}"
    if not all(page.alts):
        yield "a picture without words"
    if page.path.stat().st_size > 2_000_000:
        yield "more than 2 MB"
    if "Skip to content" not in page.text:
        yield "no link to the content"
