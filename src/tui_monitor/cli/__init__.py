"""The command line: arguments, output formats, exit codes."""
