"""What a key may do: a role, and the parts of the API that it is good for."""

from assay.pipeline.core.word import Word


class Role(Word):
    """Who somebody is. Each of the first four may do what the one before may; a tenant sees one tenant's data only."""

    VIEWER = "viewer"
    """Looks."""
    OPERATOR = "operator"
    """Works on issues and tasks, releases, replays, opens traces where that is allowed."""
    APPROVER = "approver"
    """Completes what an operator prepared."""
    ADMIN = "admin"
    """Everything."""
    TENANT = "tenant"
    """Looks at one tenant's data."""


_RANK = {Role.TENANT: 0, Role.VIEWER: 1, Role.OPERATOR: 2, Role.APPROVER: 3, Role.ADMIN: 4}


class Scope(Word):
    """Which part of the API a key is good for."""

    ALL = "all"
    """Every part; but not opening traces, which has to be said."""
    OVERVIEW = "overview"
    TRACES = "traces"
    ISSUES = "issues"
    QUARANTINE = "quarantine"
    TASKS = "tasks"
    RULES = "rules"
    REPLAYS = "replays"
    TENANTS = "tenants"
    POLICIES = "policies"
    CONSERVATION = "conservation"
    AUDIT = "audit"
    GATE = "gate"
    DATA = "data"
    OPEN = "open"
    """Seeing a sealed trace, once it is noted who opens it and why."""


class Permission(Word):
    """Whether somebody may do something, and if not, why."""

    GRANTED = "granted"
    ROLE_TOO_LOW = "role_too_low"
    OTHER_SCOPE = "other_scope"


def permission(role: Role, scopes: frozenset[Scope], least: Role, part: Scope) -> Permission:
    """Whether a role with these scopes may do what needs at least the role ``least``, in this part of the API."""
    if _RANK[role] < _RANK[least]:
        return Permission.ROLE_TOO_LOW
    if part in scopes or (Scope.ALL in scopes and part is not Scope.OPEN):
        return Permission.GRANTED
    return Permission.OTHER_SCOPE
