"""Who owes: customers with their contacts, addresses and terms."""
