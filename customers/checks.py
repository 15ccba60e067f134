"""Whether holds, limits and mails agree with their customers, and these with their history."""

from ledger.checks import Check

CHECKS = [
    Check(
        "a mail goes to a contact of its own customer, who is the company's",
        """
        SELECT m.company_id, 'mail ' || m.id, 'customer ' || m.customer_id || ' of company ' || m.company_id
            || ', the contact is of ' || p.customer_id || ', their customer of ' || c.company_id
        FROM office_outgoingmail m JOIN customers_contact p ON p.id = m.contact_id
        JOIN customers_customer c ON c.id = m.customer_id
        WHERE p.customer_id <> m.customer_id OR c.company_id <> m.company_id
        """,
    ),
    Check(
        "a hold and a change of a limit are of their customer's company",
        """
        SELECT c.company_id, kind || ' ' || r.id, 'company ' || r.company_id || ', the customer''s ' || c.company_id
        FROM (SELECT 'hold' AS kind, id, company_id, customer_id FROM customers_credithold
            UNION ALL SELECT 'limit change', id, company_id, customer_id FROM customers_limitchange) AS r
        JOIN customers_customer c ON c.id = r.customer_id WHERE c.company_id <> r.company_id
        """,
    ),
    Check(
        "a hold that a person released has days of quiet after it, or none, and was approved by somebody else",
        """
        SELECT company_id, 'hold ' || id, 'released ' || released_on || ', quiet until '
            || coalesce(quiet_until::text, 'no day')
        FROM customers_credithold
        WHERE released_on < placed_on OR quiet_until <= released_on OR approved_by_id = released_by_id
            OR (released_on IS NOT NULL AND (release_reason = '' OR released_at IS NULL))
        """,
    ),
    Check(
        "a credit limit is what its latest change says",
        """
        SELECT c.company_id, 'customer ' || c.number, 'limit ' || coalesce(c.credit_limit::text, 'none')
            || ', last changed to '
            || coalesce(l."limit"::text, 'none')
        FROM customers_customer c
        JOIN LATERAL (SELECT "limit" FROM customers_limitchange WHERE customer_id = c.id AND until IS NULL
            ORDER BY id DESC LIMIT 1) AS l ON true
        WHERE c.credit_limit IS DISTINCT FROM l."limit"
        """,
    ),
    Check(
        "a temporary limit is what its latest change says",
        """
        SELECT c.company_id, 'customer ' || c.number, 'temporary limit ' || coalesce(c.temporary_limit::text, 'none')
        FROM customers_customer c
        LEFT JOIN LATERAL (SELECT "limit", until FROM customers_limitchange WHERE customer_id = c.id
            ORDER BY id DESC LIMIT 1) AS l ON true
        WHERE (c.temporary_limit IS NOT NULL OR l.until IS NOT NULL)
            AND (c.temporary_limit, c.temporary_limit_until) IS DISTINCT FROM (l."limit", l.until)
        """,
    ),
]
