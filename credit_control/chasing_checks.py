"""Whether reminders, hand-overs and notes are about their own customer, and asked for no more than was open."""

from ledger.checks import Check, kept_files

OPEN_AT = """o.amount - coalesce((
    SELECT sum(a.amount) FROM ledger_allocation a WHERE a.debit_id = o.id AND a.recorded_at <= {moment}), 0)"""
"""What of an item was open as the book knew it at a moment."""

CHECKS = [
    Check(
        "a reminder is of items of its customer, and of at least one",
        """
        SELECT r.company_id, 'reminder ' || r.id, coalesce(o.kind || ' ' || o.reference, 'no item')
        FROM credit_control_reminder r JOIN customers_customer c ON c.id = r.customer_id
        LEFT JOIN (credit_control_reminderitem i JOIN ledger_openitem o ON o.id = i.item_id) ON i.reminder_id = r.id
        WHERE o.id IS NULL OR o.customer_id <> r.customer_id OR o.company_id <> r.company_id
            OR c.company_id <> r.company_id
        """,
    ),
    Check(
        "a reminder asks for no more of an item than was open when it was made or its mails left",
        f"""
        SELECT r.company_id, 'reminder ' || r.id, o.kind || ' ' || o.reference || ': ' || i.amount
        FROM credit_control_reminderitem i JOIN credit_control_reminder r ON r.id = i.reminder_id
        JOIN ledger_openitem o ON o.id = i.item_id
        WHERE i.amount > greatest(o.balance, {OPEN_AT.format(moment="r.created_at")}, (
            SELECT max({OPEN_AT.format(moment="m.finished_at")}) FROM office_outgoingmail m
            WHERE m.about_type = 'credit_control.reminder' AND m.about_id = r.id AND m.finished_at IS NOT NULL))
        """,  # noqa: S608  our own texts
    ),
    Check(
        "a reminder by mail has its mails, and each of them its reminder",
        """
        SELECT r.company_id, 'reminder ' || r.id, 'no mail to its customer' FROM credit_control_reminder r
        WHERE r.channel = 'mail' AND NOT EXISTS (SELECT FROM office_outgoingmail m WHERE m.kind = 'reminder'
            AND m.about_type = 'credit_control.reminder' AND m.about_id = r.id AND m.customer_id = r.customer_id)
        UNION ALL
        SELECT m.company_id, 'mail ' || m.id, 'no reminder ' || m.about_id || ' of its customer'
        FROM office_outgoingmail m LEFT JOIN credit_control_reminder r ON r.id = m.about_id
            AND r.customer_id = m.customer_id AND r.company_id = m.company_id
        WHERE m.kind = 'reminder' AND m.about_type = 'credit_control.reminder' AND r.id IS NULL
        """,
    ),
    kept_files(
        "credit_control_reminderpdf",
        "'letter of reminder ' || r.id",
        "r.company_id",
        "JOIN credit_control_reminder r ON r.id = f.reminder_id",
    ),
    Check(
        "a hand-over is of items of its customer and one currency, of no more than they came to",
        """
        SELECT h.company_id, 'hand-over ' || h.id, coalesce(min(o.kind || ' ' || o.reference), 'no item')
        FROM credit_control_handover h JOIN customers_customer c ON c.id = h.customer_id
        LEFT JOIN (credit_control_handeditem i JOIN ledger_openitem o ON o.id = i.item_id) ON i.hand_over_id = h.id
        GROUP BY h.id, c.company_id HAVING count(o.id) = 0 OR count(DISTINCT o.currency) > 1
            OR c.company_id <> h.company_id
            OR bool_or(o.customer_id <> h.customer_id OR o.company_id <> h.company_id OR i.amount > o.amount)
        """,
    ),
    Check(
        "no item is with two agencies at a time",
        """
        SELECT min(h.company_id), 'item ' || i.item_id, 'hand-overs ' || string_agg(h.id::text, ', ' ORDER BY h.id)
        FROM credit_control_handeditem i JOIN credit_control_handover h ON h.id = i.hand_over_id
        WHERE h.ended_on IS NULL GROUP BY i.item_id HAVING count(*) > 1
        """,
    ),
    Check(
        "what is noted of a customer belongs to the customer's company",
        """
        SELECT c.company_id, 'note ' || n.id, 'customer ' || c.number FROM credit_control_contactnote n
        JOIN customers_customer c ON c.id = n.customer_id WHERE c.company_id <> n.company_id
        UNION ALL
        SELECT c.company_id, 'credit file ' || f.id, 'customer ' || c.number FROM credit_control_creditfile f
        JOIN customers_customer c ON c.id = f.customer_id WHERE c.company_id <> f.company_id
        """,
    ),
]
