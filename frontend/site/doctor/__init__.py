"""What `workshop-index doctor` makes of what it has seen: rules from observed facts to results, without any I/O."""
