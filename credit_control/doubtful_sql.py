"""The query of doubtful items. Parameters: company_id, on, zone, owner_ids, kinds, table, late_days, noticed_until.

A moment counts on the company's day that it was. An item is due when the first part of it is that is open: as its
document says, as it was put off, or with an instalment of its plan. A promise is broken where its days are over and
payments of those days that were applied to its items, or waited to be applied, fall short of it by what is still open;
what was exchanged is as old as what it was exchanged from.
"""

from credit_control.plans.sql import parts_sql
from credit_control.promises import came_on_sql
from ledger.balances import open_on_day_sql

HELD = """
    SELECT item_id, sum(amount) AS amount FROM billing_disputedamount
    WHERE held_on <= %(on)s AND (released_on IS NULL OR released_on > %(on)s) GROUP BY item_id
"""
"""What was in dispute of items at the end of the day."""

MOVED = f"""
    opened AS MATERIALIZED (
        SELECT * FROM owed WHERE id IN (
            SELECT item_id FROM credit_control_duedaychange UNION SELECT item_id FROM credit_control_planneditem)
    ),
    {parts_sql(None)},
    moved AS MATERIALIZED (SELECT id, min(due_on) AS due_on FROM parts GROUP BY id)
"""  # noqa: S608  our own texts
"""`moved`: by which day items of `owed` were first to be paid. Only of those that were ever put off or in a plan is it
asked when their parts are due: of all others the document says it."""


def _judged(whose: str, condition: str) -> str:
    """What was last judged of items, or of customers, until the day."""
    return f"""
        SELECT DISTINCT ON ({whose}) {whose}, percent, reason FROM credit_control_specificprovision
        WHERE company_id = %(company_id)s AND {condition} AND set_on <= %(on)s
        ORDER BY {whose}, set_on DESC, id DESC
    """  # noqa: S608  our own texts


OWED = f"""
    owed AS MATERIALIZED (
        SELECT id, customer_id, entry_id, kind, reference, dated_on, due_on, currency, open
        FROM ({open_on_day_sql(None)}) AS open_items
        WHERE %(owner_ids)s::bigint[] IS NULL
            OR customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s))
    ),
    {MOVED},
    held AS MATERIALIZED ({HELD}),
    own AS MATERIALIZED ({_judged("item_id", "item_id IS NOT NULL")}),
    whole AS MATERIALIZED ({_judged("customer_id", "item_id IS NULL")}),
    aged AS MATERIALIZED (
        SELECT owed.id, owed.customer_id, entry_id, kind, reference, dated_on, owed.currency, owed.open,
            coalesce(moved.due_on, owed.due_on) AS due_on,
            greatest(%(on)s - coalesce(moved.due_on, owed.due_on), 0) AS days_late,
            owed.open > 0 AND kind = ANY (%(kinds)s) AS is_debt,
            least(greatest(owed.open, 0), coalesce(held.amount, 0)) AS disputed,
            coalesce(own.percent, whole.percent) AS specific,
            CASE WHEN own.percent IS NOT NULL THEN own.reason WHEN whole.percent IS NOT NULL THEN whole.reason
                ELSE '' END AS why
        FROM owed
        LEFT JOIN moved ON moved.id = owed.id
        LEFT JOIN held ON held.item_id = owed.id
        LEFT JOIN own ON own.item_id = owed.id
        LEFT JOIN whole ON whole.customer_id = owed.customer_id
    )
"""  # noqa: S608  our own texts
"""`aged`: every open item with its days late, whether it may be lost, what of it is disputed, and what was judged of it
by hand. Parameters: company_id, on, owner_ids, kinds."""

_AGENCY = """
    SELECT h.item_id FROM credit_control_handeditem h JOIN credit_control_handover v ON v.id = h.hand_over_id
    WHERE v.company_id = %(company_id)s AND v.handed_on <= %(on)s
        AND (v.ended_on IS NULL OR v.ended_on > %(on)s OR v.outcome = 'hopeless')
"""

_WRITE_OFF = """
    SELECT (share ->> 0)::bigint AS item_id
    FROM office_approvalrequest r, jsonb_array_elements(r.arguments -> 'shares') AS share
    WHERE r.company_id = %(company_id)s AND r.action = 'write_off'
        AND (r.requested_at AT TIME ZONE %(zone)s)::date <= %(on)s
        AND (r.decided_at IS NULL OR (r.decided_at AT TIME ZONE %(zone)s)::date > %(on)s)
"""

