"""The PostgreSQL store, and the same under Citus: any number of workers, on any number of machines."""
