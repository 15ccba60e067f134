"""What a file of invoices may tell, and the mappings that come with the product."""

from office.reading import Field, FieldKind, Mapping
from office.reading.mapping import ColumnRule

FIELDS = (
    Field("reference", "Invoice number", required=True, headings=("InvoiceNo", "Invoice", "Document", "Number")),
    Field("dated_on", "Invoice date", FieldKind.DAY, required=True, headings=("InvoiceDate", "Date")),
    Field("customer_number", "Customer number", headings=("CustomerID", "Customer ID", "Customer no", "Account")),
    Field("customer_name", "Customer name", headings=("Customer",)),
    Field("country", "Country", headings=("Customer country",)),
    Field("item_code", "Item code", headings=("StockCode", "SKU", "Article")),
    Field("description", "Description", headings=("Text", "Item")),
    Field("quantity", "Quantity", FieldKind.NUMBER, headings=("Qty",)),
    Field("unit_price", "Unit price", FieldKind.NUMBER, required=True, headings=("UnitPrice", "Price", "Amount")),
    Field("currency", "Currency"),
    Field("exchange_rate", "Exchange rate", FieldKind.NUMBER),
    Field("net_days", "Days to pay", FieldKind.NUMBER, headings=("Terms",)),
)

ONLINE_RETAIL = Mapping(
    columns={
        "reference": ColumnRule("InvoiceNo"),
        "dated_on": ColumnRule("InvoiceDate", day_order="ymd"),
        "customer_number": ColumnRule("CustomerID", whole_number=True),
        "country": ColumnRule("Country"),
        "item_code": ColumnRule("StockCode"),
        "description": ColumnRule("Description"),
        "quantity": ColumnRule("Quantity", decimal="."),
        "unit_price": ColumnRule("UnitPrice", decimal="."),
    },
    constants={"currency": "GBP", "net_days": "30"},
    rules={"leave_out": {"A": "Bad-debt adjustment, not an invoice"}},
    encoding="utf-8-sig",
    separator=",",
)
BUILT_IN = {"online-retail": ONLINE_RETAIL}
