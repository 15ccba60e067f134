"""E-invoices: a document as EN 16931 sees it, written as UBL or CII, judged by the official rules, and read."""
