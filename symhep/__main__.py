"""`python -m symhep`."""

from symhep.cli.main import main

if __name__ == "__main__":
    main()
