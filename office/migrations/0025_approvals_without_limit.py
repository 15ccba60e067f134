from django.db import migrations

import ledger.fields

NO_LIMIT = """
    UPDATE office_approvalrequest SET amount = NULL WHERE action = 'change_credit_limit' AND amount = 1000000000000
"""
AN_AMOUNT = "UPDATE office_approvalrequest SET amount = 1000000000000 WHERE amount IS NULL"


class Migration(migrations.Migration):
    """To have no credit limit was asked for as an amount that no limit reaches."""

    dependencies = [
        ("office", "0024_jobs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="approvalrequest",
            name="amount",
            field=ledger.fields.AmountField(
                decimal_places=4,
                help_text="In the company's currency, when it was asked; none: without any limit.",
                max_digits=19,
                null=True,
            ),
        ),
        migrations.RunSQL(NO_LIMIT, AN_AMOUNT),
    ]
