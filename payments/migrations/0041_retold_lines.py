import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0040_advice_unattended")]
    operations = [
        migrations.AddField(
            "unreadline",
            "may_be",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retold",
                to="payments.bankline",
            ),
        ),
    ]
