"""The pages of getting paid."""
