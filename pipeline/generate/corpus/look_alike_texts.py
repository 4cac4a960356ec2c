"""Network names, versions, handles, masked values: no address of anybody."""

from random import Random
from typing import Final

from .cards import luhn_digit
from .case import Half
from .draw import HEX, filled, letters, pick
from .look_alike import LookAlike, Made, MakeLookAlike
from .names import company, family, given
from .passports import PATTERNS, passport_number

_HOSTS: Final = ("db-3", "build", "cache01", "edge", "gateway-2", "ci-runner", "localhost")
_PACKAGES: Final = ("left-pad", "chart-core", "date-kit", "router", "form-state", "http-mini", "tiny-log", "ui-base", "lexer")  # fmt: skip


def _octets(rng: Random, start: str, count: int) -> str:
    return ".".join((start, *(str(rng.randint(0, 255)) for _ in range(count))))


def _private_v4(rng: Random, _half: Half) -> Made:
    return rng.choice(
        (_octets(rng, "10", 3), _octets(rng, "192.168", 2), _octets(rng, f"172.{rng.randint(16, 31)}", 2))
    )


def _documentation_v4(rng: Random, _half: Half) -> Made:
    return _octets(rng, rng.choice(("192.0.2", "198.51.100", "203.0.113")), 1)


def _special_v4(rng: Random, _half: Half) -> Made:
    return rng.choice(
        (_octets(rng, "127", 3), _octets(rng, "169.254", 2), _octets(rng, "100.64", 2), _octets(rng, f"2{rng.randint(24, 39)}", 3), "0.0.0.0", "255.255.255.255", f"255.255.{rng.choice((0, 128, 240, 252))}.0")  # noqa: S104 - no binding: a text
    )  # fmt: skip


def _special_v6(rng: Random, _half: Half) -> Made:
    tail = ":".join(letters(rng, HEX[1:], 4) for _ in range(4))
    return rng.choice((f"fe80::{tail}", f"fd{letters(rng, HEX, 2)}:{letters(rng, HEX[1:], 4)}::{tail}", f"2001:db8::{tail}", "::1", f"ff02::1:ff{letters(rng, HEX, 2)}:{letters(rng, HEX[1:], 4)}"))  # fmt: skip


def _four_parts(rng: Random, _half: Half) -> Made:
    return f"{rng.randint(1, 24)}.{rng.randint(0, 12)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}"


def _semver(rng: Random, _half: Half) -> Made:
    core = f"{rng.randint(0, 30)}.{rng.randint(0, 40)}.{rng.randint(0, 99)}"
    return f"{rng.choice(('', 'v', '^', '~'))}{core}{rng.choice(('', '', f'-rc.{rng.randint(1, 9)}', f'+build.{rng.randint(10, 999)}'))}"


def _browser(rng: Random, half: Half) -> Made:
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{_four_parts(rng, half)} Safari/537.36"


def _unfinished(rng: Random, _half: Half) -> Made:
    name = given(rng).lower()
    return rng.choice((f"{name}@", f"@{name}{family(rng).lower()}", f"{name}@{rng.choice(_HOSTS)}", f"{name} @ {family(rng)}", f"{{{name}}}@{{domain}}", f"{name}@<domain>"))  # fmt: skip


def _package(rng: Random, half: Half) -> Made:
    name, scope = pick(rng, _PACKAGES, half), company(rng).split("-")[0]
    version = f"{rng.randint(0, 19)}.{rng.randint(0, 30)}.{rng.randint(0, 50)}"
    return rng.choice((f"@{scope}/{name}", f"@{scope}/{name}@{version}", f"{name}@{version}", f"{name}@^{version}", f"{scope}/{name}-action@v{rng.randint(1, 6)}", f"npm:{name}@{version}-beta.{rng.randint(1, 9)}"))  # fmt: skip


def _image(rng: Random, half: Half) -> Made:
    name = pick(rng, _PACKAGES, half)
    return rng.choice((f"{name}@sha256:{letters(rng, HEX, 64)}", f"{name}@2x.png", f"icons/{name}@3x.webp"))


def _remote(rng: Random, half: Half) -> Made:
    host = rng.choice(("github.com", "gitlab.com", "bitbucket.org"))
    return f"git@{host}:{company(rng).split('-')[0]}/{pick(rng, _PACKAGES, half)}.git"


def _masked(rng: Random, _half: Half) -> Made:
    four = filled(rng, "####")
    name = given(rng).lower()
    return rng.choice(
        (
            f"****{four}", f"**** **** **** {four}", f"XXXX-XXXX-XXXX-{four}", f"***-**-{four}", f"xxx-xx-{four}",
            f"{name[0]}***@***.com", f"{name[:2]}*****@{name[0]}****.de", f"+** *** *** {four[:2]}", f"DE** **** **** **** {four} **",
            f"ending in {four}", f"[REDACTED:{four}]", f"<card:{four}>", f"{filled(rng, '######')}******{four}", f"84.{four[:2]}.x.x",
        )
    )  # fmt: skip


def _shelf(rng: Random, half: Half) -> Made:
    return passport_number(rng, pick(rng, PATTERNS, half)[1])


