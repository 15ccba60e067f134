"""A draft as somebody types it: the forms of the editor, whichever door reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.forms import BaseFormSet
from django.http import QueryDict

from billing.models import Invoice, Tax
from billing.operations.details import InvoiceDetails
from billing.web.forms import DraftForm, LineForms, details_from, initial_from, tax_choices
from customers.access import get_customer_for
from customers.models import PaymentTerms
from customers.web.forms import terms_choices
from ledger.present import present
from office.web.requests import StaffRequest

EMPTY_LINES = 5


@dataclass(frozen=True)
class TypedDraft:
    """The editor's forms; of a draft that is kept already, or of a new one."""

    request: StaffRequest
    form: DraftForm
    lines: BaseFormSet
    invoice: Invoice | None = None

    def is_valid(self) -> bool:
        """Whether both forms can be read; each says where it cannot."""
        return all([self.form.is_valid(), self.lines.is_valid()])

    def details(self) -> InvoiceDetails:
        """What was typed. Raises Http404 for a customer whom this person may not see."""
        get_customer_for(self.request.user, self.form.cleaned_data["customer"])
        return details_from(self.form, self.lines, self.invoice)

    @property
    def kept(self) -> Invoice:
        """The draft, where it is one that is kept already."""
        return present(self.invoice)

    @property
    def first_error(self) -> str:
        """The first thing that cannot be read, in words."""
        for messages in self.form.errors.values():
            return str(messages[0])
        shown = (line for line in self.lines if not line.cleaned_data.get("DELETE"))
        for number, line in enumerate(shown, 1):
            for messages in line.errors.values():
                return f"Line {number}: {messages[0]}"
        return " ".join(str(message) for message in self.lines.non_form_errors())


def blank_draft(request: StaffRequest, head: Mapping[str, Any] | None = None, rows: list | None = None) -> TypedDraft:
    """The forms of a new draft, empty or with what a link or a template brings along."""
    taxes = tax_choices(request.company)
    empty = [{"quantity": "1", "tax": taxes[0][0]} for _ in range(EMPTY_LINES)]
    head = {"customer": request.GET.get("customer"), "currency": "", "net_days": None} | dict(head or {})
    return _typed(request, None, None, head, rows or empty)


def stored_draft(request: StaffRequest, invoice: Invoice) -> TypedDraft:
    """The forms as a draft is kept."""
    return _typed(request, invoice, None, *initial_from(invoice))


def typed_draft(request: StaffRequest, invoice: Invoice | None = None, data: QueryDict | None = None) -> TypedDraft:
    """The forms as they were sent."""
    return _typed(request, invoice, request.POST if data is None else data, {}, [])


def _typed(
    request: StaffRequest, invoice: Invoice | None, data: QueryDict | None, head: dict, rows: list[dict]
) -> TypedDraft:
    carried_taxes, carried_terms = Tax.objects.all(), PaymentTerms.objects.all()
    if invoice:
        carried_taxes = carried_taxes.filter(pk__in=invoice.lines.values("tax"))
        carried_terms = carried_terms.filter(pk=invoice.terms_id or 0)
    taxes = tax_choices(request.company, carried=carried_taxes if invoice or data else None)
    terms = terms_choices(request.company, carried=carried_terms if invoice or data else None)
    kwargs: dict[str, Any] = {"prefix": "lines", "company": request.company, "form_kwargs": {"taxes": taxes}}
    form = DraftForm(data, initial=head, terms=terms)
    lines = LineForms(data, **kwargs) if data is not None else LineForms(initial=rows, **kwargs)
    return TypedDraft(request, form, lines, invoice)


def typed_key(data: QueryDict) -> UUID | None:
    """The key of the form that was sent; nothing where it has none that can be read."""
    try:
        return UUID(data.get("key", ""))
    except ValueError:
        return None


def new_key() -> UUID:
    """A key for a form that is shown anew."""
    return uuid4()
