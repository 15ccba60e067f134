from django.db import migrations

SQL = """
CREATE FUNCTION office_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$;

CREATE FUNCTION office_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := now();
    RETURN NEW;
END $$;

CREATE TRIGGER audit_written_once BEFORE UPDATE OR DELETE ON office_auditrecord
    FOR EACH ROW EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON office_auditrecord
    FOR EACH STATEMENT EXECUTE FUNCTION office_refuse_change();
CREATE TRIGGER audit_stamped BEFORE INSERT ON office_auditrecord
    FOR EACH ROW EXECUTE FUNCTION office_stamp();
"""


class Migration(migrations.Migration):
    """Nobody edits the audit trail."""

    dependencies = [("office", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
