from django.db import migrations

SQL = """
CREATE TRIGGER debit_notice_written_once BEFORE UPDATE OR DELETE ON payments_debitnotice
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER debit_notice_line_written_once BEFORE UPDATE OR DELETE ON payments_debitnoticeline
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """What was announced never changes."""

    dependencies = [("payments", "0011_debit_notices")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