_PROMISE = f"""
    SELECT unnest(array_agg(part.item_id)) AS item_id
    FROM (
        SELECT p.id, p.customer_id, p.currency, p.made_on, p.counts_until, p.newest_item, i.item_id, i.amount,
            coalesce(items.open, 0) AS open, coalesce((
                SELECT sum(a.amount) FROM ledger_allocation a JOIN ledger_openitem m ON m.id = a.credit_id
                WHERE a.debit_id = i.item_id AND a.dated_on <= %(on)s AND m.kind IN ('payment', 'exchange')
                    AND m.id > p.newest_item AND {came_on_sql("m")} BETWEEN p.made_on AND p.counts_until
            ), 0) AS paid
        FROM credit_control_paymentpromise p JOIN credit_control_promiseditem i ON i.promise_id = p.id
        LEFT JOIN aged AS items ON items.id = i.item_id AND items.is_debt
        WHERE p.company_id = %(company_id)s AND p.counts_until < %(on)s
            AND (p.withdrawn_on IS NULL OR p.withdrawn_on > %(on)s)
    ) AS part
    LEFT JOIN LATERAL (
        SELECT -sum(w.open) AS sum FROM waiting w
        WHERE w.customer_id = part.customer_id AND w.currency = part.currency AND w.id > part.newest_item
            AND w.came_on BETWEEN part.made_on AND part.counts_until
    ) AS waits ON true
    GROUP BY part.id, waits.sum
    HAVING sum(least(part.amount, part.paid)) + coalesce(waits.sum, 0)
        < sum(least(part.amount, part.paid + part.open))
"""  # noqa: S608  our own texts

_NOTICE = """
    SELECT ri.item_id FROM credit_control_reminderitem ri JOIN credit_control_reminder r ON r.id = ri.reminder_id
    WHERE r.company_id = %(company_id)s AND r.tone = 'final' AND r.reminded_on <= %(noticed_until)s AND ri.dropped = ''
        AND (r.channel <> 'mail' OR EXISTS (
            SELECT FROM office_outgoingmail m WHERE m.about_type = 'credit_control.reminder' AND m.about_id = r.id
                AND m.status NOT IN ('failed', 'bounced', 'cancelled')))
"""

_WAITING = f"""
    SELECT id, customer_id, currency, {came_on_sql("owed")} AS came_on, open
    FROM owed WHERE open < 0 AND kind IN ('payment', 'exchange')
"""  # noqa: S608  our own texts

_PERCENT = """
    SELECT r.percent FROM credit_control_provisionrate r
    WHERE r.table_id = %(table)s AND r.days_from <= judged.days_late ORDER BY r.days_from DESC LIMIT 1
"""

DOUBTFUL = f"""
    WITH {OWED}, waiting AS MATERIALIZED ({_WAITING}),
        agency AS MATERIALIZED ({_AGENCY}), proposed AS MATERIALIZED ({_WRITE_OFF}),
        promised AS MATERIALIZED ({_PROMISE}), noticed AS MATERIALIZED ({_NOTICE}),
    judged AS MATERIALIZED (
        SELECT aged.*,
            array_remove(ARRAY[
                CASE WHEN specific IS NOT NULL THEN 'judged' END,
                CASE WHEN id IN (SELECT item_id FROM agency) THEN 'agency' END,
                CASE WHEN id IN (SELECT item_id FROM proposed) THEN 'write_off' END,
                CASE WHEN id IN (SELECT item_id FROM promised) THEN 'promise' END,
                CASE WHEN id IN (SELECT item_id FROM noticed) THEN 'notice' END,
                CASE WHEN days_late > %(late_days)s THEN 'late' END
            ], NULL) AS reasons
        FROM aged WHERE is_debt
    )
    SELECT judged.id, judged.customer_id, c.number, c.name, judged.kind, judged.reference, judged.dated_on,
        judged.due_on, days_late, judged.currency, open, disputed, i.company_amount / i.amount,
        coalesce(specific, ({_PERCENT}), 0), specific IS NOT NULL, why, reasons
    FROM judged JOIN ledger_openitem i ON i.id = judged.id JOIN customers_customer c ON c.id = judged.customer_id
    WHERE cardinality(reasons) > 0
    ORDER BY c.sort_name, judged.customer_id, judged.due_on, judged.dated_on, judged.id
"""  # noqa: S608  our own texts
