"""Invoices kept as templates, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_invoice_for, get_template_for, templates_for
from billing.api.serializers import InvoiceOut
from billing.api.shown import shown
from billing.models import InvoiceTemplate
from billing.operations.manage_templates import delete_template, draft_from_template, save_template
from customers.access import get_customer_for
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest


class TemplateIn(Input):
    """The invoice that is kept, and under which name."""

    invoice = IdIn()
    name = serializers.CharField(max_length=100)


class UseTemplateIn(Input):
    """Who gets it; left out: the template's own customer."""

    customer = IdIn(required=False)


class TemplateOut(serializers.ModelSerializer):
    """A template."""

    class Meta:
        model = InvoiceTemplate
        fields = ["id", "name", "customer_id", "created_at"]


class TemplatesOut(serializers.Serializer):
    """All templates, by name."""

    results = TemplateOut(many=True)


class TemplatesView(ApiView):
    """All templates, and keeping an invoice as one."""

    permission = {"get": "billing.view_invoice", "post": "billing.draft_invoice"}

    @extend_schema(operation_id="list_invoice_templates", responses=TemplatesOut)
    def get(self, request: ApiRequest) -> Response:
        """The templates, by name."""
        return Response(TemplatesOut({"results": templates_for(request.user)}).data)

    @extend_schema(operation_id="save_template", request=TemplateIn, responses={201: TemplateOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep an invoice under a name."""
        data = checked(TemplateIn, request.data)
        invoice = get_invoice_for(request.user, data["invoice"])
        return Response(TemplateOut(save_template(invoice.pk, data["name"], by=request.user)).data, 201)


class TemplateView(ApiView):
    """One template."""

    permission = {"delete": "billing.draft_invoice"}

    @extend_schema(operation_id="delete_template", responses={204: None})
    def delete(self, request: ApiRequest, template_id: int) -> Response:
        """Forget a template."""
        delete_template(get_template_for(request.user, template_id).pk, by=request.user)
        return Response(status=204)


class UseTemplateView(ApiView):
    """Drafting from a template."""

    permission = {"post": "billing.draft_invoice"}

    @extend_schema(operation_id="draft_from_template", request=UseTemplateIn, responses={201: InvoiceOut})
    @idempotent
    def post(self, request: ApiRequest, template_id: int) -> Response:
        """Draft its invoice, and answer with the draft."""
        template = get_template_for(request.user, template_id)
        customer_id = checked(UseTemplateIn, request.data).get("customer")
        customer = get_customer_for(request.user, customer_id) if customer_id else None
        draft = draft_from_template(template.pk, customer_id=customer.pk if customer else None, by=request.user)
        return shown(request.user, draft.pk, 201)
