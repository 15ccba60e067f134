"""Money in: receipts, their allocation, refunds."""
