from django.db import migrations

SQL = """
CREATE TRIGGER finding_event_written_once BEFORE UPDATE OR DELETE ON billing_findingevent
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();

CREATE FUNCTION billing_keep_finding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before billing_accuracyfinding := OLD;
BEGIN
    before.invoice_id := NULL;
    IF TG_OP = 'UPDATE' AND before IS NOT DISTINCT FROM NEW THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a finding stays as it was found, and loses its draft at most'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'finding_stays_as_found';
END $$;

CREATE TRIGGER finding_kept BEFORE UPDATE OR DELETE ON billing_accuracyfinding
    FOR EACH ROW EXECUTE FUNCTION billing_keep_finding();
"""


class Migration(migrations.Migration):
    """A finding stays as it was found, and what became of it is written once."""

    dependencies = [("billing", "0041_accuracy_findings")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
