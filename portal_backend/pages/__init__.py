"""What browsers see of the portal: the session people work in, the ways into it and out of it, and its own catalog."""
