"""The watermark over the pages of one reader: name, user name and time, as a picture that is never stored."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.base import clock

WIDTH, HEIGHT = 320, 200  # of one repetition, in pixels


@require_safe
def picture(request: HttpRequest) -> HttpResponse:
    """Return the picture for the signed-in user, of this minute."""
    user = team.current_user()
    name = f"{user.name} {user.username}" if user is not None else ""
    content = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"><g transform="rotate(-20 {x} {y})" '
        'font-family="sans-serif" font-size="15" fill="#808080"><text x="24" y="{y}">{name}</text>'
        '<text x="24" y="{below}">{at}</text></g></svg>',
        w=WIDTH,
        h=HEIGHT,
        x=WIDTH // 2,
        y=HEIGHT // 2,
        below=HEIGHT // 2 + 22,
        name=name,
        at=clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
    )
    return HttpResponse(content, content_type="image/svg+xml", headers={"Cache-Control": "no-store"})
