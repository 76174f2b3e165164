"""What Keras records as nodes when people write `x * 2 + 1`, `x[:, 0]` or `ops.mean(x)`: by family, not one by one."""
