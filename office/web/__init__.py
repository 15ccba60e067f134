"""The office's door for browsers, and what every room's pages share."""
