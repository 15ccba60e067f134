"""Remittance advice: what a payer says that one payment is for, document by document.

It comes as a table, as a PDF with text, or from a program. What does not add up in itself is refused whole; which of
our documents its lines mean, and what they leave open, is read anew each time it is shown.
"""

from payments.remittances.facts import AdvisedLine, BadAdvice, ReadAdvice
from payments.remittances.opening import read_advice

__all__ = ["AdvisedLine", "BadAdvice", "ReadAdvice", "read_advice"]
