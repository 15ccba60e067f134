"""Reading e-invoices that others wrote."""
