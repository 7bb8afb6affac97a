"""The portal's rules as plain values: no Flask, no SQL, no HTTP, no clock and no randomness; `now` is an argument."""
