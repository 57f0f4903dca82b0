"""Let `python -m connector` do what the command `connector` does."""

from connector.cli import main

if __name__ == "__main__":
    main()
