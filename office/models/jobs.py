from django.db import models


class Job(models.Model):
    """How a task of the workers went the last time: one row for each of its names."""

    name = models.CharField(max_length=100, unique=True, help_text="Such as office.tasks.send_due_mail.")
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True, help_text="When it last came to its end without a failure.")
    count = models.PositiveIntegerField(null=True, help_text="What it found to do then, where it counts that.")
    failed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="How often since it last went well.")
    done_times = models.BigIntegerField(db_default=0, help_text="How often it went well, ever.")
    failed_times = models.BigIntegerField(db_default=0, help_text="How often it failed, ever.")
    error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name
