from django.db import migrations


class Migration(migrations.Migration):
    """The reason on the customer itself is read no more: holds have rows of their own."""

    dependencies = [("customers", "0015_carry_over_holds")]
    operations = [migrations.RemoveField(model_name="customer", name="hold_reason")]
