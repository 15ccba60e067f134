"""The months of the book and their ends, for programs."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import Run
from office.web.requests import ApiRequest
from reports.access import get_close_pack_file_for, get_close_pack_for, month_of, require_whole_book
from reports.closing.comparing import compare_pack
from reports.closing.state import checklist, packs_of
from reports.closing.step import MonthEnd
from reports.models import ClosePack, ClosePackFile
from reports.operations.close_month import close_month, reopen_month
from reports.operations.download_close_file import download_close_file
from reports.operations.make_close_pack import make_close_pack
from reports.operations.sign_close_step import sign_close_step, unsign_close_step
from reports.web.closing import DOOR, MEDIA_TYPES, months_of


class CloseReasonIn(Input):
    """Why a month is closed as it is, or reopened."""

    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class CloseNoteIn(Input):
    """What is said about a step."""

    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class NothingIn(Input):
    """Nothing more is needed."""


class MonthOut(serializers.Serializer):
    """A month of the book."""

    month = serializers.DateField(help_text="Its first day.")
    state = serializers.CharField(help_text="open, closed or not_over.")
    closed_at = serializers.DateTimeField(allow_null=True)
    packs = serializers.IntegerField(help_text="How many packs of its reports are kept.")
    has_pack = serializers.BooleanField(help_text="Whether one of them is of its standing closing.")


class MonthPage(serializers.Serializer):
    """Some months, the oldest first, and the cursor of the next page."""

    results = MonthOut(many=True)
    next = serializers.CharField(allow_null=True)


class SignoffOut(serializers.Serializer):
    """Who signed a step off, when, and with how much open."""

    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    open = serializers.IntegerField(source="open_count")
    note = serializers.CharField()


class CloseStepOut(serializers.Serializer):
    """A step of a month's end as it stands now."""

    step = serializers.CharField(source="step.key")
    title = serializers.CharField(source="step.title")
    about = serializers.CharField(source="step.about")
    is_required = serializers.BooleanField(
        source="step.required", help_text="The month is not closed before it is done."
    )
    state = serializers.CharField(help_text="done, signed_off or open.")
    open = serializers.IntegerField(source="open_count")
    address = serializers.CharField(help_text="The page where it is mended.")
    signoff = SignoffOut(allow_null=True)


class PackOut(serializers.ModelSerializer):
    """A pack: the reports of a closed month as they were kept."""

    class Meta:
        model = ClosePack
        fields = ["id", "month", "version", "closed_at", "known_at", "made_at", "file_count"]


class PackFileOut(serializers.ModelSerializer):
    """A file of a pack."""

    name = serializers.CharField()

    class Meta:
        model = ClosePackFile
        fields = ["id", "report", "form", "name", "title", "size", "sha256"]


class MonthEndOut(MonthOut):
    """A month with its steps and its packs."""

    steps = CloseStepOut(many=True)
    kept = PackOut(many=True)


class PackWithFilesOut(PackOut):
    """A pack with its files."""

    files = PackFileOut(many=True)

    class Meta(PackOut.Meta):
        fields = [*PackOut.Meta.fields, "files"]


class PackRunOut(serializers.ModelSerializer):
    """A run that makes a pack."""

    class Meta:
        model = Run
        fields = ["id", "title", "status", "done", "total", "started_at"]


class ComparedOut(serializers.Serializer):
    """A figure as it was kept and as the same report says it now; null where a report has no such line."""

    table = serializers.CharField()
    row = serializers.CharField()
    column = serializers.CharField()
    currency = serializers.CharField(help_text="Empty for what is no amount.")
    kept = serializers.CharField(allow_null=True)
    now = serializers.CharField(allow_null=True)
    difference = serializers.CharField()


class ComparedReportOut(serializers.Serializer):
    """A report's figures, then and now."""

    report = serializers.CharField(source="name")
    is_as_known = serializers.BooleanField(help_text="Of the book as it was known at the pack's moment.")
    differing = serializers.IntegerField()
    figures = ComparedOut(many=True)


class ComparedPackOut(serializers.Serializer):
    """A pack and the book of today, report by report."""

    results = ComparedReportOut(many=True)


class MonthsView(ApiView):
    """All months that something is dated into."""

    permission = {"get": DOOR}

    @extend_schema(operation_id="list_months", parameters=[PageQuery], responses=MonthPage)
    def get(self, request: ApiRequest) -> Response:
        """The months of a company's book, closed and open."""
        require_whole_book(request.user)
        query = checked(PageQuery, request.query_params.dict())
        found, following = page_of(months_of(company_of(request)), query, "months")
        return Response(MonthPage({"results": found, "next": following}).data)


class MonthView(ApiView):
    """One month."""

    locks = "office.Company"
    permission = {"get": DOOR}

    @extend_schema(operation_id="get_month", responses=MonthEndOut)
    def get(self, request: ApiRequest, month: str) -> Response:
        """A month with the steps before it is closed, as they stand now, and its packs."""
        return _shown(_month_end(request, month))


