"""The tables of billing."""

from billing.models.accuracy import AccuracyFinding, FindingAct, FindingEvent
from billing.models.catalogue import Price, PriceList, PriceListUse, Product, ProductGroup, ProductKind
from billing.models.disputes import (
    Dispute,
    DisputedAmount,
    DisputedLine,
    DisputeFile,
    DisputeMessage,
    DisputeOutcome,
    DisputeSource,
    DisputeStatus,
    MessageKind,
)
from billing.models.documents import (
    DocumentKind,
    DocumentStatus,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    LineKind,
)
from billing.models.files import Attachment, EInvoice, InvoicePdf, PdfEdition
from billing.models.imports import StagedDocument
from billing.models.links import DocumentLink, LinkOpening, OpeningKind
from billing.models.looks import PaperKind, PaperText
from billing.models.medical import Diagnosis, MedicalCode, MedicalService, MedicalSystem
from billing.models.openings import Opening, OpeningItem, OpeningItemKind, OpeningTotal, StagedOpeningItem
from billing.models.orders import Order, OrderLine, OrderStatus, OrderVersion
from billing.models.policies import OF_DOCUMENT, USUALLY_STOPS, CheckPolicy, Fact, IssueCheck, RequiredFact, Severity
from billing.models.printings import Printing
from billing.models.reasons import ReasonCode, ReasonPurpose
from billing.models.recurring import (
    Occurrence,
    Outcome,
    RecurringInvoice,
    RecurringLine,
    RecurringPause,
    UsageRecord,
)
from billing.models.runs import DocumentOutcome, RunDocument
from billing.models.shipments import (
    BilledLine,
    BilledWhy,
    DeliveryProof,
    Shipment,
    ShipmentKind,
    ShipmentLine,
    ShipmentVersion,
)
from billing.models.taxes import AT_ANY_RATE, NEVER_CHARGED, DatedRate, RateKind, Tax, TaxCategory, TaxExemption
from billing.models.templates import InvoiceTemplate
from billing.models.tolerances import Tolerance
from billing.models.unmailed import Unmailed

__all__ = [
    "AT_ANY_RATE",
    "NEVER_CHARGED",
    "OF_DOCUMENT",
    "USUALLY_STOPS",
    "AccuracyFinding",
    "Attachment",
    "BilledLine",
    "BilledWhy",
    "CheckPolicy",
    "DatedRate",
    "DeliveryProof",
    "Diagnosis",
    "Dispute",
    "DisputeFile",
    "DisputeMessage",
    "DisputeOutcome",
    "DisputeSource",
    "DisputeStatus",
    "DisputedAmount",
    "DisputedLine",
    "DocumentKind",
    "DocumentLink",
    "DocumentOutcome",
    "DocumentStatus",
    "EInvoice",
    "Fact",
    "FindingAct",
    "FindingEvent",
    "Invoice",
    "InvoiceLine",
    "InvoicePdf",
    "InvoiceTax",
    "InvoiceTemplate",
    "IssueCheck",
    "LineKind",
    "LinkOpening",
    "MedicalCode",
    "MedicalService",
    "MedicalSystem",
    "MessageKind",
    "Occurrence",
    "Opening",
    "OpeningItem",
    "OpeningItemKind",
    "OpeningKind",
    "OpeningTotal",
    "Order",
    "OrderLine",
    "OrderStatus",
    "OrderVersion",
    "Outcome",
    "PaperKind",
    "PaperText",
    "PdfEdition",
    "Price",
    "PriceList",
    "PriceListUse",
    "Printing",
    "Product",
    "ProductGroup",
    "ProductKind",
    "RateKind",
    "ReasonCode",
    "ReasonPurpose",
    "RecurringInvoice",
    "RecurringLine",
    "RecurringPause",
    "RequiredFact",
    "RunDocument",
    "Severity",
    "Shipment",
    "ShipmentKind",
    "ShipmentLine",
    "ShipmentVersion",
    "StagedDocument",
    "StagedOpeningItem",
    "Tax",
    "TaxCategory",
    "TaxExemption",
    "Tolerance",
    "Unmailed",
    "UsageRecord",
]
