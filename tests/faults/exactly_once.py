"""What every campaign must come to."""

from .campaign import Ended
from .traffic import LEAST_RECORDS


def assert_exactly_once(ended: Ended) -> None:
    """Totality, uniqueness, no invention, integrity, order, tenant, tallies, nothing hanging; and what follows."""
    report = ended.report
    assert report.ok, report.to_json()["findings"]
    assert report.raw >= LEAST_RECORDS
    assert report.accounted == report.raw
    assert report.ended.accounted == report.ended.records == report.classified.accounted > 0
    balance = report.balance
    assert balance is not None
    assert (balance.lost, balance.doubled, sum(balance.in_flight.values())) == (0, 0, 0)
    assert sum(balance.ends.values()) == report.raw
    assert all(balance.ends.values()), "each of the four ends was reached"
    assert not ended.books.findings()
    assert ended.books.steps > len(ended.books.groups), "people were called, and more than once"
    assert ended.books.tasks
    assert {name: each.shown for name, each in ended.views.items() if not each.ok} == {}
    assert not any(each.behind for each in ended.views.values())
