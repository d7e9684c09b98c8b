"""`python -m callboard`: the same as the command `callboard`."""

from callboard.isolation import leave_folder

if __name__ == "__main__":
    # Before anything else is imported: `-m` puts the current folder first in the module path.
    leave_folder()
    from callboard.cli.main import main

    main()
