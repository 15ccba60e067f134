from django.db import migrations


class Migration(migrations.Migration):
    """What a payment is for stands in its parts."""

    dependencies = [("payments", "0049_online_part_guards")]
    operations = [migrations.RemoveField(model_name="onlinepayment", name="invoice")]
