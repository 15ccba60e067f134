"""What is owed: taxes, invoices, credit memos, their PDF and the customer's link to them."""
