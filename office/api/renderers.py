"""What answers are made of."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer


class PlainJsonRenderer(JSONRenderer):
    """JSON in one way of writing, so that the same answer is the same bytes."""

    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> None:
        """None, whatever was asked."""
        return


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for application/pdf; the view makes the bytes."""

    media_type = "application/pdf"
    format = "pdf"
    render_style = "binary"
    charset = None
