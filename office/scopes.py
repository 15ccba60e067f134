"""What a key of a program may be given: a closed set of scopes, a room of the office and whether it reads or writes.

Which scope a door asks for follows from the permission that it names: the word after the verb says the room
(`billing.issue_invoice`: invoices), a few whole names say it themselves. A permission that is in no room opens to no
scope but `everything`.
"""

from collections.abc import Collection

EVERYTHING = "everything"
"""The scope of a key that does whatever its owner may, as every key did before there were scopes."""
READ, WRITE = "read", "write"

ROOMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "invoices": (
        "Invoices, credit memos, recurring invoices, usage",
        ("invoice", "links", "recurring", "usage", "accuracyfinding", "findings"),
    ),
    "medical": ("Medical codes on invoices", ("medical_codes",)),
    "orders": ("Orders and shipments", ("order", "orders", "shipment", "shipments")),
    "products": ("Products, prices, price lists", ("product", "products", "prices")),
    "disputes": ("Disputes", ("dispute",)),
    "customers": (
        "Customers, their groups, holds, limits, changes asked for",
        ("customer", "customers", "release", "hold", "credit_limit", "applications", "changes", "exemptions"),
    ),
    "privacy": ("What is held on persons, and what they ask of it", ("privacy",)),
    "accounts": ("Customers' bank accounts, in part, and mandates", ("accounts", "mandates")),
    "account-numbers": ("Customers' whole account numbers", ("reveal_account",)),
    "payments": (
        "Receipts, what they settle, online payments, chargebacks",
        (
            *("receipt", "allocate", "allocation", "online_payment", "chargebacks", "paid_notice"),
            "recovery",
        ),
    ),
    "refunds": ("Refunds and write-offs", ("refund_credit", "refund_by_hand", "repayments", "write_off")),
    "bank": (
        "Bank files and lines, remittances, debit runs, files for the bank",
        (
            *("bank", "bank_file", "bank_line", "bank_month", "unread_line", "remittance", "debit_runs"),
            "payment_file",
        ),
    ),
    "collections": (
        "Reminders, statements, promises, plans, late charges, the worklist",
        (
            *("reminder", "reminders", "statement", "statements", "paymentpromise", "promise", "paymentplan", "plans"),
            *("latecharge", "late_charge", "late_charges", "missedpayment", "handover", "hand_over", "put_off_due_day"),
            "work_list",
        ),
    ),
    "reports": ("Reports", ("reports",)),
    "books": (
        "Months, the journal, provisions, checks of the book, opening it",
        ("close_month", "revalue_month", "journal", "book", "provisions", "opening"),
    ),
    "tasks": ("Tasks, questions, comments", ("talk", "task")),
    "approvals": ("Approvals and deputies", ("approval",)),
    "settings": (
        "The company's settings, texts, exchange rates, rules",
        ("company_settings", "roles", "mail_texts", "exchange_rates", "match_policy", "policyversion"),
    ),
    "audit": ("The audit trail", ("audit",)),
    "webhooks": ("Which programs are told what happens", ("webhooks",)),
    "office": ("Companies, saved views, jobs, returned mail, this description", ("runs", "returned_mail")),
}
"""Each room, what is in it in words, and the words of permissions that belong to it."""

ONE_WAY = {
    "account-numbers": READ,
    "audit": READ,
    "reports": READ,
    "refunds": WRITE,
}
"""Rooms that one only reads in, or only writes; what refunds there are is read with the payments."""

SCOPES: dict[str, str] = {
    f"{room}:{way}": words
    for room, (words, _) in ROOMS.items()
    for way in (READ, WRITE)
    if ONE_WAY.get(room, way) == way
}
"""Every scope there is besides `everything`, with what is in it."""

_ROOM_OF = {word: room for room, (_, words) in ROOMS.items() for word in words}


def room_of(permission: str) -> str:
    """The room that a permission belongs to; empty where it is in none."""
    codename = permission.partition(".")[2]
    return _ROOM_OF.get(codename) or _ROOM_OF.get(codename.partition("_")[2], "")


def scope_of(permission: str, method: str, room: str = "") -> str:
    """The one scope that a door asks for which names this permission for a method; a door may name its room itself."""
    room = room or room_of(permission)
    scope = f"{room}:{READ if method == 'get' else WRITE}"
    return scope if scope in SCOPES else ""


def opens(scopes: Collection[str], wanted: str) -> bool:
    """Whether a key with these scopes comes in where one is wanted."""
    return EVERYTHING in scopes or wanted in scopes
