"""What the store refuses.

StoreError
├── StoreClosedError    it was closed
├── ForeignRecordError  the id belongs to another organisation
├── StaleRecordError    the record is not the one that the caller saw
├── ChangedSinceError   an import cannot be undone because records changed after it
└── SchemaError         the database has tables of another version
"""


class StoreError(Exception):
    """Anything the store refuses."""


class StoreClosedError(StoreError):
    """The store was closed."""


class ForeignRecordError(StoreError):
    """The id belongs to another organisation; `ids` are the first of them."""

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids
        super().__init__(f"the id {ids[0]} belongs to another organisation; choose another id")


class StaleRecordError(StoreError):
    """The record is not the one that the caller saw."""


class ChangedSinceError(StoreError):
    """Records of an import changed after it; `ids` are the first of them."""

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids
        super().__init__(f"{ids[0]} changed after the import; undo that change first")


class SchemaError(StoreError):
    """The database has tables of another version."""
