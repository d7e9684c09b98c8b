"""Calls whose end never came: healed by their group, by asking their platform, or given up."""
