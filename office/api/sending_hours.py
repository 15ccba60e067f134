"""When reminders and statements leave, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.access import companies_for
from office.api.fields import Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked, company_of
from office.models import Company, OffDays, OwnDay
from office.operations.set_own_day import remove_own_day, set_own_day
from office.operations.update_company import update_company
from office.web.requests import ApiRequest


class SendingHoursIn(Input):
    """From which full hour until which, how many a day; what is left out stays."""

    mail_from_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    mail_until_hour = serializers.IntegerField(min_value=1, max_value=24, required=False)
    mail_off_days = serializers.ChoiceField(OffDays.choices, required=False)
    mail_daily_limit = serializers.IntegerField(min_value=0, max_value=1000, required=False)


class OwnDayOut(serializers.ModelSerializer):
    """A day that is worked or not, whatever the calendar says."""

    class Meta:
        model = OwnDay
        fields = ["id", "day", "is_worked", "name"]


class SendingHoursOut(serializers.ModelSerializer):
    """When mail that can wait leaves, by the company's own days too."""

    own_days = OwnDayOut(many=True)

    class Meta:
        model = Company
        fields = ["mail_from_hour", "mail_until_hour", "mail_off_days", "mail_daily_limit", "own_days"]


class OwnDayIn(Input):
    """A day and why."""

    day = serializers.DateField()
    is_worked = serializers.BooleanField()
    name = serializers.CharField(max_length=100)


class SendingHoursView(ApiView):
    """Hours."""

    locks = "office.Company"
    permission = {"get": "office.change_company_settings", "put": "office.change_company_settings"}

    @extend_schema(operation_id="get_sending_hours", parameters=[Query], responses=SendingHoursOut)
    def get(self, request: ApiRequest) -> Response:
        """When reminders and statements leave."""
        checked(Query, request.query_params.dict())
        return Response(SendingHoursOut(company_of(request)).data)

    @extend_schema(operation_id="set_sending_hours", request=SendingHoursIn, responses=SendingHoursOut)
    def put(self, request: ApiRequest) -> Response:
        """Change when they leave."""
        data = checked(SendingHoursIn, request.data)
        return Response(SendingHoursOut(update_company(company_of(request).pk, data, by=request.user)).data)


class OwnDaysView(ApiView):
    """The company's own days."""

    permission = {"post": "office.change_company_settings"}

    @extend_schema(operation_id="set_own_day", request=OwnDayIn, responses={201: OwnDayOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Say that a day is worked, or not, whatever the calendar says."""
        data = checked(OwnDayIn, request.data)
        return Response(OwnDayOut(set_own_day(company_of(request), **data, by=request.user)).data, 201)


class OwnDayView(ApiView):
    """One of them."""

    permission = {"delete": "office.change_company_settings"}

    @extend_schema(operation_id="remove_own_day", responses={204: None})
    def delete(self, request: ApiRequest, own_day_id: int) -> Response:
        """Go by the calendar again."""
        if not OwnDay.objects.filter(company__in=companies_for(request.user), pk=own_day_id).exists():
            raise Http404("No such day.")
        remove_own_day(own_day_id, by=request.user)
        return Response(status=204)
