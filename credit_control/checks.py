"""Whether late charges agree with the book and with themselves."""

from credit_control import chasing_checks, provision_checks
from ledger.checks import Check, kept_files, missing_papers

PAPERS = {
    "claim_late_charges": "SELECT entry_id FROM credit_control_latecharge",
    "waive_late_charge": "SELECT reversal_entry_id FROM credit_control_latecharge",
    "provide_month": "SELECT entry_id FROM credit_control_provisionposting",
}
CHECKS = [
    missing_papers(PAPERS),
    Check(
        "a late charge and the book say the same",
        """
        SELECT c.company_id, 'late charge ' || c.number, 'interest ' || c.interest || ' and fee ' || c.fee
            || ', in the book '
            || coalesce(sum(o.amount) FILTER (WHERE o.kind = 'interest'), 0) || ' and '
            || coalesce(sum(o.amount) FILTER (WHERE o.kind = 'fee'), 0)
        FROM credit_control_latecharge c LEFT JOIN ledger_openitem o ON o.entry_id = c.entry_id
            AND o.customer_id = c.customer_id AND o.currency = c.currency AND o.dated_on = c.claimed_on
        GROUP BY c.id HAVING coalesce(sum(o.amount) FILTER (WHERE o.kind = 'interest'), 0) <> c.interest
            OR coalesce(sum(o.amount) FILTER (WHERE o.kind = 'fee'), 0) <> c.fee
        """,
    ),
    Check(
        "the lines of a late charge add up to it",
        """
        SELECT c.company_id, 'late charge ' || c.number, c.interest || ' and ' || c.fee || ', its lines '
            || coalesce(sum(l.amount) FILTER (WHERE l.kind <> 'fee'), 0) || ' and '
            || coalesce(sum(l.amount) FILTER (WHERE l.kind = 'fee'), 0)
        FROM credit_control_latecharge c LEFT JOIN credit_control_latechargeline l ON l.charge_id = c.id
        GROUP BY c.id HAVING coalesce(sum(l.amount) FILTER (WHERE l.kind <> 'fee'), 0) <> c.interest
            OR coalesce(sum(l.amount) FILTER (WHERE l.kind = 'fee'), 0) <> c.fee
        """,
    ),
    Check(
        "interest and fees are charged on documents of the customer, never on interest or fees",
        """
        SELECT c.company_id, 'late charge ' || c.number, o.kind || ' ' || o.reference
        FROM credit_control_latechargeline l JOIN credit_control_latecharge c ON c.id = l.charge_id
        JOIN ledger_openitem o ON o.id = l.item_id
        WHERE o.kind NOT IN ('invoice', 'debit_note', 'opening') OR o.customer_id <> c.customer_id
            OR o.currency <> c.currency OR l.from_on < o.due_on OR (l.kind = 'interest' AND l.to_on > c.claimed_on)
        """,
    ),
    Check(
        "a day of a debt is charged once, and a fee once for its period",
        """
        SELECT c.company_id, 'item ' || a.item_id, 'from ' || b.from_on || ' by charges ' || a.charge_id || ' and '
            || b.charge_id
        FROM credit_control_latechargeline a JOIN credit_control_latechargeline b ON b.item_id = a.item_id
            AND b.id > a.id AND b.kind = a.kind
        JOIN credit_control_latecharge c ON c.id = a.charge_id
        WHERE (a.kind = 'interest' AND a.from_on < b.to_on AND b.from_on < a.to_on)
            OR (a.kind = 'fee' AND a.period = b.period)
        """,
    ),
    Check(
        "a waived late charge has nothing open and holds no payment",
        """
        SELECT c.company_id, 'late charge ' || c.number, o.balance || ' open, ' || coalesce(sum(a.amount), 0) || ' paid'
        FROM credit_control_latecharge c JOIN ledger_openitem o ON o.entry_id = c.entry_id
        LEFT JOIN (ledger_allocation a JOIN ledger_openitem d ON d.id = a.credit_id)
            ON a.debit_id = o.id AND d.entry_id <> c.reversal_entry_id
        WHERE c.waived_on IS NOT NULL GROUP BY c.id, o.id HAVING o.balance <> 0 OR sum(a.amount) <> 0
        """,
    ),
    Check(
        "numbers of late charges run on without a gap",
        """
        SELECT s.company_id, 'series ' || s.kind || ' ' || s.year || ' of company ' || s.company_id,
            count(c.id) || ' charges, the series stands at ' || s.last
        FROM office_numberseries s LEFT JOIN credit_control_latecharge c ON c.company_id = s.company_id
            AND extract(year FROM c.claimed_on)::int = s.year
        WHERE s.kind = 'late_charge' GROUP BY s.id HAVING count(c.id) <> s.last
        """,
    ),
    Check(
        "a promise is the sum of its items, and these are the customer's",
        """
        SELECT p.company_id, 'promise ' || p.id, p.amount || ' ' || p.currency || ', its items '
            || coalesce(sum(i.amount), 0)
        FROM credit_control_paymentpromise p LEFT JOIN (credit_control_promiseditem i
            JOIN ledger_openitem o ON o.id = i.item_id) ON i.promise_id = p.id
            AND o.customer_id = p.customer_id AND o.currency = p.currency AND i.amount <= o.amount
        GROUP BY p.id HAVING coalesce(sum(i.amount), 0) <> p.amount
        """,
    ),
    Check(
        "no item is promised twice at a time",
        """
        SELECT p.company_id, 'item ' || a.item_id, 'promises ' || p.id || ' and ' || q.id
        FROM credit_control_promiseditem a JOIN credit_control_promiseditem b ON b.item_id = a.item_id AND b.id > a.id
        JOIN credit_control_paymentpromise p ON p.id = a.promise_id
        JOIN credit_control_paymentpromise q ON q.id = b.promise_id
        WHERE q.made_on <= p.counts_until AND (p.withdrawn_on IS NULL OR p.withdrawn_on > q.made_on)
            AND (q.withdrawn_on IS NULL OR q.withdrawn_on > q.made_on)
        """,
    ),
    Check(
        "a payment plan is the sum of its instalments and of its items, and these are the customer's",
        """
        SELECT p.company_id, 'plan ' || p.id, p.amount || ' ' || p.currency || ', its instalments '
            || coalesce((SELECT sum(amount) FROM credit_control_planinstalment WHERE plan_id = p.id), 0)
            || ', its items ' || coalesce(sum(i.amount), 0)
        FROM credit_control_paymentplan p LEFT JOIN (credit_control_planneditem i
            JOIN ledger_openitem o ON o.id = i.item_id) ON i.plan_id = p.id
            AND o.customer_id = p.customer_id AND o.currency = p.currency AND i.amount <= o.amount
        GROUP BY p.id HAVING coalesce(sum(i.amount), 0) <> p.amount OR p.amount <> coalesce(
            (SELECT sum(amount) FROM credit_control_planinstalment WHERE plan_id = p.id), 0)
        """,
    ),
    Check(
        "no item is in two payment plans at a time",
        """
        SELECT p.company_id, 'item ' || a.item_id, 'plans ' || p.id || ' and ' || q.id
        FROM credit_control_planneditem a JOIN credit_control_planneditem b ON b.item_id = a.item_id AND b.id > a.id
        JOIN credit_control_paymentplan p ON p.id = a.plan_id JOIN credit_control_paymentplan q ON q.id = b.plan_id
        WHERE p.accepted_at IS NOT NULL AND (p.closed_at IS NULL OR p.closed_at > q.created_at)
        """,
    ),
    Check(
        "a payment plan holds its items as long as it stands, and its days rise",
        """
        SELECT p.company_id, 'plan ' || p.id, p.status || ', item ' || i.item_id || ' let go '
            || coalesce(i.released_at::text, '-')
        FROM credit_control_paymentplan p JOIN credit_control_planneditem i ON i.plan_id = p.id
        WHERE (p.status = 'accepted' AND i.released_at IS NOT NULL)
            OR (p.status NOT IN ('offered', 'accepted') AND i.released_at IS NULL)
        UNION ALL
        SELECT p.company_id, 'plan ' || a.plan_id, 'instalment ' || b.position || ' is due ' || b.due_on
            || ', before it ' || a.due_on
        FROM credit_control_planinstalment a JOIN credit_control_planinstalment b ON b.plan_id = a.plan_id
            AND b.position = a.position + 1 AND b.due_on <= a.due_on
        JOIN credit_control_paymentplan p ON p.id = a.plan_id
        """,
    ),
    kept_files(
        "credit_control_planpdf",
        "'agreement of plan ' || p.id",
        "p.company_id",
        "JOIN credit_control_paymentplan p ON p.id = f.plan_id",
    ),
    Check(
        "the figures of a kept statement add up",
        """
        SELECT s.company_id, 'statement ' || s.id || ' of ' || s.on, 'customer ' || (section ->> 'number')
            || ' closes at '
            || (part ->> 'closing') || ' ' || (part ->> 'currency')
        FROM credit_control_statement s, jsonb_array_elements(s.figures -> 'sections') AS section,
            jsonb_array_elements(section -> 'parts') AS part
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount::numeric), 0) AS aged FROM jsonb_each_text(part -> 'ageing') AS a (name, amount)
        ) AS ageing
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((line ->> 4)::numeric), 0) AS moved
            FROM jsonb_array_elements(part -> 'movements') AS line
        ) AS movements
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((line ->> 6)::numeric), 0) AS open
            FROM jsonb_array_elements(part -> 'items') AS line
        ) AS items
        WHERE aged <> (part ->> 'closing')::numeric
            OR (s.form = 'balance_forward' AND (part ->> 'opening')::numeric + moved <> (part ->> 'closing')::numeric)
            OR (s.form = 'open_item' AND items.open <> (part ->> 'closing')::numeric)
            OR s.closing #>> ARRAY[section ->> 'customer', part ->> 'currency'] IS DISTINCT FROM part ->> 'closing'
        """,
    ),
    kept_files(
        "credit_control_statementpdf",
        "'PDF of statement ' || s.id",
        "s.company_id",
        "JOIN credit_control_statement s ON s.id = f.statement_id",
    ),
    *chasing_checks.CHECKS,
    *provision_checks.CHECKS,
]
