"""The reminders that were written: the list, each with what became of it, and its letter."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from credit_control.access import get_reminder_for, reminders_for
from credit_control.models import Channel, Reminder, Tone
from credit_control.reminders.coming import with_mail
from credit_control.reminders.letter import letter_as_posted
from customers.persons import require_sees_paper
from customers.search import fold
from office.models import MailStatus, OutgoingMail
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

REMINDERS = ListSpec(
    name="reminders",
    title="Reminders",
    columns=(
        Column(
            "reminder",
            "Reminder",
            "get_tone_display",
            sort="pk",
            url=lambda row: reverse("credit_control:reminder", args=[row.pk]),
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("mail", "Mail", "mail", "state"),
        Column("channel", "By", "get_channel_display", hide_below="tablet"),
        Column("day", "Day", "reminded_on", "day", sort="reminded_on"),
    ),
    order="-reminder",
    filters=(
        Choice("tone", "Words", "tone", Tone.choices),
        Choice("channel", "By", "channel", Channel.choices),
        Choice("mail", "Mail", "mail", MailStatus.choices),
        DateRange("day", "Day", "reminded_on"),
    ),
    search=("customer__search_text",),
    search_hint="Customer",
    fold=fold,
    empty=Empty(
        "Nobody was reminded yet",
        "Choose a ladder under Settings, Reminders; then look who would be reminded of what.",
        "bell",
        "credit_control:send_reminders",
        "Look who is late",
    ),
)


@require_GET
@staff_door("credit_control.view_reminder")
def reminder_list(request: StaffRequest) -> HttpResponseBase:
    """Who was reminded, and whether it reached them."""
    rows = reminders_for(request.user).filter(company=request.company).select_related("customer")
    return list_page(request, REMINDERS, with_mail(rows), template="credit_control/reminder_list.html")


@require_GET
@staff_door("credit_control.view_reminder")
def reminder_page(request: StaffRequest, reminder_id: int) -> HttpResponse:
    """One reminder: its items, its mails, its letters."""
    reminder = get_reminder_for(request.user, reminder_id)
    mails = OutgoingMail.objects.filter(about_type=Reminder._meta.label_lower, about_id=reminder.pk)
    context = {
        "reminder": reminder,
        "items": reminder.items.select_related("item"),
        "mails": mails.defer("kept_message").order_by("pk"),
        "pdfs": reminder.pdfs.defer("content").order_by("pk"),
    }
    return render(request, "credit_control/reminder.html", context)


@require_GET
@staff_door("credit_control.view_reminder")
def letter(request: StaffRequest, reminder_id: int) -> HttpResponse:
    """The letter as it was sent; before that, as it would be now."""
    reminder = get_reminder_for(request.user, reminder_id)
    require_sees_paper(reminder.customer)
    kept = reminder.pdfs.order_by("-pk").first()
    try:
        content = bytes(kept.content) if kept else letter_as_posted(reminder)
    except PdfUnavailable as reason:
        messages.error(request, f"Its PDF cannot be made now: {reason}")
        return redirect("credit_control:reminder", reminder.pk)
    name = f"reminder-{reminder.pk}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )
