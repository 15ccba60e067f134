-- A credit memo takes at most what is left of its invoice and of each line. The invoice is locked first, so that of two
-- credits at once the second sees what the first took.

CREATE FUNCTION billing_guard_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM billing_invoice WHERE id = NEW.credits_id FOR NO KEY UPDATE;
    IF (SELECT sum(total) FROM billing_invoice WHERE credits_id = NEW.credits_id AND status = 'issued')
            > (SELECT total FROM billing_invoice WHERE id = NEW.credits_id) THEN
        RAISE EXCEPTION 'credit memo % takes more than is left of its invoice', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_within_its_invoice';
    END IF;
    IF EXISTS (
        SELECT FROM billing_invoiceline billed
        JOIN billing_invoiceline taken ON taken.credited_line_id = billed.id
        JOIN billing_invoice memo ON memo.id = taken.invoice_id AND memo.status = 'issued'
        WHERE billed.invoice_id = NEW.credits_id
        GROUP BY billed.id
        HAVING sum(taken.taxable) NOT BETWEEN least(billed.taxable, 0) AND greatest(billed.taxable, 0)
            OR sum(taken.taxable + taken.tax_amount) NOT BETWEEN least(billed.taxable + billed.tax_amount, 0)
                AND greatest(billed.taxable + billed.tax_amount, 0)
            OR coalesce(sum(taken.quantity) FILTER (WHERE NOT taken.is_amount_only), 0)
                NOT BETWEEN least(billed.quantity, 0) AND greatest(billed.quantity, 0)
    ) THEN
        RAISE EXCEPTION 'credit memo % takes more than is left of a line', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_within_its_lines';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER credit_within_invoice AFTER INSERT OR UPDATE OF status ON billing_invoice
    FOR EACH ROW WHEN (NEW.credits_id IS NOT NULL AND NEW.status = 'issued')
    EXECUTE FUNCTION billing_guard_credit();
