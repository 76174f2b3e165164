"""How well outputs meet their targets, beyond one number: confusion, curves, residuals, worst samples. Numpy only."""
