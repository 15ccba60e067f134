"""Taking over another product's books, for programs: the opening with its figures, and its loads."""

from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from billing.access import get_opening_for, openings_for
from billing.models import Opening
from billing.opening.figures import compared, loads_of
from billing.operations.load_opening import begin_load
from billing.operations.manage_opening import begin_opening, go_live, set_opening_totals
from billing.operations.undo_load import begin_undoing
from office.access import found
from office.api.fields import FileIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import Run
from office.web.requests import ApiRequest

MANAGE = "billing.manage_opening"
AMOUNT: dict[str, Any] = {"max_digits": 19, "decimal_places": 4}


class OpeningIn(Input):
    """Which product, and up to which day."""

    source = serializers.CharField(max_length=60)  # type: ignore[assignment]  # a serializer has one, too
    cut_over_on = serializers.DateField()


class OpeningFigureOut(serializers.Serializer):
    """One currency: what the other product says, what was loaded, and how much that is more."""

    currency = serializers.CharField()
    wanted = serializers.DecimalField(**AMOUNT, allow_null=True)
    book = serializers.DecimalField(**AMOUNT)
    difference = serializers.DecimalField(**AMOUNT)
    is_tied = serializers.BooleanField()


class OpeningOut(serializers.ModelSerializer):
    """An opening, compared with the other product."""

    figures = serializers.SerializerMethodField()

    class Meta:
        model = Opening
        fields = ["id", "source", "cut_over_on", "begun_at", "live_at", "figures"]

    @extend_schema_field(OpeningFigureOut(many=True))
    def get_figures(self, opening: Opening) -> Any:
        """Each currency."""
        return OpeningFigureOut(compared(opening), many=True).data


class TotalIn(Input):
    """What the other product says that all customers owe in a currency."""

    currency = serializers.CharField(max_length=3)
    amount = serializers.DecimalField(**AMOUNT)


class TotalsIn(Input):
    """Every currency in which something is open there."""

    totals = TotalIn(many=True)


class LoadIn(Input):
    """A file of open documents, as another product writes it or with our headings."""

    name = serializers.CharField(max_length=150)
    content = FileIn(help_text="Its bytes in Base64: CSV or Excel, perhaps packed with xz.")
    mapping = serializers.JSONField(required=False, help_text="As a kept mapping; without it, by the headings.")
    adds_customers = serializers.BooleanField(default=False)
    dry_run = serializers.BooleanField(default=True)


class LoadedFileOut(serializers.Serializer):
    """The file of a load as it came: its size in bytes, and its SHA-256 in hexadecimal."""

    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class LoadOut(serializers.ModelSerializer):
    """A load as it stands. `file` is what is kept of its file; an undoing has none."""

    file = LoadedFileOut(allow_null=True, read_only=True)
    counts = serializers.JSONField(source="result")
    has_errors = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = ["id", "title", "file", "status", "is_dry", "total", "done", "counts", "explanation", "has_errors"]

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_has_errors(self, load: Run) -> bool:
        """Whether rows are to be mended."""
        return bool(load.errors_file)


class LoadsOut(serializers.Serializer):
    """The loads of the opening; `next` asks for those after them."""

    results = LoadOut(many=True)
    next = serializers.CharField(allow_null=True)


class OpeningView(ApiView):
    """The latest opening of a company."""

    permission = {"get": MANAGE, "post": MANAGE}

    @extend_schema(operation_id="get_opening", responses=OpeningOut)
    def get(self, request: ApiRequest) -> Response:
        """The opening under way or, without one, the last."""
        return Response(OpeningOut(_latest(request)).data)

    @extend_schema(operation_id="begin_opening", request=OpeningIn, responses={201: OpeningOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Begin to take over what is open in another product at the end of a day."""
        data = checked(OpeningIn, request.data)
        return Response(OpeningOut(begin_opening(company_of(request), **data, by=request.user)).data, 201)


class TotalsView(ApiView):
    """What the other product says."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="set_opening_totals", request=TotalsIn, responses=OpeningOut)
    @idempotent
    def post(self, request: ApiRequest, opening_id: int) -> Response:
        """Say what its report says, by currency, in place of what was said before."""
        opening = get_opening_for(request.user, opening_id)
        totals = {each["currency"]: each["amount"] for each in checked(TotalsIn, request.data)["totals"]}
        return Response(OpeningOut(set_opening_totals(opening.pk, totals, by=request.user)).data)


class LiveView(ApiView):
    """Going live."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="go_live", request=None, responses=OpeningOut)
    @idempotent
    def post(self, request: ApiRequest, opening_id: int) -> Response:
        """Finish the opening; refused while a currency differs."""
        opening = get_opening_for(request.user, opening_id)
        return Response(OpeningOut(go_live(opening.pk, by=request.user)).data)


class LoadsView(ApiView):
    """Loads."""

    permission = {"get": MANAGE, "post": MANAGE}

    @extend_schema(operation_id="list_opening_loads", parameters=[PageQuery], responses=LoadsOut)
    def get(self, request: ApiRequest) -> Response:
        """The loads of the opening, dry runs among them."""
        query = checked(PageQuery, request.query_params.dict())
        rows, following = page_of(loads_of(_latest(request)).defer("input_file"), query, "opening-loads")
        return Response(LoadsOut({"results": rows, "next": following}).data)

    @extend_schema(operation_id="load_opening", request=LoadIn, responses={202: LoadOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Have the workers load a file: dry, unless it is said that it counts. What is there already is left alone."""
        data = checked(LoadIn, request.data)
        run = begin_load(
            _latest(request).pk,
            data["name"],
            data["content"],
            mapping=data.get("mapping"),
            adds_customers=data["adds_customers"],
            dry_run=data["dry_run"],
            by=request.user,
        )
        return Response(LoadOut(run).data, 202)


class LoadView(ApiView):
    """One load."""

    locks = "office.Run"
    permission = {"get": MANAGE}

    @extend_schema(operation_id="get_opening_load", responses=LoadOut)
    def get(self, request: ApiRequest, run_id: int) -> Response:
        """How far it is, and what came of it."""
        return Response(LoadOut(_load(request, run_id)).data)


class UndoView(ApiView):
    """Undoing a load."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="undo_opening_load", request=None, responses={202: LoadOut})
    @idempotent
    def post(self, request: ApiRequest, run_id: int) -> Response:
        """Have the workers take back what a load entered, while nothing follows it."""
        load = _load(request, run_id)
        opening = get_opening_for(request.user, load.parameters["opening"])
        return Response(LoadOut(begin_undoing(opening, load.pk, by=request.user)).data, 202)


class LoadErrorsView(ApiView):
    """The rows of a load that are to be mended."""

    permission = {"get": MANAGE}

    @extend_schema(operation_id="get_opening_load_errors", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, run_id: int) -> HttpResponse:
        """As they stood in the file, each with what to do, to be mended and loaded again."""
        content = _load(request, run_id).errors_file
        if not content:
            raise Http404("No rows to mend.")
        return HttpResponse(bytes(content), content_type="text/csv; charset=utf-8")


def _latest(request: ApiRequest) -> Opening:
    return found(openings_for(request.user).filter(company=company_of(request)).order_by("-pk"), "opening")


def _load(request: ApiRequest, run_id: int) -> Run:
    openings = openings_for(request.user).values_list("pk", flat=True)
    loads = Run.objects.filter(kind="load_opening", pk=run_id, parameters__opening__in=list(openings))
    return found(loads.defer("input_file"), "load")
