"""Detect the type of a file by its content, not its name, and decide which types are accepted. Pure."""

import codecs
import zipfile
from typing import BinaryIO

# {extension: media type}: documents, pictures, tables, mail and recordings; no programs, HTML pages or archives.
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
HEAD = 200_000  # bytes read to recognise a text
DIRECTORY = 2 << 20  # bytes, far more than the name list of an office document
_OLD_OFFICE, _TEXT = ("doc", "xls", "ppt"), ("txt", "csv", "eml")


def extension_of(name: str) -> str:
    """Return the lower-case extension of a file name, "" without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def detect_types(content: BinaryIO) -> tuple[str, ...]:
    """Return the extensions that match a file's content; () for a type that is not accepted.

    Reads the head of a file, and the name list of an archive.
    """
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
        return _detect_office(content)
    if head[4:8] == b"ftyp":
        return ("m4a", "mp4")
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] != 0xFE):
        return ("mp3",)
    return _TEXT if _is_text(start[:HEAD], cut=len(start) > HEAD) else ()


class _BoundedReader:
    """A file that refuses large reads, so that a crafted name list cannot exhaust memory."""

    def __init__(self, content: BinaryIO) -> None:
        self.seek, self.tell, self.seekable = content.seek, content.tell, content.seekable
        self._content = content

    def read(self, count: int = -1) -> bytes:
        """Read at most DIRECTORY bytes. Raises OSError beyond."""
        part = self._content.read(DIRECTORY + 1 if count < 0 else min(count, DIRECTORY + 1))
        if len(part) > DIRECTORY:
            raise OSError("more than an office document needs")
        return part


def _detect_office(content: BinaryIO) -> tuple[str, ...]:
    """Return the extensions that match an office document; () for macros or any other archive.

    Nothing is unpacked except the short type declaration of OpenDocument.
    """
    try:
        with zipfile.ZipFile(_BoundedReader(content)) as archive:
            names = archive.namelist()
            if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
                return ()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace")
                return tuple(extension for extension in ("odt", "ods") if TYPES[extension] == declared)
            if "[Content_Types].xml" in names:
                return tuple(
                    extension for part, extension in _PARTS.items() if any(name.startswith(part) for name in names)
                )
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError):
        return ()
    return ()


def _is_text(content: bytes, cut: bool) -> bool:
    """Return whether content is text, and not HTML or a script that a browser might run.

    `cut` means that the file continues, so the last character may be incomplete.
    """
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(content, final=not cut)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            continue
        start = text.lstrip().lower()
        return not start.startswith(("<!doctype", "<html", "<script", "<svg", "<?xml", "#!"))
    return False
