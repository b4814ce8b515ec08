"""Reduce HTML to text that is safe to show: no tag, script, style, picture or hidden address remains. Pure."""

import re
from html.parser import HTMLParser

DROPPED = ("script", "style", "head", "title", "template", "object", "iframe", "svg", "noscript")
BLOCKS = (
    *("p", "div", "br", "tr", "li", "ul", "ol", "table", "blockquote", "hr", "pre", "section", "article"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "header", "footer"),
)
EMPTY = ("br", "hr", "img", "meta", "link", "input", "base", "col", "area", "wbr")  # void tags


class _TextCollector(HTMLParser):
    """Collects the words of a page, with a line for each block and the target of a link after its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.dropped = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED:
            self.dropped += 1
        elif not self.dropped:
            if tag in BLOCKS:
                self.pieces.append("\n- " if tag == "li" else "\n")
            elif tag in ("td", "th"):
                self.pieces.append("\t")
            elif tag == "a":
                self.links.append(((dict(attrs).get("href") or "").strip(), len(self.pieces)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS and not self.dropped:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in DROPPED:
            self.dropped = max(0, self.dropped - 1)
        elif not self.dropped:
            if tag in BLOCKS and tag not in EMPTY:
                self.pieces.append("\n")
            elif tag == "a" and self.links:
                self._end_link(*self.links.pop())

    def handle_data(self, data: str) -> None:
        if not self.dropped:
            self.pieces.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _end_link(self, target: str, start: int) -> None:
        """Show the target of a link if its text differs: a reader must see a disguised address."""
        words = "".join(self.pieces[start:]).strip()
        if target.lower().startswith(("http://", "https://")) and target.rstrip("/") != words.rstrip("/"):
            self.pieces.append(f" <{target[:300]}>")


def text_of(html: str) -> str:
    """Return the text of an HTML page. Never raises, even for broken HTML."""
    collector = _TextCollector()
    try:
        collector.feed(html)
        collector.close()
    except (AssertionError, ValueError):  # marked sections that the parser does not support
        collector.pieces.append(re.sub(r"<[^>]*>", " ", html))
    return normalise_lines("\n".join(line.strip(" ") for line in "".join(collector.pieces).split("\n")))


def normalise_lines(text: str) -> str:
    """Return text with plain line ends, without control characters, and with at most one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    text = "".join(sign for sign in text if sign in "\n\t" or (ord(sign) >= 32 and not 0x7F <= ord(sign) < 0xA0))
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
