"""What was open in the books of another product, taken over on one day: read, checked, entered, compared."""
