"""Convolutions; channels come last unless `data_format` says otherwise."""
