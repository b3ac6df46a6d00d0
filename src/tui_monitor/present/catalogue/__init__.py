"""The words of the interface, one module a language."""
