"""What a session is: each provider starts, stops and polls sessions of one kind."""
