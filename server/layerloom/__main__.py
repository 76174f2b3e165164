"""`python -m layerloom` and the `layerloom` command."""

from layerloom.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
