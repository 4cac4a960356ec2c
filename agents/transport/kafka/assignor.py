"""A partition assignor that hands out whole slots and lets no member in that counts slots differently."""

from collections.abc import Iterable, Mapping

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

from assay.agents.transport.slots import partitions_of, share_out


def slot_assignor(slots: int) -> type[AbstractPartitionAssignor]:
    """The assignor for a number of slots (aiokafka wants a class, so one is made).

    The number is in the protocol's name: members that disagree share no protocol, and the group
    coordinator refuses the newcomer (``INCONSISTENT_GROUP_PROTOCOL``) without disturbing the others.
    """

    class SlotAssignor(AbstractPartitionAssignor):  # type: ignore[misc]  # aiokafka ships no types
        name = f"assay-slots-{slots}"

        @classmethod
        def assign(
            cls, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
        ) -> dict[str, ConsumerProtocolMemberAssignment]:
            topics = sorted({topic for member in members.values() for topic in member.subscription})
            shares = share_out(list(members), slots)
            return {
                member: ConsumerProtocolMemberAssignment(
                    0,
                    [
                        (
                            topic,
                            [
                                partition
                                for slot in owned
                                for partition in partitions_of(
                                    slot, slots, len(cluster.partitions_for_topic(topic) or ())
                                )
                            ],
                        )
                        for topic in topics
                    ],
                    b"",
                )
                for member, owned in shares.items()
            }

        @classmethod
        def metadata(cls, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
            return ConsumerProtocolMemberMetadata(0, list(topics), b"")

        @classmethod
        def on_assignment(cls, assignment: ConsumerProtocolMemberAssignment) -> None:
            pass

    return SlotAssignor
