"""While a demo stays there is a page to look at, and something to see on it; afterwards neither is left."""

import time

import httpx
import pytest

from assay.agents.audit.reader import TopicReader
from assay.agents.demo.staying import staying
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole

pytestmark = pytest.mark.broker
PATIENCE_S = 30


def published(settings: Settings) -> int:
    with TopicReader(settings) as reader:
        places = reader.partitions([topic_name(TopicRole.RAW, settings.topic_prefix)])
        return sum(reader.stable(places).values())


def test_there_is_a_page_and_traffic_until_it_is_over(settings_for_test: Settings) -> None:
    with staying(settings_for_test) as url:
        page = httpx.get(url)
        assert (page.status_code, "Assay" in page.text) == (200, True)
        deadline = time.monotonic() + PATIENCE_S
        while published(settings_for_test) < 10:
            assert time.monotonic() < deadline, "no traffic"
            time.sleep(0.1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
