"""Files as answers."""

from django.http import HttpResponse


def download(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file to be kept under a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
