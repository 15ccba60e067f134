from django.db import migrations

SQL = """
CREATE TRIGGER receipt_pdf_written_once BEFORE UPDATE OR DELETE ON payments_receiptpdf
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """The bytes of a receipt never change."""

    dependencies = [("payments", "0024_receipt_pdfs")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
