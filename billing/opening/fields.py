"""What a file of open documents may tell, and what its words for them mean."""

from billing.models import OpeningItemKind
from office.reading import Field, FieldKind

FIELDS = (
    Field("customer_number", "Customer number", headings=("Customer no", "CustomerID", "Account", "Account number")),
    Field("customer", "Customer", headings=("Customer name", "Company", "Client", "Contact", "Name")),
    Field("email", "E-mail", headings=("Email", "Customer email", "EmailAddress")),
    Field("number", "Document number", headings=("Number", "Num", "No", "Invoice number", "Invoice", "Document")),
    Field("kind", "Kind", headings=("Type", "Transaction type", "Document type")),
    Field("status", "Status", headings=("State",)),
    Field("dated_on", "Date", FieldKind.DAY, headings=("Invoice date", "Document date", "Issue date")),
    Field("due_on", "Due", FieldKind.DAY, headings=("Due date", "Due on")),
    Field("currency", "Currency", headings=("Currency code",)),
    Field("total", "Amount of the document", FieldKind.NUMBER, headings=("Total", "Amount", "Invoice total")),
    Field(
        "open",
        "Still open",
        FieldKind.NUMBER,
        required=True,
        headings=("Open", "Open balance", "Balance", "Amount due", "Outstanding"),
    ),
    Field("exchange_rate", "Exchange rate", FieldKind.NUMBER, headings=("Rate",)),
    Field("tax", "Tax in it", FieldKind.NUMBER, headings=("Tax", "VAT", "Tax total")),
    Field("po_number", "Customer's order number", headings=("PO", "PO number", "P.O. #", "Reference")),
    Field("note", "Note", headings=("Notes", "Memo", "Memo/Description", "Description")),
)

KINDS = {
    "invoice": OpeningItemKind.INVOICE,
    "sales invoice": OpeningItemKind.INVOICE,
    "credit memo": OpeningItemKind.CREDIT_MEMO,
    "credit note": OpeningItemKind.CREDIT_MEMO,
    "sales credit note": OpeningItemKind.CREDIT_MEMO,
    "credit": OpeningItemKind.CREDIT_MEMO,
    "payment": OpeningItemKind.PAYMENT,
    "receipt": OpeningItemKind.PAYMENT,
    "overpayment": OpeningItemKind.PAYMENT,
    "sales overpayment": OpeningItemKind.PAYMENT,
    "prepayment": OpeningItemKind.PAYMENT,
    "sales prepayment": OpeningItemKind.PAYMENT,
    "opening balance": OpeningItemKind.BALANCE,
    "balance": OpeningItemKind.BALANCE,
    "journal entry": OpeningItemKind.BALANCE,
}
"""What QuickBooks, Xero, Stripe and Invoice Ninja call their documents in English exports."""

TAKING = (OpeningItemKind.CREDIT_MEMO, OpeningItemKind.PAYMENT)
"""What takes from what is owed, whichever sign a file gives it."""

NEVER_OWED = {
    "draft",
    "uncollectible",
    "void",
    "voided",
    "deleted",
    "cancelled",
    "canceled",
    "failed",
    "reversed",
    "submitted",
    "archived",
}
"""States in which nothing is owed, whatever the file says beside them."""
