"""`python -m mixline.cli`, for the processes that start other processes."""

from mixline.cli.main import main

main()
