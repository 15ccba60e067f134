from django.db import migrations

SQL = """
-- The parts of a payment are of its customer and currency, and so is each item. Items never change: a look at the time
-- of writing holds for good.
ALTER TABLE payments_onlinepaymentpart ADD CONSTRAINT online_part_of_its_payment
    FOREIGN KEY (payment_id, customer_id, currency) REFERENCES payments_onlinepayment (id, customer_id, currency);

CREATE FUNCTION payments_online_part_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_openitem WHERE id = NEW.item_id AND amount > 0
        AND customer_id = NEW.customer_id AND currency = NEW.currency) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'item % is no debt of the customer and currency of online payment %', NEW.item_id, NEW.payment_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'online_part_belongs';
END $$;

CREATE TRIGGER online_part_belongs BEFORE INSERT ON payments_onlinepaymentpart
    FOR EACH ROW EXECUTE FUNCTION payments_online_part_belongs();
CREATE TRIGGER online_part_written_once BEFORE UPDATE OR DELETE ON payments_onlinepaymentpart
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- Each payment of one invoice so far becomes one of its open items, the earliest due first.
INSERT INTO payments_onlinepaymentpart (payment_id, customer_id, currency, item_id, amount)
SELECT id, customer_id, currency, item_id, least(item_amount, amount - before) FROM (
    SELECT p.id, p.customer_id, p.currency, p.amount, i.id AS item_id, i.amount AS item_amount,
        coalesce(sum(i.amount) OVER (PARTITION BY p.id ORDER BY i.due_on, i.id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM payments_onlinepayment p JOIN billing_invoice d ON d.id = p.invoice_id
    JOIN ledger_openitem i ON i.entry_id = d.entry_id
    WHERE i.amount > 0 AND i.currency = p.currency AND i.customer_id = p.customer_id
) AS parts WHERE before < amount ORDER BY id, item_id;
"""
FREEZE = """
CREATE OR REPLACE FUNCTION payments_freeze_online_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before payments_onlinepayment := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before.session_id := NEW.session_id;
        before.checkout_url := NEW.checkout_url;
        IF OLD.status NOT IN ('paid', 'set_aside', 'settled') THEN
            before.status := NEW.status;
            before.receipt_id := NEW.receipt_id;
            before.payment_id := NEW.payment_id;
            before.reported_amount := NEW.reported_amount;
            before.reported_currency := NEW.reported_currency;
            before.held_because := NEW.held_because;
            before.settled_because := NEW.settled_because;
            before.settled_by_id := NEW.settled_by_id;
        END IF;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what online payment % asked for stays, and so does its receipt', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'online_payment_frozen';
END $$;
"""


class Migration(migrations.Migration):
    """What was asked for one invoice is now asked for its open items, and stays as it was asked."""

    dependencies = [("payments", "0048_online_parts")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop), migrations.RunSQL(FREEZE, migrations.RunSQL.noop)]
