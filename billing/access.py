"""Which documents a member of staff sees: those of the customers they see; and the catalogue of their companies."""

from django.db.models import Q, QuerySet
from django.http import Http404

from billing.billing_runs import KINDS
from billing.models import (
    AccuracyFinding,
    Attachment,
    DeliveryProof,
    Dispute,
    DisputeFile,
    DocumentLink,
    Invoice,
    InvoiceTemplate,
    Occurrence,
    Opening,
    OpeningItem,
    Order,
    PriceList,
    PriceListUse,
    Product,
    RecurringInvoice,
    RunDocument,
    Shipment,
    UsageRecord,
)
from billing.opening.shown import with_open
from customers.access import customers_for, rows_for
from office.access import companies_for, found, runs_for
from office.models import Run, User
from office.work.runs import LARGE


def invoices_for(user: User) -> QuerySet[Invoice]:
    """The invoices and credit memos of a person's customers."""
    return rows_for(user, Invoice.objects.all())


def get_invoice_for(user: User, invoice_id: int) -> Invoice:
    """The document, or Http404 where this person may not see one of that id."""
    return found(invoices_for(user).filter(pk=invoice_id).select_related("company", "customer", "credits"), "document")


def openings_for(user: User) -> QuerySet[Opening]:
    """What a person's companies took over from other products; nothing where they see only their own customers."""
    rows = Opening.objects.filter(company__in=companies_for(user)).select_related("company", "begun_by", "live_by")
    return rows.none() if user.only_own_customers else rows


def get_opening_for(user: User, opening_id: int) -> Opening:
    """The opening, or Http404 where this person may not see one of that id."""
    return found(openings_for(user).filter(pk=opening_id), "opening")


def opening_items_for(user: User) -> QuerySet[OpeningItem]:
    """What was taken over of a person's customers."""
    return rows_for(user, OpeningItem.objects.all())


def get_opening_item_for(user: User, item_id: int) -> OpeningItem:
    """What was taken over, with what of it is open, or Http404 where this person may not see one of that id."""
    rows = with_open(opening_items_for(user).filter(pk=item_id))
    return found(rows.select_related("company", "customer", "opening", "load"), "document taken over")


def disputes_for(user: User) -> QuerySet[Dispute]:
    """The disputes of a person's customers."""
    return rows_for(user, Dispute.objects.all())


def get_dispute_for(user: User, dispute_id: int) -> Dispute:
    """The dispute, or Http404 where this person may not see one of that id."""
    rows = disputes_for(user).filter(pk=dispute_id)
    return found(rows.select_related("company", "customer", "invoice", "entry", "reason_code", "owner"), "dispute")


def get_dispute_file_for(user: User, file_id: int) -> DisputeFile:
    """A file about a dispute, or Http404 where this person may not see one of that id."""
    return found(DisputeFile.objects.filter(pk=file_id, dispute__in=disputes_for(user)), "file")


def findings_for(user: User) -> QuerySet[AccuracyFinding]:
    """What the accuracy checks found at a person's customers."""
    return rows_for(user, AccuracyFinding.objects.all())


def get_finding_for(user: User, finding_id: int) -> AccuracyFinding:
    """The finding, or Http404 where this person may not see one of that id."""
    rows = findings_for(user).filter(pk=finding_id)
    return found(rows.select_related("company", "customer", "invoice"), "finding")


def billing_runs_for(user: User) -> QuerySet[Run]:
    """The billing runs of a person's companies; only those they started, where they are limited to their customers."""
    return runs_for(user).filter(kind__in=KINDS).defer(*LARGE)


def get_billing_run_for(user: User, run_id: int) -> Run:
    """The billing run, or Http404 where this person may not see one of that id."""
    return found(billing_runs_for(user).filter(pk=run_id), "billing run")


def run_documents_for(user: User, run: Run) -> QuerySet[RunDocument]:
    """What a run took on, as far as this person sees those customers."""
    documents = RunDocument.objects.filter(run=run).select_related("invoice__customer")
    return (
        documents.filter(invoice__customer__in=customers_for(user).values("pk"))
        if user.only_own_customers
        else documents
    )


