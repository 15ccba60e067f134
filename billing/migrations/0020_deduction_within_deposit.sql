-- Of a deposit at most what is left is deducted: what was billed, less what was credited and what other invoices deducted,
-- and more again where such a deduction was credited. The deposits are locked first, in order.

CREATE FUNCTION billing_guard_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM billing_invoice WHERE id IN (
        SELECT deposit.invoice_id FROM billing_invoiceline taken
        JOIN billing_invoiceline deposit ON deposit.id = taken.deducts_id
        WHERE taken.invoice_id = NEW.id
    ) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM billing_invoiceline mine
        JOIN billing_invoiceline deposit ON deposit.id = mine.deducts_id
        WHERE mine.invoice_id = NEW.id AND deposit.net - deposit.discount_share < (
            SELECT coalesce(sum(
                CASE WHEN line.deducts_id = deposit.id THEN -line.net
                     WHEN line.credited_line_id = deposit.id THEN line.net - line.discount_share
                     ELSE line.net END), 0)
            FROM billing_invoiceline line
            JOIN billing_invoice document ON document.id = line.invoice_id AND document.status = 'issued'
            WHERE line.deducts_id = deposit.id OR line.credited_line_id = deposit.id OR line.credited_line_id IN (
                SELECT id FROM billing_invoiceline WHERE deducts_id = deposit.id)
        )
    ) THEN
        RAISE EXCEPTION 'invoice % deducts more than is left of a deposit', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deduction_within_its_deposit';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER deduction_within_deposit AFTER INSERT OR UPDATE OF status ON billing_invoice
    FOR EACH ROW WHEN (NEW.deducted <> 0 AND NEW.status = 'issued')
    EXECUTE FUNCTION billing_guard_deduction();
