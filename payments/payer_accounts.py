"""From which accounts customers pay, as matching learned it, for whoever looks for the same account elsewhere."""

KNOWN = "SELECT company_id, customer_id, account FROM payments_payeraccount WHERE removed_at IS NULL"
