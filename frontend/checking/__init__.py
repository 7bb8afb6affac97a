"""Checks everything an owner writes in one run, and reports it for people, editors and other programs."""
