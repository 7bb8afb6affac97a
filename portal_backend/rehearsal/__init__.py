"""What an owner rehearses at the live portal: full, slow, failing, down, expired; production imports none of it."""
