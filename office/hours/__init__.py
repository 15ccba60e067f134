"""When the office works: its days, the hours in which mail leaves, and when a view on a schedule is due."""
