"""Every row of the table of hostile input (RELIABILITY) has a test, and the test is there."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
TABLE = "unit/hostile/test_hostile_table.py"
MEMBERS = f"{TABLE}::test_a_trace_that_readers_would_take_differently_is_refused"
REFERENCES = f"{TABLE}::test_a_schema_whose_references_never_end_or_leave_is_refused_at_load"
AVRO = "unit/decode/test_avro_hostile.py"
BOMBS = "unit/policy/broken/test_bombs.py"
BAD_INPUT = "broker/test_bad_input.py"

ROWS: dict[str, tuple[str, ...]] = {
    "deep JSON": (MEMBERS, "unit/decode/test_decode.py::test_the_limit_on_depth_is_the_policys_and_never_more_than_200"),
    "duplicate keys": (MEMBERS, "unit/decode/test_json_table.py::*"),
    "NaN, Infinity": (MEMBERS,),
    "1e400": (MEMBERS,),
    "huge integers": (MEMBERS,),
    "lone surrogate, invalid UTF-8, BOM": (MEMBERS, f"{TABLE}::test_a_byte_order_mark_is_refused"),
    "NUL in strings": (f"{TABLE}::test_a_nul_is_allowed_in_a_payload_and_refused_in_an_id",),
    "ReDoS in a user's pattern": (
        f"{TABLE}::test_a_users_pattern_takes_linear_time",
        "unit/policy/broken/test_broken_bundles.py::test_a_fault_is_named_with_file_line_place_and_remedy",
    ),
    "schema $ref to itself, mutual": (
        REFERENCES,
        "unit/policy/test_references.py::test_a_circle_is_refused_however_long",
    ),
    "schema fan-out": (
        REFERENCES,
        "unit/policy/test_references.py::test_a_fan_out_is_refused_before_it_costs_anything",
        f"{BOMBS}::test_a_file_that_would_take_for_ever_is_refused",
    ),
    "uniqueItems on 20,000 objects": (
        f"{TABLE}::test_twenty_thousand_objects_that_must_differ_are_compared_in_bounded_time",
    ),
    "$ref to the network, to a file": (REFERENCES,),
    "Avro: deep and recursive data": (
        f"{TABLE}::test_an_avro_value_that_lies_is_refused",
        f"{AVRO}::test_recursive_data_would_stop_at_the_depth_limit_even_if_its_schema_got_through",
    ),
    "Avro: zero-size arrays, lengths, indexes": (
        f"{AVRO}::test_hostile_bytes_are_refused_before_they_are_decoded",
        f"{AVRO}::test_items_of_no_bytes_would_be_bounded_by_the_bytes_even_if_their_schema_got_through",
    ),
    "Avro container file that swells": (f"{TABLE}::test_a_container_file_is_not_unpacked",),
    "compressed batch bomb": (f"{BAD_INPUT}::test_a_compressed_bomb_is_survived",),
    "schema id spoofing": (f"{TABLE}::test_a_schema_id_of_somebody_elses_subject_is_refused",),
    "log, CSV, HTML injection": (
        f"{TABLE}::test_what_a_page_a_table_or_a_log_would_obey_never_becomes_an_id",
        f"{TABLE}::test_neither_does_a_key_that_the_schema_does_not_know",
        "unit/logs/test_logs.py::test_a_line_break_in_a_message_makes_no_second_line",
    ),
    "disguised personal data": (
        f"{TABLE}::test_personal_data_in_disguise_is_found",
        "unit/detect/security/test_evasion.py::test_no_disguise_helps",
    ),
    "a detector that raises": (
        f"{TABLE}::test_a_detector_that_gives_up_costs_the_trace_and_nothing_else",
        "unit/flow/test_judge.py::*",
    ),
    "a detector that loops or takes all memory": (
        "unit/lanes/test_watchdog.py::test_what_never_ends_or_grows_ends_the_process_and_says_where",
        "unit/lanes/test_watchdog.py::test_native_code_that_keeps_the_lock_for_itself_is_ended_by_the_kernel",
        "unit/lanes/test_probe.py::test_a_record_that_takes_all_memory_is_as_bad_even_if_it_swallows_the_error",
        f"{BAD_INPUT}::test_records_that_crash_hang_or_blow_up_a_worker_are_dead_lettered_after_three_deaths",
    ),
}  # fmt: skip


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of a file's tests, and ``*`` when it has any."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    names = {function.name for function in functions if function.name.startswith("test_")}
    return frozenset(names | {"*"} if names else names)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_tests_that_exist(row: str) -> None:
    """S0-13, S0-14, D-15, D-16."""
    assert ROWS[row]
    for node in ROWS[row]:
        path, _, name = node.partition("::")
        assert name in named_in(path), f"{row}: there is no {node}"
