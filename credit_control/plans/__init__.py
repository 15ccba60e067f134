"""Payment plans: what of which instalment is open, read from the book; the agreement as a paper; its mails."""
