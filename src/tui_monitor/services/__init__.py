"""Use-cases that the terminal and the command line share."""
