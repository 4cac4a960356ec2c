"""Who asks."""

from dataclasses import dataclass

from assay.agents.api_keys.role import Role, Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in."""

    name: str
    role: Role
    scopes: frozenset[Scope]
    tenant: str = ""
    """Whose data alone is there; empty = everybody's."""
    key_id: str = ""
    """Empty for whoever asks an open API on loopback."""

    @property
    def account(self) -> str:
        """The actor of audit entries: the name, and by which key."""
        return f"{self.name} (key {self.key_id})" if self.key_id else self.name


def local_admin(name: str) -> Caller:
    """Whoever asks an API that is open: it listens on loopback, and nobody made keys for it."""
    return Caller(name, Role.ADMIN, frozenset({Scope.ALL, Scope.OPEN}))
