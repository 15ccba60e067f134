"""Statements of account: what a customer owes as of a day, read once for the screen, the PDF, Excel, mail, the link and
programs.

`reading` asks the book, `figures` is what is said, `kept` how it is stored, `choosing` who gets one.
"""
