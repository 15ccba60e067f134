"""The query of doubtful items. Parameters: company_id, on, zone, owner, kinds, table, late_days, noticed_until.

A moment counts on the company's day that it was. An item is due when the first part of it is that is open: as its
document says, as it was put off, or with an instalment of its plan. A promise is broken where its days are over and
payments of those days that were applied to its items, or waited to be applied, fall short of it by what is still open.
"""

from credit_control.plans.sql import parts_sql
from ledger.balances import open_on_day_sql

_ITEMS = """
    SELECT o.id, o.customer_id, o.kind, o.reference, o.dated_on, days.due_on,
        o.currency, o.open, i.company_amount / i.amount AS booked_rate, c.number, c.name, c.sort_name,
        least(o.open, coalesce((
            SELECT sum(d.amount) FROM billing_disputedamount d
            WHERE d.item_id = o.id AND d.held_on <= %(on)s AND (d.released_on IS NULL OR d.released_on > %(on)s)
        ), 0)) AS disputed
    FROM opened o
    JOIN (SELECT id, min(due_on) AS due_on FROM parts GROUP BY id) AS days ON days.id = o.id
    JOIN ledger_openitem i ON i.id = o.id
    JOIN customers_customer c ON c.id = o.customer_id
    WHERE o.open > 0 AND o.kind = ANY (%(kinds)s) AND (%(owner)s::bigint IS NULL OR c.sales_owner_id = %(owner)s)
"""

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

_PROMISE = """
    SELECT unnest(array_agg(part.item_id)) AS item_id
    FROM (
        SELECT p.id, p.customer_id, p.currency, p.made_on, p.counts_until, p.newest_item, i.item_id, i.amount,
            coalesce(items.open, 0) AS open, coalesce((
                SELECT sum(a.amount) FROM ledger_allocation a JOIN ledger_openitem m ON m.id = a.credit_id
                WHERE a.debit_id = i.item_id AND a.dated_on <= %(on)s AND m.kind = 'payment' AND m.id > p.newest_item
                    AND m.dated_on BETWEEN p.made_on AND p.counts_until
            ), 0) AS paid
        FROM credit_control_paymentpromise p JOIN credit_control_promiseditem i ON i.promise_id = p.id
        LEFT JOIN items ON items.id = i.item_id
        WHERE p.company_id = %(company_id)s AND p.counts_until < %(on)s
            AND (p.withdrawn_on IS NULL OR p.withdrawn_on > %(on)s)
    ) AS part
    LEFT JOIN LATERAL (
        SELECT -sum(w.open) AS sum FROM waiting w
        WHERE w.customer_id = part.customer_id AND w.currency = part.currency AND w.id > part.newest_item
            AND w.dated_on BETWEEN part.made_on AND part.counts_until
    ) AS waits ON true
    GROUP BY part.id, waits.sum
    HAVING sum(least(part.amount, part.paid)) + coalesce(waits.sum, 0)
        < sum(least(part.amount, part.paid + part.open))
"""

_NOTICE = """
    SELECT ri.item_id FROM credit_control_reminderitem ri JOIN credit_control_reminder r ON r.id = ri.reminder_id
    WHERE r.company_id = %(company_id)s AND r.tone = 'final' AND r.reminded_on <= %(noticed_until)s AND ri.dropped = ''
        AND (r.channel <> 'mail' OR EXISTS (
            SELECT FROM office_outgoingmail m WHERE m.about_type = 'credit_control.reminder' AND m.about_id = r.id
                AND m.status NOT IN ('failed', 'bounced', 'cancelled')))
"""

_WAITING = """
    SELECT id, customer_id, currency, dated_on, open FROM opened WHERE open < 0 AND kind = 'payment'
"""

_SPECIFIC = """
    SELECT s.percent, s.reason FROM credit_control_specificprovision s
    WHERE {whose} AND s.set_on <= %(on)s ORDER BY s.set_on DESC, s.id DESC LIMIT 1
"""

_PERCENT = """
    SELECT r.percent FROM credit_control_provisionrate r
    WHERE r.table_id = %(table)s AND r.days_from <= judged.days_late ORDER BY r.days_from DESC LIMIT 1
"""

DOUBTFUL = f"""
    WITH opened AS MATERIALIZED ({open_on_day_sql(None)}), {parts_sql(None)},
        items AS MATERIALIZED ({_ITEMS}), waiting AS MATERIALIZED ({_WAITING}),
        agency AS MATERIALIZED ({_AGENCY}), proposed AS MATERIALIZED ({_WRITE_OFF}),
        promised AS MATERIALIZED ({_PROMISE}), noticed AS MATERIALIZED ({_NOTICE}),
    judged AS MATERIALIZED (
        SELECT items.*, greatest(%(on)s - due_on, 0) AS days_late,
            coalesce(own.percent, whole.percent) AS specific,
            CASE WHEN own.percent IS NOT NULL THEN own.reason WHEN whole.percent IS NOT NULL THEN whole.reason
                ELSE '' END AS why,
            array_remove(ARRAY[
                CASE WHEN coalesce(own.percent, whole.percent) IS NOT NULL THEN 'judged' END,
                CASE WHEN id IN (SELECT item_id FROM agency) THEN 'agency' END,
                CASE WHEN id IN (SELECT item_id FROM proposed) THEN 'write_off' END,
                CASE WHEN id IN (SELECT item_id FROM promised) THEN 'promise' END,
                CASE WHEN id IN (SELECT item_id FROM noticed) THEN 'notice' END,
                CASE WHEN %(on)s - due_on > %(late_days)s THEN 'late' END
            ], NULL) AS reasons
        FROM items
        LEFT JOIN LATERAL ({_SPECIFIC.format(whose="s.item_id = items.id")}) AS own ON true
        LEFT JOIN LATERAL (
            {_SPECIFIC.format(whose="s.item_id IS NULL AND s.customer_id = items.customer_id")}
        ) AS whole ON true
    )
    SELECT id, customer_id, number, name, kind, reference, dated_on, due_on, days_late, currency, open, disputed,
        booked_rate, coalesce(specific, ({_PERCENT}), 0),
        specific IS NOT NULL, why, reasons
    FROM judged WHERE cardinality(reasons) > 0 ORDER BY sort_name, customer_id, due_on, dated_on, id
"""  # noqa: S608  our own texts
