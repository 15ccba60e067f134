from django.db import migrations

SQL = """
INSERT INTO customers_credithold
    (company_id, customer_id, cause, words, placed_on, placed_at, release_reason)
SELECT company_id, id, 'by_hand', hold_reason, placed_at::date, placed_at, ''
FROM customers_customer
CROSS JOIN LATERAL (
    SELECT coalesce(max(recorded_at), now()) AS placed_at
    FROM office_auditrecord
    WHERE subject_type = 'customers.customer' AND subject_id = customers_customer.id
        AND after ->> 'hold_reason' = customers_customer.hold_reason) AS noted
WHERE hold_reason > '';
"""


class Migration(migrations.Migration):
    """Who was on hold stays so, by hand, since the day that the audit trail says."""

    dependencies = [("customers", "0014_credit_holds")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
