"""When to ask: the clock, the plan, budgets, the scheduler and the health of each source."""
