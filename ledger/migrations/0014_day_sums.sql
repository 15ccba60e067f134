-- Adds the lines that came since to the sums of their days, at most so many ids at once, and says how many ids were gone
-- over; none where somebody else is at it, or where postings under way are not waited for. Which ids there are is read
-- while nobody writes: a posting that took a lower id and is not there yet would else never be counted.
CREATE FUNCTION ledger_keep_day_sums(most bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    known bigint;
    newest bigint;
BEGIN
    INSERT INTO ledger_summeduntil (id, line_id) VALUES (1, 0) ON CONFLICT DO NOTHING;
    SELECT line_id INTO known FROM ledger_summeduntil WHERE id = 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    LOCK TABLE ledger_line IN SHARE MODE;
    SELECT least(coalesce(max(id), 0), known + most) INTO newest FROM ledger_line;
    IF newest <= known THEN
        RETURN 0;
    END IF;
    INSERT INTO ledger_daysum (account_id, currency, dated_on, amount, company_amount)
        SELECT account_id, currency, dated_on, sum(amount), sum(company_amount)
        FROM ledger_line WHERE id > known AND id <= newest GROUP BY account_id, currency, dated_on
        ON CONFLICT (account_id, currency, dated_on) DO UPDATE SET
            amount = ledger_daysum.amount + EXCLUDED.amount,
            company_amount = ledger_daysum.company_amount + EXCLUDED.company_amount;
    UPDATE ledger_summeduntil SET line_id = newest WHERE id = 1;
    RETURN newest - known;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
END $$;
