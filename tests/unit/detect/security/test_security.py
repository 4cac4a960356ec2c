"""What is a find, and what only looks like one: a row each (S0-9, S0-10, S0-38)."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding

Find = Callable[..., list[Finding]]

VISA, AMEX, MAESTRO = "4111111111111111", "378282246310005", "5018000000000009"
MRZ = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJqb2ItNyJ9.dGhpc2lzbm90YXNpZ25hdHVyZQ"
RANDOM = "q7Zt0vLk2RfXw9Pb"
HEX = "9f86d081884c7d659a2feaa0c55ad015"
KEY_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
# In pieces, so that no scanner of source code takes them for real.
AWS, GITHUB, STRIPE = "AKIA" + "QX3ZJ5TYBNW7LMKD", "ghp" + "_" + "A1b2" * 9, "sk" + "_live_" + "Ab3" * 8
SLACK = "xoxb" + "-12345678901-12345678901-" + "AbCdEf12" * 3
HOOK = "https://hooks.slack.com/" + "services/T00AA11BB/B00AA11BB/" + "AbCdEf12" * 3
GOOGLE, OAUTH = "AIza" + "Sy3" + "B" * 32, "ya29." + "a0AbVb" * 5

AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "q7Zt0vLk2R"
ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIP7DMzF8AizPyEDjS3yo3DNzxZfgdknYmLTOdcHQ3"
OAUTH_CLIENT = "575082634585-7344a498826e4fc732f9f487587ae351.apps.googleusercontent.com"


def pem(kind: str = "") -> str:
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{KEY_BODY}\n-----END {kind}PRIVATE KEY-----"


FOUND: list[tuple[str, Json, str]] = [
    ("card in prose", {"note": f"paid with {VISA}."}, "pii_card"),
    ("card in groups", {"note": "4111 1111 1111 1111"}, "pii_card"),
    ("card with its expiry", {"note": "4111-1111-1111-1111 12/27"}, "pii_card"),
    ("card with dashes between spaces", {"note": "4111 - 1111 - 1111 - 1111"}, "pii_card"),
    ("American Express in groups", {"note": "3782 822463 10005"}, "pii_card"),
    ("American Express", {"note": AMEX}, "pii_card"),
    ("Mastercard of the new range", {"note": "2223003122003222"}, "pii_card"),
    ("Maestro", {"note": MAESTRO}, "pii_card"),
    ("Maestro of eighteen digits in groups", {"card_number": "5020 6751 7700 0000 01"}, "pii_card"),
    ("UnionPay of nineteen digits under its name", {"card_number": "6227571131028061591"}, "pii_card"),
    ("card in groups under an order's name", {"order_id": "6227 5711 3102 8061 591"}, "pii_card"),
    ("Visa of nineteen digits", {"note": "4000 0000 0000 0000 006"}, "pii_card"),
    ("card under an order's name", {"order_id": VISA}, "pii_card"),
    ("card as a number", {"note": int(VISA)}, "pii_card"),
    ("card as a number with a fraction", {"note": float(VISA)}, "pii_card"),
    ("card behind a line break", {"note": f"card:\n{VISA}"}, "pii_card"),
    ("IBAN", {"note": "to DE89370400440532013000 today"}, "pii_iban"),
    ("IBAN in groups, then words", {"note": "GB29 NWBK 6016 1331 9268 19 and more"}, "pii_iban"),
    ("IBAN in small letters", {"note": "nl91abna0417164300"}, "pii_iban"),
    ("IBAN in groups in a query", {"note": "/pay?iban=GB29+NWBK+6016+1331+9268+19&x=1"}, "pii_iban"),
    ("IBAN in base64 behind letters with accents", {"note": base64.b64encode("Bitte prüfen: DE89370400440532013000".encode()).decode()}, "pii_iban"),
    ("IBAN in base64 behind Cyrillic", {"note": base64.b64encode("Счётчик DE89370400440532013000".encode()).decode()}, "pii_iban"),
    ("shortest IBAN", {"note": "NO93 8601 1117 947"}, "pii_iban"),
    ("SSN with dashes", {"note": "her number 219-09-9999 is old"}, "pii_ssn"),
    ("SSN without dashes under its name", {"ssn": "219099999"}, "pii_ssn"),
    ("SSN as a number under its name", {"employee_ssn": 219099999}, "pii_ssn"),
    ("SSN as a number that lost its zero", {"ssn": 12345678}, "pii_ssn"),
    ("SSN behind a word", {"note": "Social Security number: 219 09 9999"}, "pii_ssn"),
    ("SSN before the word", {"note": "219 09 9999 (SSN)"}, "pii_ssn"),
    ("SSN in a query", {"note": "/find?ssn=219+09+9999&x=1"}, "pii_ssn"),
    ("SSN in pieces behind a phone's word", {"note": "after a short call. SSN 5\u200b91-33-4080"}, "pii_ssn"),
    ("SSN in a path", {"note": "/people/219-09-9999/orders"}, "pii_ssn"),
    ("SSN under a name that goes on", {"ssnText": "219099999"}, "pii_ssn"),
    ("SSN in an object of that name", {"ssn": {"value": "219099999"}}, "pii_ssn"),
    ("e-mail", {"note": "ask jo.e+x@mail.example.co.uk, please"}, "pii_email"),
    ("shortest e-mail", {"note": "a@b.de"}, "pii_email"),
    ("e-mail with letters beyond ASCII", {"note": "jörg@müller.example"}, "pii_email"),
    ("e-mail below a top-level domain in punycode", {"note": "jo@xn--bcher-kva.xn--j1amh"}, "pii_email"),
    ("phone with plus", {"note": "reach me: +49 30 901820"}, "pii_phone"),
    ("phone with plus, unbroken", {"note": "+442079460958"}, "pii_phone"),
    ("phone of North America", {"note": "at 212-555-0123 or so"}, "pii_phone"),
    ("phone with area in brackets", {"note": "(212) 555-0123"}, "pii_phone"),
    ("phone of a region, behind a word", {"note": "call me on 020 7946 0958"}, "pii_phone"),
    ("phone of a region, under its name", {"phone": "030 901820"}, "pii_phone"),
    ("phone as a number under its name", {"mobile_number": 4915112345678}, "pii_phone"),
    ("phone of Brazil", {"note": "call (11) 96123-4567 now"}, "pii_phone"),
    ("phone of Singapore", {"note": "call me back on 9133 4080 after five"}, "pii_phone"),
    ("phone of India", {"mobile": "98765 43210"}, "pii_phone"),
    ("phone dialled", {"telephone": "0082 1026897241"}, "pii_phone"),
    ("phone dialled, unbroken", {"telephone": "005511961234567"}, "pii_phone"),
    ("phone of a network", {"note": "msisdn: 06 1274 2213; retrying"}, "pii_phone"),
    ("phone in a query", {"note": "/find?phone=020+7946+0958&x=1"}, "pii_phone"),
    ("phone with plus in a query", {"note": "/find?phone=%2B49+30+901820&x=1"}, "pii_phone"),
    ("phone behind a word on a line of its own", {"note": "Jo\ntel: 030 901820"}, "pii_phone"),
    ("address", {"client": "8.8.4.4"}, "pii_ip"),
    ("address in a URL", {"note": "http://93.184.216.34:8080/x"}, "pii_ip"),
    ("address of the sixth version", {"client": "2a00:1450:4001:82a::200e"}, "pii_ip"),
    ("address with the length of its network", {"client": "93.184.216.34/24"}, "pii_ip"),
    ("address in a log", {"note": "DEBUG request finished peer=8.8.4.4, 3 rows"}, "pii_ip"),
    ("address and port in a log", {"note": "audit client=8.8.4.4:51413 by=x"}, "pii_ip"),
    ("address in a query", {"note": "/find?page=2&src=8.8.4.4&v=3"}, "pii_ip"),
    ("address in XML", {"note": "<client>8.8.4.4</client>"}, "pii_ip"),
    ("address encoded behind a space", {"note": "came%20from%208.8.4.4"}, "pii_ip"),
    ("address in a section", {"section": {"host": "8.8.4.4"}}, "pii_ip"),
    ("address in the text of a section", {"section": "seen from 8.8.4.4"}, "pii_ip"),
    ("passport of Spain", {"note": "Passport number: ABC123456, seen"}, "pii_passport"),
    ("passport of the Netherlands", {"note": "passport NOWC83N99"}, "pii_passport"),
    ("passport of the Netherlands under its name", {"passport_no": "NDTNFNGH9"}, "pii_passport"),
    ("passport of Germany with few digits", {"passport_no": "C01XJPXY4"}, "pii_passport"),
    ("passport behind a Polish word", {"note": "Paszport nr X1592049 okazany"}, "pii_passport"),
    ("passport zone with zero-width signs", {"scan": MRZ.replace("<<10", "<\ufeff<10")}, "pii_passport"),
    ("passport zone", {"scan": f"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n{MRZ}"}, "pii_passport"),
    ("passport number under its name", {"passport_no": "C01X00T47"}, "pii_passport"),
    ("passport number behind the word", {"note": "Passport number: K1234567, seen"}, "pii_passport"),
    ("JSON Web Token", {"note": JWT}, "secret_jwt"),
    ("JSON Web Token as bearer", {"authorization": f"Bearer {JWT}"}, "secret_jwt"),
    ("private key", {"note": pem()}, "secret_private_key"),
    ("private key of OpenSSH", {"note": pem("OPENSSH ")}, "secret_private_key"),
    ("private key with its line breaks written out", {"note": pem("RSA ").replace("\n", "\\n")}, "secret_private_key"),
    ("private key cut off", {"note": pem("EC ")[:60]}, "secret_private_key"),
    ("AWS key id", {"note": f"using {AWS}"}, "secret_aws"),
    ("AWS secret under its name", {"aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "a" * 10}, "secret_aws"),
    ("AWS secret in an environment", {"note": f"export AWS_SECRET_ACCESS_KEY={AWS_SECRET} now"}, "secret_aws"),
    ("AWS secret in a log", {"note": f"app[412]: aws_secret_key: {AWS_SECRET}; retrying"}, "secret_aws"),
    ("AWS secret in a command", {"note": f"aws configure set aws_secret_access_key {AWS_SECRET}"}, "secret_aws"),
    ("AWS secret in XML", {"note": f"<SecretAccessKey>{AWS_SECRET}</SecretAccessKey>"}, "secret_aws"),
    ("AWS secret in a query", {"note": "/x?aws_secret_key=" + AWS_SECRET.replace("/", "%2F")}, "secret_aws"),
    ("AWS secret in base64", {"note": base64.b64encode(f"aws_secret_key={AWS_SECRET}".encode()).decode()}, "secret_aws"),
    ("AWS secret with zero-width signs", {"note": f"AWS_SECRET_ACCESS_KEY={AWS_SECRET[:9]}\u200b{AWS_SECRET[9:]}"}, "secret_aws"),
    ("GitHub token as a login", {"note": f"git clone https://x-access-token:{GITHUB}@github.com/x/y.git"}, "secret_github"),
    ("Slack token of digits with zero-width signs", {"note": f"call: SLACK_TOKEN={SLACK[:9]}\u200b{SLACK[9:]}"}, "secret_slack"),
    ("Slack webhook in a query", {"note": "/x?slack_token=" + quote(HOOK, safe="")}, "secret_slack"),
    ("private key behind a telling name", {"note": "secret_key=" + pem().replace("\n", "\\n").replace(KEY_BODY, KEY_BODY * 3)}, "secret_private_key"),
    ("private key in a query", {"note": "/x?private_key=" + quote(pem("OPENSSH ").replace("\n", "\\n"))}, "secret_private_key"),
    ("GitHub token", {"note": GITHUB}, "secret_github"),
    ("GitHub token in a URL", {"note": f"https://{GITHUB}@github.com/x/y"}, "secret_github"),
    ("GitHub fine-grained token", {"note": "github" + "_pat_" + "A1" * 11 + "_" + "b2" * 29}, "secret_github"),
    ("Slack token", {"note": SLACK}, "secret_slack"),
    ("Slack webhook", {"note": HOOK}, "secret_slack"),
    ("Stripe key", {"key": STRIPE}, "secret_stripe"),
    ("Google API key", {"note": GOOGLE}, "secret_google"),
    ("Google OAuth token", {"note": OAUTH}, "secret_google"),
    ("secret under a telling name", {"api_key": RANDOM}, "secret_generic"),
    ("secret under a telling name, camel case", {"clientSecret": HEX}, "secret_generic"),
    ("secret that is a UUID", {"apiToken": "550e8400-e29b-41d4-a716-446655440000"}, "secret_generic"),
    ("secret in an object of a telling name", {"credentials": {"value": RANDOM}}, "secret_generic"),
    ("secret in a list of a telling name", {"secrets": [RANDOM]}, "secret_generic"),
    ("secret in a name and value pair", [{"name": "X-Api-Key", "value": RANDOM}], "secret_generic"),
    ("secret of a password generator", {"auth_token": "F#.?LU.Co5abqm?-"}, "secret_generic"),
    ("password that somebody chose", {"db_password": "Summer2024!"}, "secret_generic"),
    ("password in prose", {"note": "the password is Summer2024! for now"}, "secret_generic"),
    ("secret in a query", {"note": f"https://h.example/?access_token={RANDOM}&x=1"}, "secret_generic"),
    ("bearer in a text", {"note": f"sent Authorization: Bearer {HEX}"}, "secret_generic"),
    ("login in a URL", {"dsn": "postgres://app:s3cr3tpw@db.internal/x"}, "secret_generic"),
]  # fmt: skip

CLEAN: list[tuple[str, Json]] = [
    ("wrong check digit", {"note": "4111111111111112"}),
    ("no issuer", {"note": "9999999999999995"}),
    ("unix times", {"at": 1763715600, "ms": 1763715600123, "us": 1763715600123456, "ns": "1763715600123456789"}),
    ("decimals", {"p": "0.4111111111111111", "q": 0.4111111111111111, "r": "51.4111111111111111"}),
    ("a number inside a hash", {"sha": f"a{VISA}b"}),
    ("groups with different separators", {"note": "4111-1111 1111.1111"}),
    ("UUID of digits", {"id": "84111111-1111-4111-8111-111111111111"}),
    ("thirteen digits that count something", {"sequence_no": "4222222222222"}),
    ("IBAN with a wrong check digit", {"note": "DE88370400440532013000"}),
    ("IBAN too short", {"note": "DE8937040044053201300"}),
    ("IBAN of no country", {"note": "ZZ89370400440532013000"}),
    ("hash that starts like an IBAN", {"sha": "de89370400440532013000ffeeddccbbaa99887766"}),
    ("SSN that was never given out", {"note": "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000"}),
    ("nine digits without a word", {"note": "219099999"}),
    ("SSN groups in a part number", {"note": "part AB-219-09-9999"}),
    ("SSN groups with spaces", {"note": "took 219 09 9999 steps"}),
    ("class name", {"note": "classname 219099999"}),
    ("versioned package", {"note": "left-pad@1.3.0 @scope/pkg@2.0.0 logo@2x.png"}),
    ("no domain", {"note": "root@localhost me@nowhere"}),
    ("repository", {"note": "git@github.com:org/repo.git"}),
    ("country that is none", {"note": "a@b.zz"}),
    ("time zones", {"note": "2026-03-01T10:00:00+01:00 +0530 UTC+02:00"}),
    ("ISO dates", {"called_at": "2026-03-01", "note": "call on 2026-03-01 or 01.03.2026"}),
    ("order number", {"note": "order no. 212-555-0123"}),
    ("difference", {"note": "+1000000"}),
    ("ten digits without a word", {"note": "2125550123"}),
    ("private, loopback and documentation addresses", {"a": "10.1.2.3 127.0.0.1 192.0.2.1 169.254.1.1 fe80::1 2001:db8::1"}),
    ("version of four parts", {"version": "8.8.4.4", "note": "driver version 8.8.4.4, v8.8.4.4, Tool/8.8.4.4"}),
    ("section of a text", {"note": "RFC 9110, section 8.4.1.3, and RFC 5445 3.8.2.4"}),
    ("login of an example", {"note": "postgres://user:pass@host/db"}),
    ("source code", {"note": "password: Optional[str] = None; token = make_token_2(size=32)"}),
    ("number of a section under its name", {"section": "8.8.4.4", "chapterNo": "9.4.3.4", "clause": "\u00a7 8.8.4.4", "kapitel": "8.8.7.8 Umfang"}),
    ("numbers of sections in several languages", {"note": "Kapitel 8.8.4.4, art. 8.8.4.4, secci\u00f3n 8.8.4.4, cap\u00edtulo n\u00ba 8.8.4.4, chapitre 8.8.4.4, rozdzia\u0142 8.8.4.4, \u00a7\u00a7 8.8.4.4"}),
    ("numbers of several sections", {"note": "sections 8.8.4.4, 8.8.4.5 and 8.8.4.6"}),
    ("number of a section in a query", {"note": "https://x.example/find?section=8.8.4.4&version=8.8.4.4"}),
    ("number of a section behind an encoded space", {"note": "Clause%204.5.8.3%20does%20not%20apply."}),
    ("version in XML", {"note": "<driver-version>8.8.4.4</driver-version>"}),
    ("AWS secret that manuals show", {"aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"}),
    ("comparison of versions", {"note": "tool>=8.8.4.4 tool==8.8.4.4 tool ~= 8.8.4.4"}),
    ("id under a name that sounds like a phone's", {"tool_call_id": "2125550123", "contactId": "2125550123"}),
    ("client of a service", {"note": f"call {OAUTH_CLIENT}"}),
    ("unbroken maestro under a counter's name", {"sequence_no": "502067517700000001"}),
    ("tokens that manuals show", {"note": f"AKIAIFTBZB466{'EXAMPLE'} sk_live_{'x' * 28} ghp_{'x' * 36} hooks.slack.com/services/T00000000/B00000000/{'X' * 24}"}),
    ("tokens that manuals show under telling names", {"api_key": "AKIAFUY7QLHYW" + "EXAMPLE", "token": "sk_live_" + "x" * 28}),
    ("public key of a host", {"note": f"host_key=ssh-ed25519 {ED25519} x?host_key=ssh-ed25519%20{ED25519}", "host_key": ED25519}),
    ("word in capitals behind a passport", {"note": "passport HOLDERS12345 TRAVELLE1"}),
    ("amount behind a word", {"note": "call cost: 7262208 units"}),
    ("not an address", {"note": "8.8.4.400 8.8.4.4.4 1.2.3"}),
    ("network", {"note": "8.8.4.0/24 0.0.0.0/0"}),
    ("times and names with colons", {"note": "10:00:00:00 std::vector 2026:03:01 a::b"}),
    ("zone with a wrong check digit", {"scan": MRZ[:-1] + "1"}),
    ("passport that is only mentioned", {"note": "passport expires 20270101", "passport_country": "Utopia"}),
    ("three parts that are no token", {"note": "eyJub3QiOiJhbGcifQ.eyJub3QiOiJhbGcifQ.c2ln", "x": "a.b.c"}),
    ("public key", {"note": f"-----BEGIN PUBLIC KEY-----\n{KEY_BODY}"}),
    ("private key that is only mentioned", {"note": "starts with -----BEGIN PRIVATE KEY----- they say"}),
    ("too short for AWS", {"note": "AKIA12345"}),
    ("Stripe test key", {"note": STRIPE.replace("live", "test")}),
    ("hashes and ids under harmless names", {"sha256": HEX * 2, "id": HEX, "etag": RANDOM, "commit": HEX}),
    ("names that only sound like it", {"token_id": HEX, "secretName": RANDOM, "next_token": RANDOM, "tokenizer": RANDOM, "author": RANDOM}),
    ("placeholders", {"password": "********", "api_key": "<redacted>", "token": "${API_TOKEN_2024}", "secret": "changeme-123-now", "auth": "your-api-key-here1"}),
    ("words under a telling name", {"secret": "oauth2-client-credentials", "token": "cl100k_base", "auth": "required by policy 7"}),
    ("reference to a store", {"secret": "arn:aws:secretsmanager:eu-north-1:751353041310:secret:db-x7Kq2P"}),
    ("token counts", {"tokens_in": 39999999, "token_usage": {"prompt": 12345678}}),
    ("path of a home", {"note": "/home/user/.ssh/config C:\\Users\\x %APPDATA% 100%ab"}),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "type_"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_must_not_be_there_is_found_once_and_as_what_it_is(inputs: Json, type_: str, find: Find) -> None:
    """S0-9."""
    assert {finding.code.value for finding in find(inputs)} == {f"security.{type_}"}


@pytest.mark.parametrize("inputs", [row[1] for row in CLEAN], ids=[row[0] for row in CLEAN])
def test_what_only_looks_like_it_is_no_find(inputs: Json, find: Find) -> None:
    assert find(inputs) == []


def test_one_finding_for_a_code_and_a_place(find: Find) -> None:
    findings = find({"x": ["a@b.de c@d.de", "e@f.de"], "y": {"p": "g@h.de", "q": "i@j.de"}})
    assert [finding.path for finding in findings] == ["/inputs/*/*", "/inputs/*/0", "/inputs/*/1"]


def test_names_that_the_schema_does_not_know_are_not_shown(find: Find) -> None:
    """Promise 4: in a name the find is at the object that has it."""
    (finding,) = find({"jo@example.com": {"name": "x"}})
    assert (finding.path, finding.keyword, finding.actual_masked) == ("/inputs", "key", "string(14)")
    (finding,) = find({"customer": {"name": "jo@example.com"}})
    assert (finding.path, finding.keyword) == ("/inputs/*/name", "value")
    assert (finding.expected, finding.rule) == ("no e-mail address", "pii.email@1")


def test_several_kinds_in_one_text_are_all_found(find: Find) -> None:
    """S0-47."""
    findings = find({"note": f"jo@example.com paid {VISA} from 8.8.4.4, key {AWS}"})
    assert [finding.code.value for finding in findings] == [
        "security.pii_card",
        "security.pii_email",
        "security.pii_ip",
        "security.secret_aws",
    ]


def test_no_value_leaves(find: Find) -> None:
    """Promise 4: neither a value nor a digit of it."""
    for _, inputs, _ in FOUND:
        for finding in find(inputs):
            shown = repr(finding)
            assert not any(
                part in shown for part in ("4111", "3704", "219", "jo.e", "AKIA", RANDOM, "Summer")
            )
