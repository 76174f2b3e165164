"""What a layer type is, the catalogue of them, and their torch modules (in `modules`, for workers only)."""
