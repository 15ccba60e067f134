"""What a file of products and their prices may tell."""

from office.reading import Field, FieldKind

FIELDS = (
    Field("code", "Code", required=True, headings=("Product code", "Item", "Item code", "SKU", "Article", "StockCode")),
    Field("name", "Name", headings=("Product", "Title", "Product name")),
    Field("description", "Text on a line", headings=("Description", "Text")),
    Field("kind", "Kind", headings=("Type",)),
    Field("unit", "Unit", headings=("Unit code", "UoM", "Unit of measure")),
    Field("tax", "Usual tax", headings=("Tax", "VAT", "Tax name")),
    Field("group", "Product group", headings=("Group", "Category")),
    Field("is_active", "Active", FieldKind.FLAG),
    Field("unit_price", "Unit price", FieldKind.NUMBER, headings=("Price", "Net price", "List price")),
    Field("currency", "Currency"),
    Field("price_list", "Price list", headings=("List",)),
    Field("from_quantity", "From quantity", FieldKind.NUMBER, headings=("Quantity from", "Min quantity", "Break")),
    Field("valid_from", "Valid from", FieldKind.DAY, headings=("From", "Price from")),
    Field("valid_until", "Valid until", FieldKind.DAY, headings=("Until", "Price until")),
)
OWN = ("code", "name", "description", "kind", "unit", "is_active")
