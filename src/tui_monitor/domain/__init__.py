"""Pure values and rules: no input or output, no asyncio, no reading of a clock."""
