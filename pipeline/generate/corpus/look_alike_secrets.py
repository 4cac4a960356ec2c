"""Ids, digests, public keys and placeholders: random to look at, or named like a secret, and none."""

import json
from base64 import b64encode
from random import Random
from string import digits
from typing import Final

from .case import Half
from .draw import BASE62, HEX, filled, letters, pick
from .look_alike import LookAlike, Made
from .names import company
from .tokens import armoured, base64url

_TELLING: Final = (
    "password",
    "api_key",
    "secret",
    "client_secret",
    "auth_token",
    "access_token",
    "db_password",
)
_UPPER: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ED25519: Final = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00 "
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00"
_JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01"


def uuid(rng: Random, _half: Half) -> Made:
    """Version 4."""
    text = letters(rng, HEX, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{rng.choice('89ab')}{text[17:20]}-{text[20:]}"


def _ulid(rng: Random, _half: Half) -> Made:
    return "01H" + letters(rng, _UPPER, 23)


def _digest(rng: Random, _half: Half) -> Made:
    size, start = rng.choice(((32, ""), (40, ""), (64, ""), (64, "sha256:"), (128, "")))
    return start + letters(rng, HEX, size)


def _picture(rng: Random, _half: Half) -> Made:
    start, kind = rng.choice(((_PNG, "png"), (_JPEG, "jpeg")))
    text = b64encode(start + rng.randbytes(rng.randint(60, 400))).decode()
    return rng.choice((text, f"data:image/{kind};base64,{text}"))


def _placeholder(rng: Random, half: Half) -> Made:
    name = pick(rng, ("DB_PASSWORD", "API_KEY", "MAIL_TOKEN", "SIGNING_SECRET", "CI_TOKEN", "APP_KEY"), half)
    low = name.lower().replace("_", "-")
    return rng.choice(
        (
            "********", "*" * rng.randint(6, 24), f"${{{name}}}", f"${name}", f"{{{{ secrets.{name} }}}}", f"<your-{low}>", f"your_{name.lower()}_here",
            "[REDACTED]", "<redacted>", "xxxxxxxxxxxxxxxxxxxxxxxx", "REPLACE_ME", f"%{name}%", f"vault:secret/data/{company(rng)}#{low}", f"env:{name}",
            f"arn:aws:secretsmanager:eu-north-1:{letters(rng, digits, 12)}:secret:{low}", "not set", "none", f"op://{company(rng)}/{low}/value",
        )
    )  # fmt: skip


def _example(rng: Random, _half: Half) -> Made:
    return rng.choice(
        (
            "AKIA" + letters(rng, _BASE32, 9) + "EXAMPLE",
            "sk_live_" + "x" * rng.randint(20, 30),
            "ghp_" + "x" * rng.randint(30, 40),
            "xoxb-your-bot-token-" + rng.choice(("here", "goes-here")),
            "AIza" + "." * rng.randint(3, 8),
            "eyJhbGciOi" + "." * rng.randint(3, 8),
            "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24,
            "AKIA" + "*" * rng.randint(12, 16),
            "sk_live_" + "*" * 16 + letters(rng, BASE62, 4),
        )
    )


def _of_a_service(rng: Random, _half: Half) -> Made:
    return rng.choice(
        (
            f"pk_live_{letters(rng, BASE62, 24)}",
            f"{rng.choice(('cus', 'pi', 'price', 'ch', 'in', 'sub'))}_{letters(rng, BASE62, rng.choice((14, 24)))}",
            f"{rng.choice(('AROA', 'AIDA', 'ANPA'))}{letters(rng, _BASE32, 17)}",
            f"arn:aws:iam::{letters(rng, digits, 12)}:role/{company(rng)}",
            f"{letters(rng, digits, 12)}-{letters(rng, HEX, 32)}.apps.googleusercontent.com",
            f"U0{letters(rng, _BASE32, 9)}",
            f"https://{company(rng)}.slack.com/archives/C0{letters(rng, _BASE32, 9)}",
            f"call_{letters(rng, BASE62, 24)}",
            f"chatcmpl-{letters(rng, BASE62, 29)}",
            f"msg_01{letters(rng, BASE62, 22)}",
        )
    )


def _public_block(rng: Random, _half: Half) -> Made:
    label, start = rng.choice((("CERTIFICATE", b"\x30\x82\x03\x5d"), ("PUBLIC KEY", b"\x30\x82\x01\x22"), ("CERTIFICATE REQUEST", b"\x30\x82\x02\x8a")))  # fmt: skip
    return armoured(label, start + rng.randbytes(rng.randint(150, 700)))


def _only_the_header(rng: Random, half: Half) -> Made:
    line = f"-----BEGIN {rng.choice(('RSA ', 'EC ', 'OPENSSH ', ''))}PRIVATE KEY-----"
    what = pick(
        rng, ("the file starts with", "look for the line", "a key begins with", "the parser wants"), half
    )
    return f"{what} {line} (page {rng.randint(2, 90)})"


def _three_parts(rng: Random, _half: Half) -> Made:
    word = company(rng).split("-")[0]
    return rng.choice(
        (
            f"com.{word}.orders",
            f"{word}.public.events{rng.randint(1, 9)}",
            ".".join(letters(rng, BASE62, rng.randint(12, 40)) for _ in range(3)),
            f"{base64url({'page': rng.randint(1, 999), 'sort': word})}",
            f"{letters(rng, HEX, 8)}.{letters(rng, HEX, 8)}.{letters(rng, HEX, 8)}",
        )
    )


def _settings(rng: Random, _half: Half) -> Made:
    """Members named like secrets that hold settings."""
    return json.dumps(
        {
            "password_changed_at": f"2026-0{rng.randint(1, 9)}-11",
            "token_type": "Bearer",
            "secret_name": f"{company(rng)}-credentials",
            "api_key_count": rng.randint(1, 9),
            "max_tokens": rng.randint(256, 8192),
        }
    )


def _cursor(rng: Random, _half: Half) -> Made:
    return b64encode(rng.randbytes(rng.randint(18, 48))).decode()


LOOK_ALIKE_SECRETS: Final = (
    LookAlike("uuid", uuid, ("id", "trace_id", "idempotency_key", "correlation_id"), ("Run {} was cancelled.", "See {} in the log.", "traceId={}")),
    LookAlike("ulid", _ulid, ("id", "event_id", "message_id"), ("Event {} was dropped.", "Message {} came twice.", "id={}")),
    LookAlike("git hash", lambda rng, _: letters(rng, HEX, rng.choice((7, 12, 40))), ("commit", "sha", "revision"), ("Fixed in {}.", "Reverts commit {}.", "HEAD is now at {}")),
    LookAlike("digest", _digest, ("checksum", "etag", "digest", "cache_key"), ("Checksum {} does not match.", "ETag: {}", "sha256sum says {}")),
    LookAlike("picture", _picture, ("image", "thumbnail", "content", "data")),
    LookAlike("trace parent", lambda rng, _: f"00-{letters(rng, HEX, 32)}-{letters(rng, HEX, 16)}-01", ("traceparent", "parent"), ("traceparent: {}", "Parent {} is unknown.")),
    LookAlike("placeholder", _placeholder, _TELLING, ("password: {}", "Set api_key={} in the file.", "client_secret={}", "token: {}")),
    LookAlike("placeholder of a service", _example, ("api_key", "token", "example", "value"), ("For example {} as in the manual.", "Replace {} by your own.", "token={}")),
    LookAlike("id of a service", _of_a_service, ("id", "customer", "principal", "client_id", "tool_call_id"), ("Object {} was not found.", "Answer to {} was empty.", "id {} is archived")),
    LookAlike("public block", _public_block, ("certificate", "public_key", "chain"), ("The server sent\n{}", "Trust this one:\n{}", "Expired:\n{}")),
    LookAlike("first line of a key", _only_the_header, ("hint", "help", "note"), ("Hint: {}", "Read on: {}", "Tip 4: {}")),
    LookAlike("three parts with dots", _three_parts, ("topic", "name", "cursor"), ("Topic {} has no reader.", "Cursor {} is stale.", "Read from {}.")),
    LookAlike("settings named like secrets", _settings, ("settings", "options", "config"), ("Loaded {}", "Settings were {}", "Config: {}")),
    LookAlike("counts named like secrets", lambda rng, _: rng.randint(1, 200_000), ("max_tokens", "token_count", "tokens_in", "passwords_checked", "secrets_found", "primary_key")),
    LookAlike("page cursor", _cursor, ("next_page_token", "cursor", "etag", "continuation"), ("More with next_page_token={}", "cursor={}", "If-None-Match: {}")),
    LookAlike("public key id", lambda rng, _: f"ssh-ed25519 {b64encode(_ED25519 + rng.randbytes(32)).decode()}", ("public_key", "host_key", "known_host"), ("Host key {} was added.", "Fingerprint of {} is new.")),
    LookAlike("pod name", lambda rng, _: f"{company(rng)}-{letters(rng, HEX, 9)}-{letters(rng, BASE62[36:] + digits, 5)}", ("pod", "host_name", "container"), ("Pod {} was evicted.", "{} restarted twice")),
    LookAlike("object path", lambda rng, _: f"s3://{company(rng)}/2026/0{rng.randint(1, 9)}/{letters(rng, HEX, 24)}.parquet", ("path", "url", "blob"), ("Wrote {}.", "Missing: {}")),
    LookAlike("words of authors", lambda rng, _: filled(rng, rng.choice(("authority-####", "author ##, keyboard #", "tokenizer v#.##", "passenger ###", "secretary, room ###", "keyword ### of ###"))), ("author", "keyboard", "tokenizer", "passenger", "secretary")),
)  # fmt: skip
