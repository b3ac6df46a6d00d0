"""What is known: the latest values in memory, the database behind one writer thread, and recordings."""
