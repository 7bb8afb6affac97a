"""The branded index: pages for people, a broker to training portals, and the `workshop-index` command."""
