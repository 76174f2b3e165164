"""The operations of `keras.ops` in torch, by family; each file stands alone but for `dtypes`."""
