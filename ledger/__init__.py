"""The book: money, accounts, entries, open items, allocations and periods. It knows no invoice.

`posting` is the one writer, `allocating` joins debits and credits, `balances` reads. Company, customer and
person are plain ids here; the rooms that own them tie the ids to their tables in the database.
"""
