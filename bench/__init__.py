"""Measurements of the running programs; `make bench` prints them."""
