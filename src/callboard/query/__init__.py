"""Reading: parameters in, exact answers out."""
