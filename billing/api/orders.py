"""Orders and shipments, for programs."""

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from billing.access import get_order_for, get_proof_for, get_shipment_for, invoices_for, orders_for, shipments_for
from billing.api.order_serializers import (
    BilledOut,
    BillShipmentsIn,
    DeliveryIn,
    EndOrderIn,
    OrderChange,
    OrderIn,
    OrderOut,
    OrderPage,
    OrdersQuery,
    ReadOrderIn,
    ReadOrderOut,
    ShipmentChange,
    ShipmentIn,
    ShipmentOut,
    ShipmentPage,
    ShipmentReturnIn,
    ShipmentsQuery,
    WhyIn,
    order_details_from,
    shipment_details_from,
)
from billing.api.shown import as_rows
from billing.models import Order
from billing.operations.bill_shipments import bill_shipments
from billing.operations.cancel_shipment import cancel_shipment
from billing.operations.change_order import change_order
from billing.operations.change_shipment import change_shipment
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.end_order import end_order, reopen_order
from billing.operations.read_ubl_order import read_ubl_order
from billing.operations.record_order import record_order
from billing.operations.record_return import record_return
from billing.operations.record_shipment import record_shipment
from billing.order_figures import lines_with_figures, shipped_lines, with_shipment_state, with_state
from billing.web.attachments import file_response
from customers.access import get_customer_for
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.views import ApiView, checked, company_of
from office.dressing import dressed
from office.models import User
from office.web.requests import ApiRequest

SAME = ("customer", "order", "state", "kind", "po_number", "source_reference")
"""What a list is narrowed by as it is."""


def shown_order(user: User, order_id: int, status: int = 200) -> Response:
    """The answer that shows an order with its lines."""
    order = get_order_for(user, order_id)
    state = with_state(orders_for(user).filter(pk=order_id), order.company.today()).get().state
    lines = lines_with_figures(order)
    return Response(OrderOut(dressed(order, state=state, shown_lines=lines)).data, status)


def shown_shipment(user: User, shipment_id: int, status: int = 200) -> Response:
    """The answer that shows a shipment with its lines."""
    shipment = get_shipment_for(user, shipment_id)
    state = with_shipment_state(shipments_for(user).filter(pk=shipment_id)).get().state
    proofs = shipment.proofs.defer("content")
    shown = dressed(shipment, state=state, shown_lines=shipped_lines(shipment), kept_proofs=proofs)
    return Response(ShipmentOut(shown).data, status)


