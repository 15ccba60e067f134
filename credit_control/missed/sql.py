"""What was missed at the end of a day, to the database: in one statement, however many items are open.

Parameters: company_id; on, the last day that is over; day, the one after it; is_first, whether nobody looked before;
zone, the company's; kinds, of items that are reminded of; smallest, below which nothing is missed; grace, the days of
an instalment; waiting, customers whose money waits in the bank queue; mandated and currencies, whose debts we collect;
now.
"""

from credit_control.plans.sql import parts_sql
from credit_control.promises import came_on_sql
from ledger.balances import open_on_day_sql

_HELD = """
    SELECT item_id, sum(amount) AS amount FROM billing_disputedamount
    WHERE held_on <= %(on)s AND (released_on IS NULL OR released_on > %(on)s) GROUP BY item_id
"""

_PROMISED = """
    SELECT i.item_id, sum(i.amount) AS amount
    FROM credit_control_promiseditem i JOIN credit_control_paymentpromise p ON p.id = i.promise_id
    WHERE p.company_id = %(company_id)s AND p.made_on <= %(on)s AND p.counts_until >= %(day)s
        AND (p.withdrawn_on IS NULL OR p.withdrawn_on > %(on)s) GROUP BY i.item_id
"""

_EXCUSED = """
    SELECT i.item_id FROM credit_control_planneditem i JOIN credit_control_paymentplan p ON p.id = i.plan_id
    WHERE p.company_id = %(company_id)s AND p.offered_on <= %(on)s AND p.valid_until >= %(on)s
        AND (p.accepted_on IS NULL OR p.accepted_on > %(on)s) AND (p.closed_on IS NULL OR p.closed_on > %(on)s)
    UNION
    SELECT item_id FROM payments_debitpart WHERE is_under_way
"""
"""Items in a plan that may still be answered, or in a debit that is on its way."""

_LATE = """
    SELECT owed.id, owed.customer_id, owed.currency, owed.reference, due.due_on,
        due.open - coalesce(promised.amount, 0) AS open
    FROM (
        SELECT id, due_on, open FROM owed WHERE open > 0 AND id NOT IN (SELECT id FROM opened)
        UNION ALL
        SELECT id, due_on, open FROM parts WHERE NOT is_planned
    ) AS due
    JOIN owed USING (id) LEFT JOIN promised ON promised.item_id = due.id
    WHERE due.due_on <= %(on)s AND owed.kind = ANY (%(kinds)s) AND due.open > coalesce(promised.amount, 0)
        AND owed.id NOT IN (SELECT item_id FROM excused)
        AND (owed.customer_id, owed.currency) NOT IN (
            SELECT * FROM unnest(%(mandated)s::bigint[], %(currencies)s::text[]))
"""
"""What of items is past its day, and neither disputed, promised, planned nor ours to collect."""

_ASKED = """
    SELECT customer_id, currency, sum(open) AS amount, max(sum(open)) OVER (PARTITION BY customer_id) AS most
    FROM late GROUP BY customer_id, currency
"""

_DUE_DAYS = """
    SELECT late.customer_id, 'due_day',
        CASE WHEN %(is_first)s OR (i.recorded_at AT TIME ZONE %(zone)s)::date >= %(day)s THEN late.due_on + 1
            ELSE %(day)s END,
        late.due_on, least(late.open, i.amount - coalesce(settled.amount, 0)), late.currency, late.reference,
        late.id, NULL::bigint, NULL::bigint
    FROM late JOIN asked USING (customer_id, currency) LEFT JOIN free USING (customer_id, currency)
    JOIN ledger_openitem i ON i.id = late.id
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount FROM ledger_allocation a WHERE a.debit_id = late.id AND a.dated_on <= late.due_on
    ) AS settled ON true
    WHERE asked.most >= %(smallest)s AND coalesce(free.amount, 0) < asked.amount
        AND i.amount > coalesce(settled.amount, 0)
        AND NOT EXISTS (
            SELECT FROM credit_control_missedpayment m WHERE m.item_id = late.id AND m.due_on = late.due_on)
"""
"""What was open when its day was over and still is. Who has as much free credit missed nothing."""

_INSTALMENTS = """
    SELECT p.customer_id, 'instalment', CASE WHEN %(is_first)s THEN k.due_on + %(grace)s + 1 ELSE %(day)s END,
        k.due_on, due.open, p.currency, 'Payment plan ' || p.id, NULL, k.id, NULL
    FROM (
        SELECT lying.plan_id, parts.due_on, sum(parts.open) AS open
        FROM parts JOIN lying ON lying.item_id = parts.id WHERE parts.is_planned GROUP BY 1, 2
    ) AS due
    JOIN credit_control_planinstalment k ON k.plan_id = due.plan_id AND k.due_on = due.due_on
    JOIN credit_control_paymentplan p ON p.id = k.plan_id
    LEFT JOIN free ON free.customer_id = p.customer_id AND free.currency = p.currency
    WHERE k.due_on + %(grace)s <= %(on)s AND due.open >= %(smallest)s AND coalesce(free.amount, 0) < due.open
"""