class CloseMonthView(ApiView):
    """Closing a month."""

    permission = {"post": DOOR}

    @extend_schema(operation_id="close_month", request=CloseReasonIn, responses=MonthEndOut)
    @idempotent
    def post(self, request: ApiRequest, month: str) -> Response:
        """Close a month that is over; with a reason, where something is open that nobody signed off."""
        end = _month_end(request, month)
        close_month(end.company, end.first_day, by=request.user, **checked(CloseReasonIn, request.data))
        return _shown(end)


class ReopenMonthView(ApiView):
    """Reopening a month."""

    permission = {"post": DOOR}

    @extend_schema(operation_id="reopen_month", request=CloseReasonIn, responses=MonthEndOut)
    @idempotent
    def post(self, request: ApiRequest, month: str) -> Response:
        """Let a closed month be posted into again, with a reason; its packs stay."""
        end = _month_end(request, month)
        reopen_month(end.company, end.first_day, by=request.user, **checked(CloseReasonIn, request.data))
        return _shown(end)


class MakeClosePackView(ApiView):
    """Making the pack of a month."""

    permission = {"post": DOOR}

    @extend_schema(operation_id="make_close_pack", request=NothingIn, responses={202: PackRunOut})
    @idempotent
    def post(self, request: ApiRequest, month: str) -> Response:
        """Have the pack of a closed month made that has none."""
        end = _month_end(request, month)
        run = make_close_pack(end.company, end.first_day, by=request.user)
        return Response(PackRunOut(run).data, 202)


class SignCloseStepView(ApiView):
    """Signing a step off."""

    permission = {"post": DOOR}

    @extend_schema(operation_id="sign_close_step", request=CloseNoteIn, responses=MonthEndOut)
    @idempotent
    def post(self, request: ApiRequest, month: str, step: str) -> Response:
        """Say that what is open of a step was looked at and may stay so."""
        end = _month_end(request, month)
        sign_close_step(end.company, end.first_day, step, by=request.user, **checked(CloseNoteIn, request.data))
        return _shown(end)


class UnsignCloseStepView(ApiView):
    """Taking a sign-off back."""

    permission = {"post": DOOR}

    @extend_schema(operation_id="unsign_close_step", request=CloseNoteIn, responses=MonthEndOut)
    @idempotent
    def post(self, request: ApiRequest, month: str, step: str) -> Response:
        """Take a sign-off back: the step is open again."""
        end = _month_end(request, month)
        unsign_close_step(end.company, end.first_day, step, by=request.user, **checked(CloseNoteIn, request.data))
        return _shown(end)


class ClosePackView(ApiView):
    """One pack."""

    locks = "reports.ClosePack"
    permission = {"get": DOOR}

    @extend_schema(operation_id="get_close_pack", responses=PackWithFilesOut)
    def get(self, request: ApiRequest, pack_id: int) -> Response:
        """A pack with its files."""
        pack = get_close_pack_for(request.user, pack_id)
        files = list(pack.files.defer("content").select_related("pack"))
        return Response(PackOut(pack).data | {"files": PackFileOut(files, many=True).data})


class CompareClosePackView(ApiView):
    """A pack and the book of today."""

    permission = {"get": DOOR}

    @extend_schema(operation_id="compare_close_pack", responses=ComparedPackOut)
    def get(self, request: ApiRequest, pack_id: int) -> Response:
        """Each figure of a pack beside what the same report says now; its ageing also as the book knew it then."""
        compared = compare_pack(get_close_pack_for(request.user, pack_id), request.user)
        results = [
            {
                "name": report.name,
                "is_as_known": report.is_as_known,
                "differing": len(report.differing),
                "figures": [
                    vars(each) | {name: _digits(getattr(each, name)) for name in ("kept", "now", "difference")}
                    for each in report.figures
                ],
            }
            for report in compared
        ]
        return Response(ComparedPackOut({"results": results}).data)


class ClosePackFileView(ApiView):
    """A file of a pack."""

    permission = {"get": DOOR}

    @extend_schema(operation_id="download_close_pack_file", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: ApiRequest, pack_file_id: int) -> HttpResponse:
        """The file, the same each time. Each reading is kept in the audit trail."""
        file = get_close_pack_file_for(request.user, pack_file_id)
        content = download_close_file(file, by=request.user)
        headers = {
            "Content-Disposition": content_disposition_header(True, file.name) or "",
            "Cache-Control": "no-store",
        }
        return HttpResponse(content, content_type=MEDIA_TYPES[file.form], headers=headers)


def _month_end(request: ApiRequest, month: str) -> MonthEnd:
    require_whole_book(request.user)
    return MonthEnd(company_of(request), month_of(month))


def _shown(end: MonthEnd) -> Response:
    """A month, whether or not something is dated into it yet."""
    period = months_of(end.company).filter(month=end.first_day).first()
    known = {name: getattr(period, name, None) for name in ("state", "closed_at", "packs", "has_pack")}
    shown: dict[str, Any] = {"month": end.first_day, "steps": checklist(end), "kept": packs_of(end)}
    if period is None:
        is_over = end.last_day < end.company.today()
        known |= {"state": "open" if is_over else "not_over", "packs": 0, "has_pack": False}
    return Response(MonthEndOut(shown | known).data)


def _digits(amount: Any) -> str | None:
    return None if amount is None else f"{amount:f}"
