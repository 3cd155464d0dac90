"""Catalogues that follow the table: caught up by number, kept in snapshots, rebuilt when broken."""
