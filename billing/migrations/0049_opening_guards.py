from django.db import migrations

SQL = """
CREATE FUNCTION billing_freeze_opening_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before billing_openingitem := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.reversal_entry_id IS NULL THEN
        before.reversal_entry_id := NEW.reversal_entry_id;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'opening item % is in the book: undo its load', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'opening_item_frozen';
END $$;

CREATE TRIGGER opening_item_frozen BEFORE UPDATE OR DELETE ON billing_openingitem
    FOR EACH ROW EXECUTE FUNCTION billing_freeze_opening_item();

-- What has gone live stays so, and nothing is loaded into it, or taken back from it, any more.
CREATE FUNCTION billing_opening_stays_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'opening % has gone live', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'opening_stays_live';
END $$;

CREATE TRIGGER opening_stays_live BEFORE UPDATE OR DELETE ON billing_opening
    FOR EACH ROW WHEN (OLD.live_at IS NOT NULL) EXECUTE FUNCTION billing_opening_stays_live();

SELECT customers_let_guards_aside();
"""


class Migration(migrations.Migration):
    """What was taken over stays as it was loaded, but for its mirror; and an opening that is live is finished."""

    dependencies = [("billing", "0048_openings"), ("customers", "0023_merging")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
