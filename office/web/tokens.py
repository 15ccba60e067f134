"""Keys for programs: a person's own are listed, made (shown once), renewed and revoked; administrators see all."""

from datetime import timedelta
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.dressing import dressed
from office.models import ApiToken, Company, User
from office.operations.create_api_token import USUAL_DAYS, KeyDetails, create_api_token
from office.operations.revoke_api_token import revoke_api_token
from office.operations.rotate_api_token import rotate_api_token
from office.scopes import EVERYTHING, READ, ROOMS, SCOPES, WRITE
from office.web.doors import CHANGES, EVERYBODY, staff_door
from office.web.requests import StaffRequest

DAYS = [("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("730", "Two years")]
BESIDE = [("0", "Stop the old secret now"), ("1", "For an hour"), ("24", "For a day"), ("168", "For seven days")]


class TokenForm(forms.Form):
    """A new key."""

    name = forms.CharField(label="Which program is it for?", max_length=100)
    everything = forms.BooleanField(label="Everything that I may do myself", required=False)
    scopes = forms.MultipleChoiceField(choices=list(SCOPES.items()), required=False)
    days = forms.TypedChoiceField(label="Works for", coerce=int, choices=DAYS, initial=str(USUAL_DAYS))
    company = forms.ModelChoiceField(
        Company.objects.none(), label="Only in", required=False, empty_label="All my companies"
    )
    networks = forms.CharField(
        label="Only from these networks",
        required=False,
        max_length=2500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One on each line, such as 203.0.113.0/24 or 2001:db8::/32. Empty: from anywhere.",
    )

    def __init__(self, *args: Any, companies: list[Company], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Company.objects.filter(pk__in=[company.pk for company in companies]).order_by("pk")
        self.fields["company"].queryset = mine  # type: ignore[attr-defined]

    def details(self) -> KeyDetails:
        """What was chosen."""
        data = self.cleaned_data
        scopes = [EVERYTHING] if data["everything"] else data["scopes"]
        return KeyDetails(scopes, data["days"], data["company"], data["networks"].splitlines())

    def rooms(self) -> list["RoomRow"]:
        """The rooms with the scopes that each has, and whether they are chosen."""
        chosen = set(self["scopes"].value() or [])
        return [
            RoomRow(room, words, _box(room, READ, chosen), _box(room, WRITE, chosen))
            for room, (words, _) in ROOMS.items()
        ]


class Box(NamedTuple):
    """A scope to choose."""

    value: str
    is_chosen: bool


class RoomRow(NamedTuple):
    """A room and what one may be given in it."""

    name: str
    words: str
    read: Box | None
    write: Box | None


def _box(room: str, way: str, chosen: set[str]) -> Box | None:
    scope = f"{room}:{way}"
    return Box(scope, scope in chosen) if scope in SCOPES else None


class BesideForm(forms.Form):
    """For how many hours the secret before works beside the new one."""

    hours = forms.TypedChoiceField(coerce=int, choices=BESIDE)


@never_cache
@staff_door(EVERYBODY, recently_known=CHANGES)
def token_list(request: StaffRequest) -> HttpResponse:
    """One's own keys; a new one is shown on the answer that made it and never again."""
    form, secret = TokenForm(request.POST or None, companies=request.companies), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = create_api_token(form.cleaned_data["name"], form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            form = TokenForm(companies=request.companies)
    return _shown(request, form, secret)


@never_cache
@require_POST
@staff_door(EVERYBODY, recently_known=CHANGES)
def rotate(request: StaffRequest, token_id: int) -> HttpResponse:
    """Give one of one's own keys a new secret, which is shown on this answer and never again."""
    token, typed, secret = _own(request, token_id), BesideForm(request.POST), ""
    if not typed.is_valid():
        return redirect("office:token_list")
    try:
        beside = timedelta(hours=typed.cleaned_data["hours"])
        _, secret = rotate_api_token(token.pk, beside=beside, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:token_list")
    return _shown(request, TokenForm(companies=request.companies), secret)


@require_POST
@staff_door(EVERYBODY)
def revoke(request: StaffRequest, token_id: int) -> HttpResponse:
    """Stop one of one's own keys at once."""
    _revoke(request, _own(request, token_id))
    return redirect("office:token_list")


@staff_door("office.manage_staff")
def key_list(request: StaffRequest) -> HttpResponse:
    """The keys of everybody who works for the company."""
    keys = _with_states(_keys_of(request.company).select_related("user", "company"))
    return render(request, "office/key_list.html", {"keys": keys})


@require_POST
@staff_door("office.manage_staff")
def revoke_any(request: StaffRequest, token_id: int) -> HttpResponse:
    """Stop anybody's key at once."""
    _revoke(request, get_object_or_404(_keys_of(request.company), pk=token_id))
    return redirect("office:key_list")


def _keys_of(company: Company) -> QuerySet[ApiToken]:
    """The keys that open a company: of its staff, unless they open another alone."""
    staff = User.objects.filter(companies=company)
    keys = ApiToken.objects.filter(user__in=staff).exclude(company__isnull=False, company__in=_others(company))
    return keys.order_by(F("revoked_at").desc(nulls_first=True), "-id")


def _others(company: Company) -> QuerySet[Company]:
    return Company.objects.exclude(pk=company.pk)


def _own(request: StaffRequest, token_id: int) -> ApiToken:
    return get_object_or_404(ApiToken, pk=token_id, user=request.user)


def _revoke(request: StaffRequest, token: ApiToken) -> None:
    try:
        revoke_api_token(token.pk, by=request.user)
        messages.success(request, f"The key of {token.name} stopped.")
    except Refused as refusal:
        messages.error(request, refusal.message)


def _shown(request: StaffRequest, form: TokenForm, secret: str) -> HttpResponse:
    keys = ApiToken.objects.filter(user=request.user).select_related("company").order_by("revoked_at", "-id")
    context = {"form": form, "secret": secret, "tokens": _with_states(keys), "beside": BESIDE}
    return render(request, "office/tokens.html", context)


def _with_states(keys: QuerySet[ApiToken]) -> list[ApiToken]:
    """The keys with what they may do in words, and whether they and the secret before still work."""
    now = timezone.now()
    return [
        dressed(
            key,
            works=key.works_at(now),
            may="Everything its owner may" if EVERYTHING in key.scopes else ", ".join(key.scopes),
            has_two_secrets=bool(key.old_ends_at and now < key.old_ends_at),
        )
        for key in keys
    ]
