from django.db import models


class FacePlace(models.TextChoices):
    """Where a company says something of its own to its customers."""

    GREETING = "greeting", "At the head"
    PAYING = "paying", "Under how to pay"
    FOOT = "foot", "At the foot"
    HOURS = "hours", "When you can be reached"


class FaceText(models.Model):
    """What a company says at a place of its customers' pages, in a language."""

    company = models.ForeignKey("office.Company", on_delete=models.CASCADE, related_name="face_texts")
    language = models.CharField(max_length=10)
    place = models.CharField(max_length=10, choices=FacePlace)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "language", "place"], name="face_text_once_per_place"),
            models.CheckConstraint(name="face_text_says_something", condition=~models.Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.place} in {self.language}"
