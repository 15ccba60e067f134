from django.db import migrations

SQL = """
CREATE TRIGGER disputed_line_written_once BEFORE UPDATE OR DELETE ON billing_disputedline
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER dispute_message_written_once BEFORE UPDATE OR DELETE ON billing_disputemessage
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER dispute_file_written_once BEFORE UPDATE OR DELETE ON billing_disputefile
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();

CREATE FUNCTION billing_keep_dispute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.company_id, OLD.customer_id, OLD.number, OLD.entry_id, OLD.source, OLD.words,
            OLD.currency, OLD.amount, OLD.opened_on, OLD.opened_at)
        = (NEW.company_id, NEW.customer_id, NEW.number, NEW.entry_id, NEW.source, NEW.words,
            NEW.currency, NEW.amount, NEW.opened_on, NEW.opened_at)
        AND (OLD.invoice_id, OLD.opened_by_id, OLD.contact_id)
            IS NOT DISTINCT FROM (NEW.invoice_id, NEW.opened_by_id, NEW.contact_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'dispute % stays as it was opened: close it', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'dispute_stays_as_opened';
END $$;

CREATE TRIGGER dispute_kept BEFORE UPDATE OR DELETE ON billing_dispute
    FOR EACH ROW EXECUTE FUNCTION billing_keep_dispute();

-- What disputes hold of an item is never more than it came to, and what was held is let go once.
CREATE FUNCTION billing_hold_disputed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before billing_disputedamount := OLD;
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM ledger_lock_items(ARRAY[NEW.item_id]);
        IF NEW.amount + coalesce((SELECT sum(amount) FROM billing_disputedamount
                WHERE item_id = NEW.item_id AND released_at IS NULL), 0)
            > (SELECT amount FROM ledger_openitem WHERE id = NEW.item_id) THEN
            RAISE EXCEPTION 'more of item % would be disputed than it came to', NEW.item_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'disputes_within_item';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL THEN
        before.released_on := NEW.released_on;
        before.released_at := NEW.released_at;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what a dispute holds is let go once, and stays otherwise'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disputed_amount_let_go_once';
END $$;

CREATE TRIGGER disputed_amount_held BEFORE INSERT OR UPDATE OR DELETE ON billing_disputedamount
    FOR EACH ROW EXECUTE FUNCTION billing_hold_disputed();
"""


class Migration(migrations.Migration):
    """A dispute stays as it was opened, what was said of it too, and disputes hold no more than there is."""

    dependencies = [("billing", "0030_disputes"), ("ledger", "0009_exchange_items")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
