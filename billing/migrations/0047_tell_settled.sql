-- Other programs hear when the last of a document is settled, and when some of it is owed again, whoever did what to it:
-- once in a transaction, and only where a program of the company listens.
CREATE FUNCTION billing_tell_settled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    what text := CASE WHEN NEW.balance = 0 THEN 'invoice.settled' ELSE 'invoice.owed_again' END;
BEGIN
    IF EXISTS (SELECT FROM office_webhookendpoint e WHERE e.company_id = NEW.company_id AND e.ended_at IS NULL) THEN
        INSERT INTO office_webhookevent (company_id, uid, kind, subject_type, subject_id, subject_number)
        SELECT d.company_id, gen_random_uuid(), what, 'billing.invoice', d.id, d.number
        FROM billing_invoice d
        WHERE d.entry_id = NEW.entry_id AND d.kind <> 'credit_memo'
            AND (NEW.balance <> 0 OR NOT EXISTS (
                SELECT FROM ledger_openitem other WHERE other.entry_id = NEW.entry_id AND other.balance <> 0
            ))
            AND NOT EXISTS (
                SELECT FROM office_webhookevent told
                WHERE told.subject_type = 'billing.invoice' AND told.subject_id = d.id AND told.kind = what
                    AND told.occurred_at = now()
            );
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER settled_is_told AFTER UPDATE OF balance ON ledger_openitem
    FOR EACH ROW WHEN ((OLD.balance = 0) <> (NEW.balance = 0)) EXECUTE FUNCTION billing_tell_settled();
