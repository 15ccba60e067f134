"""Whether this process can do its work."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from office.web.doors import open_door


@open_door
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer "ok" when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
