"""`manage.py drill`: a day of the office's work under kills and other faults, and what must hold after it.

A real web, worker and beat work on a PostgreSQL and a Valkey of the drill's own; mail goes to a relay that counts it.
The day is played once undisturbed. Then the same day is played with a fault in it: requests that were not answered are
sent again with the same key, programs that died are started again. At the end the book, the numbers, the audit trail,
the papers and the mails must be those of the undisturbed day; a mail may be uncertain instead, and is then listed so.

Every program reads one clock (`clock.py`), which the drill moves on, so that waiting for a lease or an hour takes no
time; PostgreSQL's own clock is the machine's.
"""