def _network(rng: Random, half: Half) -> Made:
    return f"{_private_v4(rng, half)}/{rng.choice((24, 28, 32))}"


def _digits_in_longer(rng: Random, _half: Half) -> Made:
    payload = "4" + filled(rng, "#" * 14)
    return f"{filled(rng, '####')}{payload}{luhn_digit(payload)}{filled(rng, '######')}"


def _one_of(*texts: str) -> MakeLookAlike:
    """Any of the texts, their signs filled in."""
    return lambda rng, _half: filled(rng, rng.choice(texts))


LOOK_ALIKE_TEXTS: Final = (
    LookAlike("private address", _private_v4, ("host", "ip", "pod_ip", "upstream"), ("Upstream {} is slow.", "Listening on {}.", "Probe of {} failed.")),
    LookAlike("documentation address", _documentation_v4, ("example", "ip", "host"), ("For example {} is used in the manual.", "Try {} as in the documentation.", "The tutorial uses {}.")),
    LookAlike("special address", _special_v4, ("bind", "netmask", "host"), ("Bound to {}.", "Route to {} exists.", "Mask {} was set.")),
    LookAlike("special address 6", _special_v6, ("bind", "link", "ip"), ("Listening on [{}].", "Neighbour {} is reachable.", "Peer {} is in the same rack.")),
    LookAlike("private network", _network, ("cidr", "network", "allowed"), ("Network {} is allowed.", "Route {} via the gateway.", "Subnet {} is full.")),
    LookAlike("version of four parts", _four_parts, ("version", "app_version", "build_version", "driver_version"), ("Driver version {} is installed.", "Updated from version {}.", "Build {} fixes the crash.", "Version {} ist erschienen.")),
    LookAlike("semantic version", _semver, ("version", "requires", "engine"), ("Release {} is out.", "Needs {} or later.", "Downgraded to {}.")),
    LookAlike("browser", _browser, ("user_agent", "ua", "userAgent")),
    LookAlike("chapter", lambda rng, _: ".".join(str(rng.randint(1, 9)) for _ in range(4)), ("section", "chapter", "clause"), ("See section {} of the contract.", "Clause {} does not apply.", "Chapter {} explains it.")),
    LookAlike("object identifier", lambda rng, _: "1.3.6.1.4.1." + ".".join(str(rng.randint(1, 9999)) for _ in range(3)), ("oid", "object"), ("OID {} is not in the table.", "snmpget {} timed out")),
    LookAlike("hardware address", lambda rng, _: rng.choice(":-").join(letters(rng, HEX, 2) for _ in range(6)), ("mac", "interface"), ("Interface {} is down.", "Switch learned {}.")),
    LookAlike("clock and C++ names", _one_of("12:#%:4#", "0#:1#:2#.###", "std::vector<int>", "Order::total", "a::b::c", "ns#::Kind#::make"), ("at", "symbol", "frame"), ("Thrown in {}.", "Stopped at {}.")),
    LookAlike("fingerprint", lambda rng, _: ":".join(letters(rng, HEX[:10] + "ABCDEF", 2) for _ in range(rng.choice((16, 20, 32)))), ("fingerprint", "thumbprint"), ("Certificate fingerprint {} matches.", "Thumbprint: {}")),
    LookAlike("half an address", _unfinished, ("handle", "author", "mention", "target"), ("Thanks, {} for the hint!", "ssh {} failed", "Ask {} in the channel.")),
    LookAlike("package", _package, ("package", "dependency", "uses"), ("npm install {}", "Bumps {} to the next release.", "{} has no open advisories.")),
    LookAlike("image name", _image, ("image", "asset", "icon"), ("docker pull {}", "Added {} to the build.", "Missing asset {}.")),
    LookAlike("git remote", _remote, ("remote", "repository", "origin"), ("git clone {}", "Origin is {}.", "Mirror of {}.")),
    LookAlike("masked", _masked, ("card", "ssn", "account", "phone", "email"), ("Paid with {}.", "Confirmed for {}.", "Sent to {} as requested.")),
    LookAlike("words without a number", _one_of("your card number", "the passport office", "passport.js v0.#.#", "passport control, gate #", "a phone call at # o'clock", "the e-mail of ## May", "IBAN of the supplier", "SSN field on page #", "telephone line #", "password reset form", "an API key"), ("topic", "label", "title"), ("We talked about {}.", "Nothing was said of {} yesterday.", "The form mentions {}.")),
    LookAlike("shelf code", _shelf, ("shelf", "bin", "lot"), ("It lies on shelf {}.", "Lot {} was recalled.", "Bin {} is empty.")),
    LookAlike("long run of digits", _digits_in_longer, ("blob", "counter", "digits"), ("Counter reads {}.", "Key {} has no rows.", "Digits of the sum: {}")),
    LookAlike("doi", _one_of("10.1###/182.^##", "10.10##/j.test.20##.0##", "arXiv:2##1.####"), ("doi", "paper"), ("See {} for the method.", "Cited: {}.")),
    LookAlike("flight", _one_of("@@ ^##", "@@^###", "HAT###"), ("flight", "train"), ("Flight {} is late.", "Seat on {} confirmed.")),
)  # fmt: skip
