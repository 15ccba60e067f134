"""Documents on paper: one PDF for each edition of a document, made once, kept, the same for everybody."""

from billing.pdf.documents import account_pdf, draft_pdf, draft_pictures, kept_pdf, pdf_for

__all__ = ["account_pdf", "draft_pdf", "draft_pictures", "kept_pdf", "pdf_for"]