def get_link_for(user: User, link_id: int) -> DocumentLink:
    """The link to a document, or Http404 where this person may not see one of that id."""
    return found(DocumentLink.objects.filter(pk=link_id, invoice__in=invoices_for(user)), "link")


def recurring_for(user: User) -> QuerySet[RecurringInvoice]:
    """The recurring invoices of a person's customers."""
    return rows_for(user, RecurringInvoice.objects.all())


def get_recurring_for(user: User, recurring_id: int) -> RecurringInvoice:
    """The recurring invoice, or Http404 where this person may not see one of that id."""
    return found(recurring_for(user).filter(pk=recurring_id).select_related("company", "customer"), "recurring invoice")


def get_occurrence_for(user: User, occurrence_id: int) -> Occurrence:
    """The period of a recurring invoice, or Http404 where this person may not see one of that id."""
    rows = Occurrence.objects.filter(pk=occurrence_id, recurring__in=recurring_for(user))
    return found(rows.select_related("recurring__company"), "period")


def usage_for(user: User) -> QuerySet[UsageRecord]:
    """What a person's customers used."""
    return rows_for(user, UsageRecord.objects.all())


def orders_for(user: User) -> QuerySet[Order]:
    """The orders of a person's customers."""
    return rows_for(user, Order.objects.all())


def get_order_for(user: User, order_id: int) -> Order:
    """The order, or Http404 where this person may not see one of that id."""
    return found(orders_for(user).filter(pk=order_id).select_related("company", "customer__terms"), "order")


def shipments_for(user: User) -> QuerySet[Shipment]:
    """What was shipped to a person's customers, or came back from them."""
    return rows_for(user, Shipment.objects.all())


def get_shipment_for(user: User, shipment_id: int) -> Shipment:
    """The shipment, or Http404 where this person may not see one of that id."""
    rows = shipments_for(user).filter(pk=shipment_id)
    return found(rows.select_related("company", "customer", "order"), "shipment")


def get_proof_for(user: User, proof_id: int) -> DeliveryProof:
    """A proof of delivery, or Http404 where this person may not see one of that id."""
    rows = DeliveryProof.objects.filter(pk=proof_id, shipment__in=shipments_for(user))
    return found(rows.select_related("shipment"), "file")


def products_for(user: User) -> QuerySet[Product]:
    """The products of a person's companies."""
    return Product.objects.filter(company__in=companies_for(user)).select_related("company", "tax", "group")


def get_product_for(user: User, product_id: int) -> Product:
    """The product, or Http404 where this person may not see one of that id."""
    return found(products_for(user).filter(pk=product_id), "product")


def get_price_list_for(user: User, price_list_id: int) -> PriceList:
    """The price list, or Http404 where this person may not see one of that id."""
    lists = PriceList.objects.filter(company__in=companies_for(user)).select_related("company")
    return found(lists.filter(pk=price_list_id), "price list")


def uses_for(user: User, price_list: PriceList) -> QuerySet[PriceListUse]:
    """Who gets a list, as far as this person sees those customers."""
    uses = price_list.uses.select_related("customer", "group")
    return uses.filter(Q(customer=None) | Q(customer__in=customers_for(user)))


def get_use_for(user: User, use_id: int) -> PriceListUse:
    """The use of a price list, or Http404 where this person may not see one of that id."""
    use = PriceListUse.objects.filter(pk=use_id, price_list__company__in=companies_for(user)).first()
    if use is None or not uses_for(user, use.price_list).filter(pk=use.pk).exists():
        raise Http404("No such use.")
    return use


def templates_for(user: User) -> QuerySet[InvoiceTemplate]:
    """The templates of the customers that a person sees."""
    return rows_for(user, InvoiceTemplate.objects.all())


def get_template_for(user: User, template_id: int) -> InvoiceTemplate:
    """The template, or Http404 where this person may not see one of that id."""
    return found(templates_for(user).filter(pk=template_id), "template")


def get_attachment_for(user: User, attachment_id: int) -> Attachment:
    """The attachment of a document that this person sees, or Http404."""
    rows = Attachment.objects.filter(pk=attachment_id, invoice__in=invoices_for(user)).select_related("invoice")
    return found(rows, "attachment")
