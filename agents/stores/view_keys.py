"""The names of the keys of a view (docs/reference/views.md)."""

from dataclasses import dataclass

from assay.agents.settings import Settings


@dataclass(frozen=True, slots=True)
class ViewKeys:
    """Keys of one view of one environment.

    The braces make all keys of an environment's views one hash slot, so that the script also runs on a cluster.
    """

    environment: str
    view: str

    @property
    def base(self) -> str:
        """What all keys of the view begin with."""
        return f"assay:{{{self.environment}}}:view:{self.view}:"

    @property
    def meta(self) -> str:
        """Hash: the generation, and how far the view has come on each partition."""
        return self.base + "meta"

    @property
    def next_meta(self) -> str:
        """The same for a generation that is being built beside the one in use."""
        return self.base + "meta-next"

    @property
    def hold(self) -> str:
        """While it is there, nothing is applied."""
        return self.base + "hold"

    def of(self, generation: str) -> str:
        """What all keys of a generation begin with."""
        return f"{self.base}g:{generation}:"

    def bucket(self, generation: str, bucket: str) -> str:
        """Hash: counters of a minute or an hour."""
        return f"{self.of(generation)}c:{bucket}"

    def documents(self, generation: str, collection: str) -> str:
        """Hash: documents by id."""
        return f"{self.of(generation)}d:{collection}"

    def index(self, generation: str, collection: str, index: str) -> str:
        """Sorted set: ids by score."""
        return f"{self.of(generation)}x:{collection}:{index}"

    def sums(self, generation: str, collection: str) -> str:
        """Hash: the weights of all documents, added up."""
        return f"{self.of(generation)}w:{collection}"


def view_keys(settings: Settings, view: str) -> ViewKeys:
    """The keys of a view in this environment."""
    return ViewKeys(settings.env + (f".{settings.topic_prefix}" if settings.topic_prefix else ""), view)
