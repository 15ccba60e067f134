"""The end of a month: the steps before it is closed, and the pack of reports that is kept when it is."""
