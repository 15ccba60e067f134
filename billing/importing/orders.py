"""What a file of orders may tell: one row for each line, the order's own facts repeated on each of its rows."""

from office.reading import Field, FieldKind

ORDER_FIELDS = (
    Field("reference", "Order", required=True, headings=("Order number", "Order no", "Order id", "Sales order")),
    Field("customer_number", "Customer number", headings=("Customer no", "CustomerID", "Account")),
    Field("customer_name", "Customer name", headings=("Customer",)),
    Field("po_number", "Their order number", headings=("PO", "PO number", "Purchase order", "Customer order")),
    Field("ordered_on", "Ordered on", FieldKind.DAY, required=True, headings=("Order date", "Date", "Ordered")),
    Field("valid_from", "Valid from", FieldKind.DAY, headings=("From",)),
    Field("valid_until", "Valid until", FieldKind.DAY, headings=("Until", "Expires")),
    Field("blanket_amount", "Up to an amount", FieldKind.NUMBER, headings=("Blanket amount", "Limit")),
    Field("currency", "Currency"),
    Field("item_code", "Item code", headings=("SKU", "Article", "Product", "Product code", "StockCode")),
    Field("description", "Description", headings=("Text", "Item")),
    Field("quantity", "Quantity", FieldKind.NUMBER, headings=("Qty", "Ordered quantity")),
    Field("unit", "Unit", headings=("UoM", "Unit of measure")),
    Field("unit_price", "Unit price", FieldKind.NUMBER, headings=("Price", "Net price")),
    Field("discount_percent", "Discount in percent", FieldKind.NUMBER, headings=("Discount",)),
    Field("tax", "Tax", headings=("VAT", "Tax name")),
    Field("wanted_on", "Wanted on", FieldKind.DAY, headings=("Delivery date", "Due", "Requested")),
    Field("note", "Note", headings=("Remarks", "Comment")),
)
ORDER_HEAD: tuple[str, ...] = (
    "customer_number",
    "customer_name",
    "po_number",
    "ordered_on",
    "valid_from",
    "valid_until",
)
ORDER_HEAD += ("blanket_amount", "currency", "note")
SHIPMENT_FIELDS = (
    Field(
        "reference",
        "Shipment",
        required=True,
        headings=("Shipment number", "Delivery note", "Delivery", "Timesheet", "Dispatch"),
    ),
    Field("kind", "Kind", headings=("Type",)),
    Field("customer_number", "Customer number", headings=("Customer no", "CustomerID", "Account")),
    Field("customer_name", "Customer name", headings=("Customer",)),
    Field("order", "Order", headings=("Order number", "PO", "PO number", "Purchase order", "Sales order")),
    Field("order_position", "Order line", FieldKind.NUMBER, headings=("Line", "Order position", "Position")),
    Field("shipped_on", "Shipped on", FieldKind.DAY, required=True, headings=("Ship date", "Date", "Delivery date")),
    Field("carrier", "Carrier", headings=("Shipper",)),
    Field("tracking_number", "Tracking number", headings=("Tracking",)),
    Field("item_code", "Item code", headings=("SKU", "Article", "Product", "Product code", "StockCode")),
    Field("description", "Description", headings=("Text", "Item")),
    Field("quantity", "Quantity", FieldKind.NUMBER, required=True, headings=("Qty", "Shipped quantity", "Hours")),
    Field("unit", "Unit", headings=("UoM", "Unit of measure")),
    Field("unit_price", "Unit price", FieldKind.NUMBER, headings=("Price", "Rate")),
    Field("done_on", "Day of work", FieldKind.DAY, headings=("Work date",)),
    Field("done_by", "Done by", headings=("Employee", "Worker")),
    Field("note", "Note", headings=("Remarks", "Comment")),
)
SHIPMENT_HEAD: tuple[str, ...] = (
    "kind",
    "customer_number",
    "customer_name",
    "order",
    "shipped_on",
    "carrier",
    "tracking_number",
)
SHIPMENT_HEAD += ("note",)
