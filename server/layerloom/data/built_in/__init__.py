"""The sets that come with the program, one module a family; each lists its `DATASETS`.

Descriptions are static, so that the API process can show them without scikit-learn; a test proves them true.
"""
