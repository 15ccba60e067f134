"""What every door for programs stands on: who calls, what they may do, how we refuse, and how a write happens once."""
