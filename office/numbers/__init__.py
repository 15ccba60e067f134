"""The numbers of papers: gapless series, and how each number is written."""
