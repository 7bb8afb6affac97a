"""The portal's use cases: one use case is one transaction; provider calls come after the commit, never inside."""
