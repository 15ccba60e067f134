from django.db import migrations

SQL = """
INSERT INTO billing_dispute (id, company_id, customer_id, number, entry_id, invoice_id, source, reason_code_id, words,
    said_by, currency, amount, owner_id, department, respond_by, status, opened_on, opened_by_id, opened_at, outcome,
    outcome_note, closed_on, closed_by_id, closed_at)
SELECT id, company_id, owing_id, 'DP-' || year || '-' || lpad(place::text, greatest(4, length(place::text)), '0'),
    entry_id, invoice_id, 'short_payment', reason_code_id, '', '', currency, amount, noted_by_id, '', opened_on + 14,
    CASE WHEN withdrawn_at IS NULL THEN 'open' ELSE 'closed' END, opened_on, noted_by_id, noted_at,
    CASE WHEN withdrawn_at IS NULL THEN '' ELSE 'withdrawn' END, '', closed_on, withdrawn_by_id, withdrawn_at
FROM (
    SELECT r.*, o.entry_id, o.currency, i.id AS invoice_id, o.customer_id AS owing_id,
        (r.noted_at AT TIME ZONE c.time_zone)::date AS opened_on,
        (r.withdrawn_at AT TIME ZONE c.time_zone)::date AS closed_on,
        extract(year FROM r.noted_at AT TIME ZONE c.time_zone)::int AS year,
        row_number() OVER (
            PARTITION BY r.company_id, extract(year FROM r.noted_at AT TIME ZONE c.time_zone) ORDER BY r.id
        ) AS place
    FROM payments_disputedrest r JOIN office_company c ON c.id = r.company_id
    JOIN ledger_openitem o ON o.id = r.item_id LEFT JOIN billing_invoice i ON i.entry_id = o.entry_id
) AS rests;

INSERT INTO office_numberseries (company_id, kind, year, pattern, last, last_hash)
SELECT company_id, 'dispute', extract(year FROM opened_on)::int, 'DP-{year}-{number:04}', count(*), ''
FROM billing_dispute GROUP BY 1, 3;

INSERT INTO billing_disputedamount (dispute_id, item_id, amount, held_on, held_at, released_on, released_at)
SELECT r.id, r.item_id, r.amount, d.opened_on, r.noted_at, d.closed_on, r.withdrawn_at
FROM payments_disputedrest r JOIN billing_dispute d ON d.id = r.id ORDER BY r.id;

SELECT setval(pg_get_serial_sequence('billing_dispute', 'id'), coalesce(max(id), 0) + 1, false) FROM billing_dispute;
"""


class Migration(migrations.Migration):
    """What was noted as disputed when a payment fell short becomes a dispute; its id stays, as settlements name it."""

    dependencies = [("payments", "0042_hand_payments"), ("billing", "0031_dispute_guards")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
