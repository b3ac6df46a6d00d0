"""Screens that come over the main one."""
