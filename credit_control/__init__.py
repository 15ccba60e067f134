"""GETTING PAID: what a customer who pays late owes for it."""
