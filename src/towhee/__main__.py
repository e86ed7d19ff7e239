"""``python -m towhee``: the command line."""

from towhee.cli.main import main

main()
