"""The query of what a provision is worked out from. Parameters: company_id, on, owner_ids, kinds.

Sums by currency and days late, the items that were judged by hand, and what else stands on the receivable account.
"""

from credit_control.doubtful_sql import OWED

PROVIDED = f"""
    WITH {OWED}
    SELECT 'late', currency, days_late, count(*), sum(open), sum(disputed), NULL::numeric, '', 0::bigint, 0::bigint,
        0::bigint, '', ''
    FROM aged WHERE is_debt AND specific IS NULL GROUP BY currency, days_late
    UNION ALL
    (SELECT 'judged', aged.currency, days_late, 1, open, disputed, specific, why, aged.id, entry_id, c.id, c.name,
        reference
    FROM aged JOIN customers_customer c ON c.id = aged.customer_id
    WHERE is_debt AND specific IS NOT NULL ORDER BY aged.currency, c.sort_name, c.id, aged.id)
    UNION ALL
    SELECT 'beside', currency, 0, count(*), coalesce(sum(open) FILTER (WHERE open > 0), 0),
        coalesce(sum(open) FILTER (WHERE open < 0), 0), NULL, '', 0, 0, 0, '', ''
    FROM aged WHERE NOT is_debt GROUP BY currency
"""  # noqa: S608  our own texts
