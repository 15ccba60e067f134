from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import ledger.fields

SQL = Path(__file__).with_name("0014_day_sums.sql")
UNDO = "DROP FUNCTION ledger_keep_day_sums"


class Migration(migrations.Migration):
    """What an account comes to on any day is the sum of its days, not of all its lines; the first look sums them up."""

    dependencies = [("ledger", "0013_items_by_day")]
    operations = [
        migrations.CreateModel(
            "SummedUntil",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            "DaySum",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", ledger.fields.CurrencyField(max_length=3)),
                ("dated_on", models.DateField()),
                ("amount", ledger.fields.AmountField(decimal_places=4, max_digits=19)),
                ("company_amount", ledger.fields.AmountField(decimal_places=4, max_digits=19)),
                (
                    "account",
                    models.ForeignKey(
                        "ledger.account", django.db.models.deletion.PROTECT, related_name="+", db_index=False
                    ),
                ),
            ],
            {
                "constraints": [
                    models.UniqueConstraint(
                        fields=["account", "currency", "dated_on"],
                        include=["amount", "company_amount"],
                        name="day_sum_once_per_account",
                    )
                ]
            },
        ),
        migrations.RunSQL(SQL.read_text(), UNDO),
    ]
