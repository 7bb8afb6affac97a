"""What a site is and what it shows, as values: no Flask, no HTTP, no clock, no randomness."""
