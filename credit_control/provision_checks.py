"""Whether what was posted for expected loss agrees with the book and with itself."""

from ledger.checks import Check

CHECKS = [
    Check(
        "a provision posting and the book say the same",
        """
        SELECT p.company_id, 'provision of ' || p.on, p.difference || ' posted, in the book '
            || coalesce(sum(l.company_amount) FILTER (WHERE a.role = 'impairment'), 0) || ' and '
            || coalesce(sum(l.company_amount) FILTER (WHERE a.role = 'provision'), 0)
        FROM credit_control_provisionposting p
        LEFT JOIN (ledger_entry e JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id)
            ON e.id = p.entry_id AND e.company_id = p.company_id AND e.dated_on = p.on
        GROUP BY p.id HAVING coalesce(sum(l.company_amount) FILTER (WHERE a.role = 'impairment'), 0) <> p.difference
            OR coalesce(sum(l.company_amount) FILTER (WHERE a.role = 'provision'), 0) <> -p.difference
        """,
    ),
    Check(
        "what stands on the provision account is what was posted for expected loss",
        """
        SELECT company_id, 'provision account of company ' || company_id, 'stands at ' || sum(stands) || ', posted '
            || sum(posted)
        FROM (
            SELECT a.company_id, -l.company_amount AS stands, 0 AS posted
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id AND a.role = 'provision'
            UNION ALL SELECT company_id, 0, difference FROM credit_control_provisionposting
        ) AS sides GROUP BY company_id HAVING sum(stands) <> sum(posted)
        """,
    ),
    Check(
        "a provision posting brings what was missing beside those before it",
        """
        SELECT p.company_id, 'provision of ' || p.on, p.required || ' required, ' || p.stood || ' stood, '
            || p.difference || ' posted; posted before ' || coalesce(sum(b.difference), 0)
        FROM credit_control_provisionposting p LEFT JOIN credit_control_provisionposting b
            ON b.company_id = p.company_id AND b.on <= p.on AND b.id < p.id
        GROUP BY p.id HAVING p.stood <> coalesce(sum(b.difference), 0) OR p.difference <> p.required - p.stood
        """,
    ),
    Check(
        "the parts of a provision posting add up to it",
        """
        SELECT p.company_id, 'provision of ' || p.on, p.required || ' required, its parts '
            || coalesce(sum(r.company_expected), 0)
        FROM credit_control_provisionposting p LEFT JOIN credit_control_provisionpart r ON r.posting_id = p.id
        GROUP BY p.id HAVING coalesce(sum(r.company_expected), 0) <> p.required
            OR bool_or(abs(r.expected - (r.open - r.disputed) * r.percent / 100) > 0.5)
            OR bool_or(abs(r.company_expected - r.expected * coalesce(r.rate, 0)) > 0.5)
        """,
    ),
]
