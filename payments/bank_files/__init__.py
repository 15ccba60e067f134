"""Statements as banks write them: camt.052, 053 and 054, MT940 and MT942, OFX and QFX, BAI2, and tables by a mapping.

Each reader turns bytes into `ReadStatement`s and knows no database. A file whose form is broken is Refused whole, with
the place and the reason; a field that cannot be read in an otherwise sound file is kept on its line as `Unread`, and
nothing is guessed in its stead.
"""

from payments.bank_files.facts import BadBankFile, ReadLine, ReadStatement, Unread
from payments.bank_files.opening import read_bank_file, reader_of

__all__ = ["BadBankFile", "ReadLine", "ReadStatement", "Unread", "read_bank_file", "reader_of"]