_PROMISES = f"""
    SELECT part.customer_id, 'promise', CASE WHEN %(is_first)s THEN part.counts_until + 1 ELSE %(day)s END,
        part.pay_on, sum(least(part.amount, part.paid + part.open)) - sum(least(part.amount, part.paid))
            - coalesce(waits.amount, 0),
        part.currency, 'Promise ' || part.id, NULL, NULL, part.id
    FROM (
        SELECT p.*, i.amount AS part_amount, coalesce(owed.open, 0) AS open, coalesce((
                SELECT sum(a.amount) FROM ledger_allocation a JOIN ledger_openitem m ON m.id = a.credit_id
                WHERE a.debit_id = i.item_id AND a.dated_on <= %(on)s AND m.kind IN ('payment', 'exchange')
                    AND m.id > p.newest_item AND {came_on_sql("m")} BETWEEN p.made_on AND p.counts_until
            ), 0) AS paid
        FROM (
            SELECT id, customer_id, currency, made_on, pay_on, counts_until, newest_item
            FROM credit_control_paymentpromise
            WHERE company_id = %(company_id)s AND counts_until BETWEEN %(on)s - 60 AND %(on)s
                AND (withdrawn_on IS NULL OR withdrawn_on > %(on)s)
        ) AS p
        JOIN credit_control_promiseditem i ON i.promise_id = p.id LEFT JOIN owed ON owed.id = i.item_id
    ) AS part (id, customer_id, currency, made_on, pay_on, counts_until, newest_item, amount, open, paid)
    LEFT JOIN LATERAL (
        SELECT -sum(w.open) AS amount FROM owed w
        WHERE w.open < 0 AND w.kind IN ('payment', 'exchange') AND w.customer_id = part.customer_id
            AND w.currency = part.currency AND w.id > part.newest_item
            AND {came_on_sql("w")} BETWEEN part.made_on AND part.counts_until
    ) AS waits ON true
    GROUP BY part.id, part.customer_id, part.counts_until, part.pay_on, part.currency, waits.amount
    HAVING sum(least(part.amount, part.paid + part.open)) - sum(least(part.amount, part.paid))
        - coalesce(waits.amount, 0) >= greatest(%(smallest)s, 0.0001)
"""  # noqa: S608  our own texts
"""What of promises had not come when their days were over: as promises.py counts it."""

FIND = f"""
    WITH held AS MATERIALIZED ({_HELD}),
    owed AS MATERIALIZED (
        SELECT o.id, o.customer_id, o.kind, o.reference, o.dated_on, o.due_on, o.currency,
            CASE WHEN o.open > 0 THEN greatest(o.open - coalesce(held.amount, 0), 0) ELSE o.open END AS open
        FROM ({open_on_day_sql(None)}) AS o LEFT JOIN held ON held.item_id = o.id
    ),
    opened AS MATERIALIZED (
        SELECT id, due_on, open FROM owed WHERE open > 0 AND id IN (
            SELECT item_id FROM credit_control_duedaychange UNION SELECT item_id FROM credit_control_planneditem)
    ),
    {parts_sql(None)},
    free AS MATERIALIZED (
        SELECT customer_id, currency, -sum(open) AS amount FROM owed WHERE open < 0 GROUP BY 1, 2
    ),
    promised AS MATERIALIZED ({_PROMISED}),
    excused AS MATERIALIZED ({_EXCUSED}),
    late AS MATERIALIZED ({_LATE}),
    asked AS MATERIALIZED ({_ASKED}),
    missed (customer_id, kind, missed_on, due_on, amount, currency, reference, item_id, instalment_id, promise_id)
        AS ({_DUE_DAYS} UNION ALL {_INSTALMENTS} UNION ALL {_PROMISES})
    INSERT INTO credit_control_missedpayment
        (company_id, customer_id, kind, "on", due_on, amount, currency, reference, item_id, instalment_id, promise_id,
         found_at)
    SELECT %(company_id)s, missed.*, %(now)s FROM missed WHERE customer_id <> ALL (%(waiting)s)
    ORDER BY missed_on, kind, item_id, instalment_id, promise_id
    ON CONFLICT DO NOTHING
"""  # noqa: S608  our own texts
