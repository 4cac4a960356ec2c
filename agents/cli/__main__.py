"""``python -m assay.agents.cli``: the command without its console script."""

from .main import main

main()
