"""Types of config fields that many layer types share; each reads what Keras reads."""
