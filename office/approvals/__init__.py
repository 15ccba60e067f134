"""What needs a second person's word: which acts and above what, who decides, and the mails about it."""
