"""Files that move money, as banks take them: pain.008 and pain.001 of ISO 20022, and NACHA; and what banks answer.

Each writer turns values into bytes and each reader bytes into values; none knows a database. A file that its own schema
refuses is never given out.
"""
