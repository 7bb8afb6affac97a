"""Finds, orders and renders a workshop's written instructions; knows files and text, no Flask, no store, no clock."""
