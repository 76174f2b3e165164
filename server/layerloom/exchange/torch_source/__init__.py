"""A document as PyTorch source that needs torch alone: `export.export_torch`."""
