"""Which files may be kept with a client, told by what stands in them and not by their name. Pure."""

import codecs
import zipfile
from typing import BinaryIO

# {ending: media type}: papers, pictures, tables, mail and recordings. Programs, pages of HTML and archives are not among them.
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "txt": "text/plain",
    "csv": "text/csv",
    "eml": "message/rfc822",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
}
_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
HEAD = 200_000  # bytes by which a text is judged
DIRECTORY = 2 << 20  # bytes; the list of names inside an office document is shorter, by far
_OLD_OFFICE, _TEXT = ("doc", "xls", "ppt"), ("txt", "csv", "eml")


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, "" where it has none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def kinds_within(content: BinaryIO) -> tuple[str, ...]:
    """The endings that fit what stands in a file; () for something that is not kept. Of a large file the head is read, of an
    archive the list of names as well."""
    content.seek(0)
    start = content.read(HEAD + 1)
    head = start[:16]
    if b"%PDF-" in start[:1024]:
        return ("pdf",)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ("png",)
    if head.startswith(b"\xff\xd8\xff"):
        return ("jpg", "jpeg")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ("gif",)
    if head.startswith(b"RIFF"):
        return {b"WEBP": ("webp",), b"WAVE": ("wav",)}.get(head[8:12], ())
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE
    if head.startswith(b"PK\x03\x04"):
        return _within_archive(content)
    if head[4:8] == b"ftyp":
        return ("m4a", "mp4")
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] != 0xFE):
        return ("mp3",)
    return _TEXT if _is_text(start[:HEAD], cut=len(start) > HEAD) else ()


class _InParts:
    """A file of which nothing large is read at once, as a list of names made to fill the memory would be."""

    def __init__(self, content: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = content.seek, content.tell, content.seekable
        self._content = content

    def read(self, count: int = -1) -> bytes:
        part = self._content.read(DIRECTORY + 1 if count < 0 else min(count, DIRECTORY + 1))
        if len(part) > DIRECTORY:
            raise OSError("more than an office document needs")
        return part


def _within_archive(content: BinaryIO) -> tuple[str, ...]:
    """Office documents are archives; one that carries macros is not kept, nor is any other archive. Nothing is unpacked but
    the few letters in which OpenDocument says what it is."""
    try:
        with zipfile.ZipFile(_InParts(content)) as archive:
            names = archive.namelist()
            if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
                return ()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                said = archive.read("mimetype").decode("ascii", "replace")
                return tuple(end for end in ("odt", "ods") if TYPES[end] == said)
            if "[Content_Types].xml" in names:
                return tuple(end for part, end in _PARTS.items() if any(name.startswith(part) for name in names))
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError):
        return ()
    return ()


def _is_text(content: bytes, cut: bool) -> bool:
    """Readable as text, and not a page of HTML or a script, which a browser might run. `cut` says that the file goes on, so
    that the last character may lack its end."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for coding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(coding)().decode(content, final=not cut)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            continue
        start = text.lstrip().lower()
        return not start.startswith(("<!doctype", "<html", "<script", "<svg", "<?xml", "#!"))
    return False
