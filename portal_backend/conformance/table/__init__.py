"""The contract as rows, a module a section; nothing here talks to a portal."""
