"""What answers are made of besides JSON."""

from rest_framework.renderers import BaseRenderer


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for application/pdf; the view makes the bytes."""

    media_type = "application/pdf"
    format = "pdf"
    render_style = "binary"
    charset = None
