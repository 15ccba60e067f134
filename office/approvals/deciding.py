"""Who decides a request: people of its role, who stands in for one of them, and after a while all who decide at all.

Never who asked, by whichever of their log-ins; nor a deputy in the place of who asked.
"""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from office.hours.sending_hours import SendingHours
from office.models import ApprovalRequest, ApprovalState, Company, Deputy, User
from office.models.staff import may_come_in

DECIDES = "office.decide_approval"


def log_ins_of(user: User) -> QuerySet[User]:
    """All log-ins of the person who has this one."""
    person_id = user.same_person_as_id or user.pk
    return User.objects.filter(Q(pk=person_id) | Q(same_person_as=person_id))


def deputies_on(company: Company, on: date) -> QuerySet[Deputy]:
    """Who stands in for whom on a day; not for people who do not work for the company any more, or at all."""
    standing = Deputy.objects.filter(company=company, ended_at=None, first_on__lte=on, last_on__gte=on)
    return standing.filter(may_come_in("person__"), may_come_in("deputy__"), person__companies=company)


def decided_by(user: User, company: Company, on: date) -> Q:
    """The condition of a company's requests that a person decides on a day."""
    in_ones_place = deputies_on(company, on).filter(deputy=user, person__groups=OuterRef("role"))
    who_asked = Coalesce(OuterRef("requested_by__same_person_as"), OuterRef("requested_by"))
    of_others = in_ones_place.annotate(human=Coalesce("person__same_person_as", "person")).exclude(human=who_asked)
    theirs = Q(role__in=user.groups.all()) | Q(Exists(of_others))
    if user.has_perm(DECIDES):
        theirs |= Q(escalated_at__isnull=False)
    return theirs & ~Q(requested_by__in=log_ins_of(user))


def decides(user: User, request: ApprovalRequest) -> bool:
    """Whether a person decides this request today."""
    condition = decided_by(user, request.company, request.company.today())
    return ApprovalRequest.objects.filter(condition, pk=request.pk).exists()


def deciders_of(request: ApprovalRequest) -> list[User]:
    """Who works for the company now and decides the request."""
    staff = User.objects.filter(may_come_in(), companies=request.company_id).order_by("pk")
    in_place = deputies_on(request.company, request.company.today()).filter(person__groups=request.role_id)
    asked = Q(groups=request.role_id) | Q(pk__in=in_place.values("deputy"))
    if request.escalated_at:
        asked |= Q(groups__permissions__codename="decide_approval")
    return [user for user in staff.filter(asked).distinct() if decides(user, request)]


def goes_on_at(request: ApprovalRequest) -> date | None:
    """The day from which others than its role decide it too; none where the company lets it wait."""
    company, day = request.company, request.company.day_of(request.requested_at)
    if company.approval_days is None:
        return None
    hours = SendingHours.of(company)
    for _ in range(company.approval_days):
        day += timedelta(days=1)
        while not hours.is_working_day(day):
            day += timedelta(days=1)
    return day


def waiting_too_long(company: Company) -> list[ApprovalRequest]:
    """The requests that go on to others by now."""
    waiting = ApprovalRequest.objects.filter(company=company, state=ApprovalState.WAITING, escalated_at=None)
    due = [(request, goes_on_at(request)) for request in waiting.select_related("company").order_by("pk")]
    return [request for request, day in due if day and day <= company.today()]
