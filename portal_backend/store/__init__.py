"""The portal's store: tables, migrations, queries and the engine; it knows the domain's values and decides nothing."""