class OrdersView(ApiView):
    """All orders, and recording one."""

    permission = {"get": "billing.view_order", "post": "billing.manage_orders"}

    @extend_schema(operation_id="list_orders", parameters=[OrdersQuery], responses=OrderPage)
    def get(self, request: ApiRequest) -> Response:
        """The orders of a company."""
        query = checked(OrdersQuery, request.query_params.dict())
        company = company_of(request)
        rows = with_state(orders_for(request.user).filter(company=company).select_related("customer"), company.today())
        rows = rows.filter(**{name: query[name] for name in SAME if name in query})
        results, following = page_of(rows, query, "orders")
        return Response(OrderPage({"results": results, "next": following}).data)

    @extend_schema(operation_id="record_order", request=OrderIn, responses={201: OrderOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep what a customer ordered."""
        data = checked(OrderIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        order = record_order(customer.company, order_details_from(data), by=request.user)
        return shown_order(request.user, order.pk, 201)


class ReadOrderView(ApiView):
    """Reading an order or a despatch advice."""

    permission = {"post": "billing.import_orders"}

    @extend_schema(operation_id="read_ubl_order", request=ReadOrderIn, responses={201: ReadOrderOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep what a UBL file says as an order or a shipment; read again, an order is changed to what it says now."""
        data = checked(ReadOrderIn, request.data)
        customer_id = get_customer_for(request.user, data["customer"]).pk if "customer" in data else None
        paper = read_ubl_order(company_of(request), data["file"], by=request.user, customer_id=customer_id)
        ids: dict[str, int | None] = {"order_id": None, "shipment_id": None}
        ids["order_id" if isinstance(paper, Order) else "shipment_id"] = paper.pk
        return Response(ReadOrderOut({**ids, "number": paper.number}).data, 201)


class OrderView(ApiView):
    """One order."""

    locks = "billing.Order"
    is_versioned = True
    permission = {"get": "billing.view_order", "put": "billing.manage_orders"}

    @extend_schema(operation_id="get_order", responses=OrderOut)
    def get(self, request: ApiRequest, order_id: int) -> Response:
        """An order, line by line with what is shipped and billed."""
        return shown_order(request.user, order_id)

    @extend_schema(operation_id="change_order", request=OrderChange, responses=OrderOut)
    def put(self, request: ApiRequest, order_id: int) -> Response:
        """Change an order as read at `version`; the version before is kept. Lines keep who they are by `line_id`."""
        order = get_order_for(request.user, order_id)
        data = checked(OrderChange, request.data)
        version, reason = data.pop("version"), data.pop("reason", "")
        details = order_details_from(data | {"source_reference": order.source_reference})
        change_order(order.pk, details, version=version, reason=reason, by=request.user)
        return shown_order(request.user, order_id)


class EndOrderView(ApiView):
    """Ending an order."""

    permission = {"post": "billing.manage_orders"}

    @extend_schema(operation_id="end_order", request=EndOrderIn, responses=OrderOut)
    @idempotent
    def post(self, request: ApiRequest, order_id: int) -> Response:
        """Close an order, or cancel one of which nothing was shipped or billed."""
        order = get_order_for(request.user, order_id)
        data = checked(EndOrderIn, request.data)
        end_order(order.pk, data["status"], reason=data["reason"], on=order.company.today(), by=request.user)
        return shown_order(request.user, order_id)


class ReopenOrderView(ApiView):
    """Opening an order again."""

    permission = {"post": "billing.manage_orders"}

    @extend_schema(operation_id="reopen_order", request=WhyIn, responses=OrderOut)
    @idempotent
    def post(self, request: ApiRequest, order_id: int) -> Response:
        """Let an order that has ended go on."""
        order = get_order_for(request.user, order_id)
        reopen_order(order.pk, reason=checked(WhyIn, request.data)["reason"], by=request.user)
        return shown_order(request.user, order_id)


class ShipmentsView(ApiView):
    """All shipments, and recording one."""

    permission = {"get": "billing.view_shipment", "post": "billing.manage_shipments"}

    @extend_schema(operation_id="list_shipments", parameters=[ShipmentsQuery], responses=ShipmentPage)
    def get(self, request: ApiRequest) -> Response:
        """The shipments of a company."""
        query = checked(ShipmentsQuery, request.query_params.dict())
        rows = shipments_for(request.user).filter(company=company_of(request)).select_related("customer")
        rows = with_shipment_state(rows).filter(**{name: query[name] for name in SAME if name in query})
        results, following = page_of(rows, query, "shipments")
        return Response(ShipmentPage({"results": results, "next": following}).data)

    @extend_schema(operation_id="record_shipment", request=ShipmentIn, responses={201: ShipmentOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep what left for a customer, or was done for them."""
        data = checked(ShipmentIn, request.data)
        customer = get_customer_for(request.user, data["customer"])
        shipment = record_shipment(customer.company, shipment_details_from(data), by=request.user)
        return shown_shipment(request.user, shipment.pk, 201)


class ShipmentView(ApiView):
    """One shipment."""

    locks = "billing.Shipment"
    is_versioned = True
    permission = {"get": "billing.view_shipment", "put": "billing.manage_shipments"}

    @extend_schema(operation_id="get_shipment", responses=ShipmentOut)
    def get(self, request: ApiRequest, shipment_id: int) -> Response:
        """A shipment, line by line with what came back and is billed."""
        return shown_shipment(request.user, shipment_id)

    @extend_schema(operation_id="change_shipment", request=ShipmentChange, responses=ShipmentOut)
    def put(self, request: ApiRequest, shipment_id: int) -> Response:
        """Change a shipment as read at `version`; the version before is kept."""
        shipment = get_shipment_for(request.user, shipment_id)
        data = checked(ShipmentChange, request.data)
        version, reason = data.pop("version"), data.pop("reason", "")
        details = shipment_details_from(data | {"source_reference": shipment.source_reference})
        change_shipment(shipment.pk, details, version=version, reason=reason, by=request.user)
        return shown_shipment(request.user, shipment_id)


class BillShipmentsView(ApiView):
    """Drafting what was shipped."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="bill_shipments", request=BillShipmentsIn, responses=BilledOut)
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Draft what is left to bill of shipments: one draft for each customer and order, or for each shipment."""
        company, data = company_of(request), checked(BillShipmentsIn, request.data)
        wanted = set(data["shipments"])
        if shipments_for(request.user).filter(company=company, pk__in=wanted).count() < len(wanted):
            raise Http404("No such shipment.")
        drafts = bill_shipments(company, wanted, one_each=data["one_each"], by=request.user)
        rows = as_rows(invoices_for(request.user).filter(pk__in=[one.pk for one in drafts]), company.today())
        return Response(BilledOut({"results": rows.select_related("customer").order_by("pk")}).data)


class CancelShipmentView(ApiView):
    """Cancelling a shipment."""

    permission = {"post": "billing.manage_shipments"}

    @extend_schema(operation_id="cancel_shipment", request=WhyIn, responses=ShipmentOut)
    @idempotent
    def post(self, request: ApiRequest, shipment_id: int) -> Response:
        """Let a shipment count for nothing, for good."""
        shipment = get_shipment_for(request.user, shipment_id)
        reason = checked(WhyIn, request.data)["reason"]
        cancel_shipment(shipment.pk, reason=reason, on=shipment.company.today(), by=request.user)
        return shown_shipment(request.user, shipment_id)


class DeliveryView(ApiView):
    """Confirming a delivery."""

    permission = {"post": "billing.manage_shipments"}

    @extend_schema(operation_id="confirm_delivery", request=DeliveryIn, responses=ShipmentOut)
    @idempotent
    def post(self, request: ApiRequest, shipment_id: int) -> Response:
        """Note when a shipment arrived and who signed for it, with the files that prove it."""
        shipment = get_shipment_for(request.user, shipment_id)
        data = checked(DeliveryIn, request.data)
        files = [(file["name"], file["content"]) for file in data.pop("files", [])]
        confirm_delivery(shipment.pk, **data, files=files, by=request.user)
        return shown_shipment(request.user, shipment_id)


class ReturnView(ApiView):
    """Recording what came back."""

    permission = {"post": "billing.manage_shipments"}

    @extend_schema(operation_id="record_return", request=ShipmentReturnIn, responses={201: ShipmentOut})
    @idempotent
    def post(self, request: ApiRequest, shipment_id: int) -> Response:
        """Keep that so much of a shipment's lines came back."""
        shipment = get_shipment_for(request.user, shipment_id)
        data = checked(ShipmentReturnIn, request.data)
        quantities = {line["line"]: line["quantity"] for line in data.pop("lines")}
        returned = record_return(shipment.pk, quantities, **data, by=request.user)
        return shown_shipment(request.user, returned.pk, 201)


class ProofView(ApiView):
    """A proof of delivery."""

    permission = {"get": "billing.view_shipment"}

    @extend_schema(operation_id="get_delivery_proof", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, proof_id: int) -> HttpResponse:
        """Its bytes."""
        return file_response(get_proof_for(request.user, proof_id))
