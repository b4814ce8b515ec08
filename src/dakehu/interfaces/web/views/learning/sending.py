"""Send a stored file as a download, never displayed inside the desk's pages."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from dakehu.foundation.files.store import Content


def send_file(name: str, content: Content) -> StreamingHttpResponse:
    """Return a stored file slice by slice."""
    answer = StreamingHttpResponse(iter(content), content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
