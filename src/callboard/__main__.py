"""`python -m callboard`, the same as `callboard`."""

from callboard.isolation import leave_folder

if __name__ == "__main__":
    # Before anything else is imported: what lies in the current folder must not be taken for it.
    leave_folder()
    from callboard.cli.main import main

    main()
