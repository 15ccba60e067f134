-- Whether one customer's credit may settle what another owes. The book knows no customers: their room says who pays for
-- whom, and until it does everybody pays for themselves.
CREATE FUNCTION ledger_pays_for(payer bigint, customer bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT payer = customer
$$;

-- The same of any time: what was settled so stands when it ends.
CREATE FUNCTION ledger_ever_paid_for(payer bigint, customer bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT payer = customer
$$;


-- As before, but that a credit may settle what its customer is declared to pay for; undoing it never asks.
CREATE OR REPLACE FUNCTION ledger_allocate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
BEGIN
    SELECT n.id INTO bad FROM new_allocations n
        JOIN ledger_openitem d ON d.id = n.debit_id JOIN ledger_openitem c ON c.id = n.credit_id
        WHERE d.amount < 0 OR c.amount > 0 OR d.company_id <> c.company_id OR d.currency <> c.currency
            OR (d.customer_id <> c.customer_id AND n.reverses_id IS NULL
                AND NOT ledger_pays_for(c.customer_id, d.customer_id))
            OR n.dated_on < d.dated_on OR n.dated_on < c.dated_on LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % joins items that do not belong together, or before both exist', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_joins_what_belongs_together';
    END IF;
    SELECT n.id INTO bad FROM new_allocations n JOIN ledger_allocation r ON r.id = n.reverses_id
        WHERE r.reverses_id IS NOT NULL OR r.debit_id <> n.debit_id OR r.credit_id <> n.credit_id
            OR r.amount <> -n.amount OR r.debit_company_amount <> -n.debit_company_amount
            OR r.credit_company_amount <> -n.credit_company_amount OR n.dated_on < r.dated_on LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % is not the exact opposite of what it undoes', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_undone_by_its_opposite';
    END IF;
    SELECT n.id INTO bad FROM new_allocations n
        JOIN ledger_openitem d ON d.id = n.debit_id JOIN ledger_openitem c ON c.id = n.credit_id
        WHERE n.amount < 0 AND 'reversal' IN (d.kind, c.kind) LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % would undo a reversal', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_of_a_reversal_stands';
    END IF;
    -- Dated before an undoing of the same item it would take, for the days between, what was still in use then.
    SELECT n.id INTO bad FROM new_allocations n
        WHERE n.amount > 0 AND EXISTS (
            SELECT FROM ledger_allocation u WHERE u.amount < 0 AND u.dated_on > n.dated_on AND u.debit_id = n.debit_id
            UNION ALL
            SELECT FROM ledger_allocation u WHERE u.amount < 0 AND u.dated_on > n.dated_on AND u.credit_id = n.credit_id
        ) LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'allocation % is dated before an earlier one of the same item was undone', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_not_before_an_undoing';
    END IF;
    PERFORM ledger_require_open_month(array_agg(company_id), array_agg(month)) FROM (
        SELECT DISTINCT d.company_id, date_trunc('month', n.dated_on)::date AS month
        FROM new_allocations n JOIN ledger_openitem d ON d.id = n.debit_id) AS months;

    UPDATE ledger_openitem i SET
        balance = i.balance - moved.amount,
        open_during = daterange(i.dated_on, CASE WHEN i.balance = moved.amount THEN (
            SELECT max(a.dated_on) FROM ledger_allocation a WHERE a.debit_id = i.id OR a.credit_id = i.id) END)
    FROM (
        SELECT item_id, sum(amount) AS amount FROM (
            SELECT debit_id AS item_id, amount FROM new_allocations
            UNION ALL SELECT credit_id, -amount FROM new_allocations) AS sides GROUP BY item_id
    ) AS moved
    WHERE i.id = moved.item_id;
    RETURN NULL;
END $$;
