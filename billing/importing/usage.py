"""What a file of usage may tell."""

from office.reading import Field, FieldKind

USAGE_FIELDS = (
    Field("reference", "Reference", required=True, headings=("Record", "Record id", "Event", "Id")),
    Field(
        "customer_number",
        "Customer number",
        required=True,
        headings=("Customer", "Customer no", "CustomerID", "Account"),
    ),
    Field("meter", "Meter", required=True, headings=("Item", "Metric", "Service")),
    Field("used_on", "Day", FieldKind.DAY, required=True, headings=("Date", "Used on")),
    Field("quantity", "Quantity", FieldKind.NUMBER, required=True, headings=("Qty", "Amount", "Units")),
)
