"""What rules would have stopped: what was done in some days, judged by them as they are and as somebody proposes."""
