"""A store: a dataset in a folder on disk, built whole, read by many."""

from kg.store.folder import Manifest, StoredDataset, open_store

__all__ = ["Manifest", "StoredDataset", "open_store"]
