"""A store: a dataset in a folder on disk, built whole (`build`), read by many (`folder`)."""
