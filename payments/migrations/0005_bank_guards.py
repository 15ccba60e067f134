from django.db import migrations

SQL = """
CREATE TRIGGER bank_statement_written_once BEFORE UPDATE OR DELETE ON payments_bankstatement
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER bank_line_written_once BEFORE UPDATE OR DELETE ON payments_bankline
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """What a bank said never changes."""

    dependencies = [("payments", "0004_bank_lines")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
