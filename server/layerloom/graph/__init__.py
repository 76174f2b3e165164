"""From a document to a torch module: resolve < infer < plan < build, and the check that an editor shows."""
