from django.db import models


class Backup(models.Model):
    """A backup that was made whole; the file itself lies wherever it was told to."""

    made_at = models.DateTimeField(help_text="As of when it holds the book.")
    finished_at = models.DateTimeField(auto_now_add=True)
    path = models.CharField(max_length=500, help_text="Where it was written, on the machine that made it.")
    size = models.BigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64, help_text="Of all of the file but its last line, which says the same.")

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="backup_newest")]

    def __str__(self) -> str:
        return f"{self.path}, {self.made_at:%Y-%m-%d %H:%M}"


class RestoredCopy(models.Model):
    """That this database was made of a backup. Until somebody releases it, nothing leaves it."""

    backed_up_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        permissions = [("release_copy", "Say that a restored copy is the office now")]

    def __str__(self) -> str:
        return f"The copy of {self.backed_up_at:%Y-%m-%d %H:%M} UTC"
