"""Files that voice platforms export: cut into records, each translated as a delivery of the platform."""
