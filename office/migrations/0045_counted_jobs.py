from django.db import migrations, models


class Migration(migrations.Migration):
    """How often each job went well and failed, for whoever watches."""

    dependencies = [("office", "0044_restored_copies")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="done_times",
            field=models.BigIntegerField(default=0, help_text="How often it went well, ever."),
        ),
        migrations.AddField(
            model_name="job",
            name="failed_times",
            field=models.BigIntegerField(default=0, help_text="How often it failed, ever."),
        ),
    ]
