"""Which texts are refused, and under which code (S0-13, S0-14): one row each, listed in docs/reference/json.md."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.pipeline.core.issue import Finding
from assay.pipeline.decode.json_text import decode_json, decode_strictly
from assay.pipeline.policy.bundle import Limits

ENCODING, MALFORMED = "corrupt.encoding", "corrupt.json_malformed"
DUPLICATE, DEPTH, RANGE = "corrupt.duplicate_key", "corrupt.depth", "corrupt.number_range"

LIMITS = Limits()
DOCS = Path(__file__).parents[3] / "docs" / "reference" / "json.md"

TABLE: list[tuple[str, bytes, str | None]] = [
    # what is read
    ("an object", b'{"a":1}', None),
    ("an empty object", b"{}", None),
    ("an empty array", b"[]", None),
    ("null alone", b"null", None),
    ("a number alone", b"1", None),
    ("a string alone", b'"a"', None),
    ("spaces, tabs and line ends between tokens", b' {\t"a" :\r\n[ 1 , 2 ]\n} ', None),
    ("an empty key", b'{"":1}', None),
    ("all short escapes", b'["\\"\\\\\\/\\b\\f\\n\\r\\t"]', None),
    ("an escaped NUL", b'["\\u0000"]', None),
    ("an escaped surrogate pair", b'["\\ud83d\\ude00"]', None),
    ("a character outside the basic plane", b'["\xf0\x9f\x98\x80"]', None),
    ("a noncharacter", b'["\xef\xbf\xbf"]', None),
    ("a byte order mark inside a string", b'["\xef\xbb\xbf"]', None),
    ("a raw DEL in a string", b'["\x7f"]', None),
    ("same key in different objects", b'{"a":{"a":1},"b":{"a":1}}', None),
    ("keys that differ in case", b'{"a":1,"A":1}', None),
    ("keys that differ in normal form", b'{"\xc3\xa9":1,"e\xcc\x81":1}', None),
    ("brackets in a string, more than the depth limit", b'["' + b"[{" * 100 + b'"]', None),
    ("negative zero", b"[-0,-0.0]", None),
    ("exponents of all forms", b"[1e5,1E5,1e+5,1E-5,1.5e05]", None),
    ("the largest integer", b"[9223372036854775807]", None),
    ("the smallest integer", b"[-9223372036854775808]", None),
    ("a time in nanoseconds", b"[1700000000123456789]", None),
    ("the largest double", b"[1.7976931348623157e308]", None),
    ("a number that underflows to zero", b"[1e-400]", None),
    ("a fraction of 400 digits", b"[0." + b"3" * 400 + b"]", None),
    ("a string that reads like a number out of range", b'["1e400",":1e400"," 99999999999999999999"]', None),
    ("64 objects inside one another", b'{"a":' * 64 + b"1" + b"}" * 64, None),
    ("64 arrays inside one another", b"[" * 64 + b"]" * 64, None),
    ("64 levels, and more containers beside", b"[[],[]," + b"[" * 63 + b"]" * 64, None),
    ("many containers side by side", b"[" + b",".join([b"[{}]"] * 500) + b"]", None),
    # encoding
    ("a byte order mark", b'\xef\xbb\xbf{"a":1}', ENCODING),
    ("a byte order mark alone", b"\xef\xbb\xbf", ENCODING),
    ("UTF-16 with a mark, little-endian", '\ufeff{"a":1}'.encode("utf-16-le"), ENCODING),
    ("UTF-16 with a mark, big-endian", '\ufeff{"a":1}'.encode("utf-16-be"), ENCODING),
    ("UTF-16 without a mark, little-endian", '{"a":1}'.encode("utf-16-le"), ENCODING),
    ("UTF-16 without a mark, big-endian", '{"a":1}'.encode("utf-16-be"), ENCODING),
    ("UTF-32 without a mark, little-endian", '{"a":1}'.encode("utf-32-le"), ENCODING),
    ("Latin-1 in a string", b'["caf\xe9"]', ENCODING),
    ("Latin-1 in a key", b'{"caf\xe9":1}', ENCODING),
    ("a lone continuation byte", b'["\x80"]', ENCODING),
    ("a character that is cut off", b'["\xe2\x82"]', ENCODING),
    ("an overlong form", b'["\xc0\xaf"]', ENCODING),
    ("a surrogate as three bytes", b'["\xed\xa0\x80"]', ENCODING),
    ("a code point past U+10FFFF", b'["\xf4\x90\x80\x80"]', ENCODING),
    ("invalid UTF-8 outside strings", b"[\xff]", ENCODING),
    ("invalid UTF-8 after a text that ends", b"{}\xff", ENCODING),
    ("a lone high surrogate, escaped", b'["\\ud800"]', ENCODING),
    ("a lone low surrogate, escaped", b'["\\udc00"]', ENCODING),
    ("two high surrogates, escaped", b'["\\ud800\\ud800"]', ENCODING),
    ("a pair the wrong way round", b'["\\ude00\\ud83d"]', ENCODING),
    ("a high surrogate before a letter", b'["\\ud800a"]', ENCODING),
    ("a high surrogate before another escape", b'["\\ud800\\n"]', ENCODING),
    ("a lone surrogate in a key", b'{"\\udfff":1}', ENCODING),
    # duplicate keys
    ("a key twice", b'{"a":1,"a":2}', DUPLICATE),
    ("a key twice with the same value", b'{"a":1,"a":1}', DUPLICATE),
    ("a key twice, once escaped", b'{"a":1,"\\u0061":2}', DUPLICATE),
    ("a key twice, escaped differently", b'{"\\u00e9":1,"\\u00E9":2}', DUPLICATE),
    ("a key twice, once raw and once escaped", b'{"\xc3\xa9":1,"\\u00e9":2}', DUPLICATE),
    ("an empty key twice", b'{"":1,"":2}', DUPLICATE),
    ("a key twice, deep inside", b'[{"x":[{"a":1,"b":2,"a":3}]}]', DUPLICATE),
    ("a key twice, written with spaces", b'{"a": 1, "b": 2, "a": 3}', DUPLICATE),
    (
        "a key that is a message of the parser, twice",
        b'{"number out of range":1,"number out of range":2}',
        DUPLICATE,
    ),
    ("a key twice before bad syntax", b'{"a":1,"a":2,]', DUPLICATE),
    # depth
    ("65 arrays inside one another", b"[" * 65 + b"]" * 65, DEPTH),
    ("65 objects inside one another", b'{"a":' * 65 + b"1" + b"}" * 65, DEPTH),
    ("65 empty containers, mixed", b'[{"a":' * 32 + b"[]" + b"}]" * 32, DEPTH),
    ("65 levels, written with spaces", b'{"a": ' * 65 + b"1" + b"}" * 65, DEPTH),
    ("250 levels", b"[" * 250 + b"]" * 250, DEPTH),
    ("100000 levels", b"[" * 100_000 + b"]" * 100_000, DEPTH),
    ("100000 opening brackets", b"[" * 100_000, DEPTH),
    ("100000 opening objects", b'{"a":' * 100_000, DEPTH),
    ("too deep and out of range", b"[1e400," + b"[" * 65 + b"]" * 65 + b"]", DEPTH),
    # numbers
    ("2^63", b"[9223372036854775808]", RANGE),
    ("-2^63-1", b"[-9223372036854775809]", RANGE),
    ("2^64-1", b"[18446744073709551615]", RANGE),
    ("2^64", b"[18446744073709551616]", RANGE),
    ("2^70", b"[1180591620717411303424]", RANGE),
    ("2^63 alone", b"9223372036854775808", RANGE),
    ("2^63 after a line end", b'{"a":\n9223372036854775808}', RANGE),
    ("2^63 as the value of a key", b'{"a":9223372036854775808}', RANGE),
    ("2^63, written with spaces", b'{"a": 9223372036854775808}', RANGE),
    ("an integer of 4300 digits", b"[" + b"9" * 4_300 + b"]", RANGE),
    ("an integer of 10000 digits", b"[" + b"9" * 10_000 + b"]", RANGE),
    ("1e400", b"[1e400]", RANGE),
    ("-1e400", b"[-1e400]", RANGE),
    ("1E+400", b"[1E+400]", RANGE),
    ("1e309", b"[1e309]", RANGE),
    ("1e0000400", b"[1e0000400]", RANGE),
    ("1.5e400 alone", b"1.5e400", RANGE),
    ("a fraction with 400 digits before the point", b"[" + b"9" * 400 + b".5]", RANGE),
    ("an exponent of 20 digits", b"[1e99999999999999999999]", RANGE),
    # numbers that are none
    ("NaN", b"[NaN]", MALFORMED),
    ("nan", b"[nan]", MALFORMED),
    ("Infinity", b"[Infinity]", MALFORMED),
    ("-Infinity", b"[-Infinity]", MALFORMED),
    ("inf", b"[inf]", MALFORMED),
    ("a leading zero", b"[01]", MALFORMED),
    ("a negative number with a leading zero", b"[-01]", MALFORMED),
    ("a leading plus", b"[+1]", MALFORMED),
    ("no digit before the point", b"[.5]", MALFORMED),
    ("no digit after the point", b"[1.]", MALFORMED),
    ("no digit in the exponent", b"[1e]", MALFORMED),
    ("only a sign in the exponent", b"[1e+]", MALFORMED),
    ("two points", b"[1.2.3]", MALFORMED),
    ("two signs", b"[--1]", MALFORMED),
    ("a sign alone", b"[-]", MALFORMED),
    ("a hexadecimal number", b"[0x1F]", MALFORMED),
    ("digits with an underscore", b"[1_000]", MALFORMED),
    ("a fraction with a comma", b'{"a":1,5}', MALFORMED),
    ("Arabic-Indic digits", b"[\xd9\xa1]", MALFORMED),
    ("full-width digits", b"[\xef\xbc\x91]", MALFORMED),
    # strings that are none
    ("single quotes", b"['a']", MALFORMED),
    ("typographic quotes", b"[\xe2\x80\x9ca\xe2\x80\x9d]", MALFORMED),
    ("no quotes", b"[a]", MALFORMED),
    ("a string that does not end", b'["a', MALFORMED),
    ("a string that ends with a backslash", b'["a\\"]', MALFORMED),
    ("a raw line end in a string", b'["a\nb"]', MALFORMED),
    ("a raw tab in a string", b'["a\tb"]', MALFORMED),
    ("a raw NUL in a string", b'["abc\x00"]', MALFORMED),
    ("a raw unit separator in a string", b'["\x1f"]', MALFORMED),
    ("an unknown escape", b'["\\x41"]', MALFORMED),
    ("an escaped single quote", b'["\\\'"]', MALFORMED),
    ("a capital escape", b'["\\U0041"]', MALFORMED),
    ("an escape of three digits", b'["\\u041"]', MALFORMED),
    ("an escape with a letter past f", b'["\\u00g0"]', MALFORMED),
    # objects and arrays that are none
    ("a comma after the last element", b"[1,]", MALFORMED),
    ("a comma after the last member", b'{"a":1,}', MALFORMED),
    ("a comma before the first element", b"[,1]", MALFORMED),
    ("two commas", b"[1,,2]", MALFORMED),
    ("a comma alone", b"[,]", MALFORMED),
    ("no comma in an array", b"[1 2]", MALFORMED),
    ("no comma in an object", b'{"a":1 "b":2}', MALFORMED),
    ("no colon", b'{"a" 1}', MALFORMED),
    ("two colons", b'{"a"::1}', MALFORMED),
    ("an equals sign", b'{"a"=1}', MALFORMED),
    ("a semicolon", b'{"a":1;"b":2}', MALFORMED),
    ("no value", b'{"a":}', MALFORMED),
    ("no key", b"{:1}", MALFORMED),
    ("a key alone", b'{"a"}', MALFORMED),
    ("a number as key", b"{1:2}", MALFORMED),
    ("null as key", b"{null:1}", MALFORMED),
    ("an unquoted key", b"{a:1}", MALFORMED),
    ("a single-quoted key", b"{'a':1}", MALFORMED),
    ("a colon in an array", b'["a":1]', MALFORMED),
    ("an array that does not end", b"[1", MALFORMED),
    ("an object that does not end", b'{"a":1', MALFORMED),
    ("closing brackets of the other kind", b"[1}", MALFORMED),
    ("a closing bracket too many", b"[1]]", MALFORMED),
    ("a closing bracket alone", b"]", MALFORMED),
    ("65 opening brackets", b"[" * 65, MALFORMED),
    # words and white space that are none
    ("True", b"[True]", MALFORMED),
    ("NULL", b"[NULL]", MALFORMED),
    ("None", b"[None]", MALFORMED),
    ("undefined", b"[undefined]", MALFORMED),
    ("a word that is cut off", b"[tru]", MALFORMED),
    ("a word with a letter too many", b"[nulll]", MALFORMED),
    ("white space alone", b" \n", MALFORMED),
    ("a form feed between tokens", b"[\x0c1]", MALFORMED),
    ("a no-break space between tokens", b"[\xc2\xa01]", MALFORMED),
    ("a byte order mark between tokens", b"[\xef\xbb\xbf1]", MALFORMED),
    ("a NUL after the text", b"[1, 2]\x00", MALFORMED),
    ("a line comment", b"[1] // a", MALFORMED),
    ("a block comment", b"[/* a */ 1]", MALFORMED),
    ("a shell comment", b"# a\n[1]", MALFORMED),
    ("two texts", b"{} {}", MALFORMED),
    ("two lines, each a text", b'{"a":1}\n{"a":2}', MALFORMED),
    ("letters after the text", b"{}a", MALFORMED),
    ("a record separator before the text", b"\x1e{}", MALFORMED),
    ("a function call around the text", b"f({})", MALFORMED),
    ("XML", b"<a>1</a>", MALFORMED),
    ("YAML", b"a: 1\n", MALFORMED),
    ("a gzip header", b"\x1f\x8b\x08\x08", ENCODING),
]


@pytest.mark.parametrize("decode", [decode_json, decode_strictly])
@pytest.mark.parametrize(("text", "code"), [pytest.param(text, code, id=name) for name, text, code in TABLE])
def test_each_text_is_read_or_refused_under_its_code(
    decode: Callable[[bytes, Limits], object], text: bytes, code: str | None
) -> None:
    """S0-13, S0-14, D-15: no exception, one finding, the same from the quick and the strict way."""
    result = decode(text, LIMITS)

    assert (result.code if isinstance(result, Finding) else None) == code


def test_the_table_names_every_row_once_and_has_every_code() -> None:
    names = [name for name, _, _ in TABLE]

    assert len(set(names)) == len(names) >= 80
    assert {code for _, _, code in TABLE if code} == {ENCODING, MALFORMED, DUPLICATE, DEPTH, RANGE}


def test_the_documentation_lists_exactly_these_rows() -> None:
    documented = [line for line in DOCS.read_text().splitlines() if re.match(r"\| (?!text |---)", line)]

    assert documented == [as_row(*row) for row in TABLE]


def as_row(name: str, text: bytes, code: str | None) -> str:
    """A row of docs/reference/json.md: short texts are shown, bytes that are not printable ASCII as ``<0A>``."""
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else f"<{byte:02X}>" for byte in text)
    cell = "`` {} ``".format(shown.replace("|", "\\|")) if len(text) <= 60 else f"{len(text)} bytes"
    return f"| {name} | {cell} | {f'`{code}`' if code else 'read'} |"
