"""The ``assay`` command, tied to the life of the process that started it: killed outright, it leaves no worker."""

from assay.agents.cli.main import main
from assay.agents.process import die_with_parent

if __name__ == "__main__":
    die_with_parent()
    main()
