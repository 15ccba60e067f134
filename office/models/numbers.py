from django.db import models


class NumberSeries(models.Model):
    """A gapless series of a company, kind and year: the last number given, and the hash of its last document."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField(help_text="0 where the series runs on over the years.")
    pattern = models.CharField(
        max_length=40,
        help_text="With {year} and {number}, such as INV-{year}-{number:04d}.",
    )
    last = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "year"],
                name="series_once_per_company_kind_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year or ''}".strip()


class NumberPattern(models.Model):
    """How a company writes its numbers of a kind; without a row, as is usual."""

    company = models.ForeignKey("office.Company", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    pattern = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "kind"], name="pattern_once_per_company_and_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.pattern}"
