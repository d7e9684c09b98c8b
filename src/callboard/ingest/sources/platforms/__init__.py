"""Deliveries of voice platforms, translated into events: one platform a file.

A translation is pure. It sees one delivery and the settings of its hook; no store, no clock, no other
delivery. What depends on two deliveries is said by `standing`, `group_id` and `group_rank`; the fold decides.
"""
