"""Reminding customers: which step each item is at, what pauses it, who would get what, and the letter itself.

ladders -> steps -> pauses -> proposals; then `operations.send_reminders` writes, and `mail` asks all of it again just
before a mail leaves.
"""
