"""What a live `workshop-index serve` adds for an owner at work; production imports none of it."""
