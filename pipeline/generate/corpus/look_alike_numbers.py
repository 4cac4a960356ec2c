"""Numbers that are no card, account, social security or telephone number."""

from random import Random
from typing import Final

from .cards import luhn_digit
from .case import Half
from .draw import BASE62, filled, letters, pick
from .ibans import STRUCTURES, iban_of, in_fours, national_number
from .look_alike import LookAlike, Made, MakeLookAlike

_CARD_STARTS: Final = ("4", "51", "55", "2221", "6011", "3528", "622", "65")
_SECOND: Final = (1_600_000_000, 1_790_000_000)


def _failing_luhn(payload: str, rng: Random) -> str:
    wrong = [digit for digit in "0123456789" if digit != luhn_digit(payload)]
    return payload + rng.choice(wrong)


def _wrong_card(rng: Random, _half: Half) -> Made:
    start = rng.choice(_CARD_STARTS)
    number = _failing_luhn(start + filled(rng, "#" * (15 - len(start))), rng)
    return rng.choice((number, in_fours(number), in_fours(number).replace(" ", "-"), int(number)))


def _tracking(rng: Random, _half: Half) -> Made:
    return rng.choice(
        (
            "1Z" + filled(rng, "###@@##########"),
            "JD01" + filled(rng, "############"),
            filled(rng, "@@#########") + "DE",
            _failing_luhn("00" + filled(rng, "#" * 17), rng),
        )
    )


def _wrong_iban(rng: Random, half: Half) -> Made:
    country, structure = pick(rng, STRUCTURES, half)
    right = iban_of(country, national_number(rng, country, structure))
    wrong = f"{country}{(int(right[2:4]) - 2 + rng.randint(1, 95)) % 97 + 2:02d}{right[4:]}"
    return rng.choice((wrong, in_fours(wrong)))


def _short_iban(rng: Random, half: Half) -> Made:
    country, structure = pick(rng, STRUCTURES, half)
    return iban_of(country, national_number(rng, country, structure)[:-3])


def _no_country(rng: Random, _half: Half) -> Made:
    return iban_of(rng.choice(("XX", "ZZ", "QX", "XA")), filled(rng, "#" * 18))


def _wrong_ssn(rng: Random, _half: Half) -> Made:
    return filled(
        rng, rng.choice(("000-##-####", "666-##-####", "9##-1#-####", "%%#-00-####", "%%#-%#-0000"))
    )


def _part_number(rng: Random, _half: Half) -> Made:
    return filled(rng, rng.choice(("PN-###-##-####-@", "@##-##-####", "####-##-#####", "###-##-####-##")))


def _date(rng: Random, _half: Half) -> Made:
    year, month, day = rng.randint(1995, 2035), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(
        (f"{year}-{month:02d}-{day:02d}", f"{day:02d}.{month:02d}.{year}", f"{month}/{day}/{year}", f"{year}{month:02d}{day:02d}")
    )  # fmt: skip


def _time(rng: Random, _half: Half) -> Made:
    date = f"{rng.randint(2019, 2029)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"
    fraction = filled(rng, rng.choice(("", ".###", ".######", ".#########")))
    return f"{date}T{clock}{fraction}{rng.choice(('Z', '+00:00', '+05:30', '-03:00', '+0200'))}"


def _place(rng: Random, _half: Half) -> Made:
    north, east = rng.uniform(-80, 80), rng.uniform(-170, 170)
    return rng.choice((f"{north:.6f}, {east:.6f}", f"{north:+.4f},{east:+.4f}", round(north, 7), f"geo:{north:.5f},{east:.5f}"))  # fmt: skip


def _money(rng: Random, _half: Half) -> Made:
    amount = rng.randint(1_000, 999_999_999)
    return rng.choice((f"{amount:,}.{rng.randint(10, 99)}", f"EUR {amount:,}".replace(",", "."), f"{amount:,}".replace(",", " "), f"${amount:,}"))  # fmt: skip


def _isbn(rng: Random, _half: Half) -> Made:
    body = "978" + filled(rng, "3########")
    digit = -sum(int(sign) * (3 if place % 2 else 1) for place, sign in enumerate(body)) % 10
    number = f"{body}{digit}"
    return rng.choice((number, f"{number[:3]}-{number[3]}-{number[4:6]}-{number[6:12]}-{number[12]}"))


def _ean(rng: Random, _half: Half) -> Made:
    body = filled(rng, rng.choice(("40##########", "73##########", "50##########")))
    digit = -sum(int(sign) * (3 if place % 2 else 1) for place, sign in enumerate(body)) % 10
    return rng.choice((f"{body}{digit}", int(f"{body}{digit}")))


def _change(rng: Random, _half: Half) -> Made:
    # Calling codes 1 and 7 have ten digits after them: no number is as short as these.
    return rng.choice(
        (
            f"+{rng.randint(1, 99)}.{rng.randint(0, 9)} %",
            f"+{rng.randint(1, 9999)}",
            f"+{rng.randint(1, 11):02d}:00",
            f"+{rng.choice('17')} {rng.randint(100, 999)} {rng.randint(100, 999)}",
        )
    )


def _pattern(*patterns: str) -> MakeLookAlike:
    """Any of the patterns, filled."""
    return lambda rng, _half: filled(rng, rng.choice(patterns))


LOOK_ALIKE_NUMBERS: Final = (
    LookAlike("unix seconds", lambda rng, _: rng.randint(*_SECOND), ("created", "ts", "expires_at", "iat"), ("Cache entry expires at {}.", "exp={} nbf=0", "Epoch {} was the last one seen.")),
    LookAlike("unix milliseconds", lambda rng, _: rng.randint(*_SECOND) * 1000 + rng.randint(0, 999), ("timestamp", "createdAt", "ts_ms"), ("took from {} on", "Row was written at {} (ms).", "ts={} level=info")),
    LookAlike("unix nanoseconds", lambda rng, _: rng.randint(*_SECOND) * 10**9 + rng.randint(0, 999_999_999), ("time_unix_nano", "start_ns", "at"), ("span began at {} ns", "startTimeUnixNano: {}", "offset for {} found")),
    LookAlike("wrong Luhn digit", _wrong_card, ("order_id", "reference", "batch", "serial_number"), ("Order {} left the warehouse.", "Reference {} is missing on the invoice.", "Your booking number is {}.", "Serial {} was replaced.")),
    LookAlike("order number", _pattern("!#######", "!########", "!#########", "!##########"), ("order_id", "invoice_no", "ticket", "order_number", "job_id"), ("Order {} has been packed.", "Invoice {} is overdue.", "See ticket {} for the details.", "Bestellung {} wurde storniert.", "Job {} finished.")),
    LookAlike("order number as number", lambda rng, _: int(filled(rng, rng.choice(("!#######", "!########", "!#########", "!###########")))), ("order_id", "id", "row_id", "offset", "sequence", "bytes")),
    LookAlike("tracking number", _tracking, ("tracking", "parcel", "shipment_id"), ("Parcel {} is on its way.", "Track it with {}.", "Sendung {} ist unterwegs.")),
    LookAlike("IBAN with a wrong check", _wrong_iban, ("code", "reference", "legacy_id"), ("Reference {} was not found.", "The form refused {}.", "Legacy code {} no longer exists.")),
    LookAlike("IBAN too short", _short_iban, ("code", "reference", "contract"), ("Contract {} was closed.", "See {} in the archive.", "Code {} is unknown.")),
    LookAlike("IBAN of no country", _no_country, ("code", "reference", "asset"), ("Asset {} was moved.", "Lot {} is sold out.", "Inventory number {} is on the label.")),
    LookAlike("SSN ranges not given out", _wrong_ssn, ("code", "part", "form_id"), ("Part {} is out of stock.", "Use form {} for returns.", "Shelf code {} is wrong.")),
    LookAlike("part number", _part_number, ("part_number", "sku", "drawing"), ("Part number {} fits all models.", "SKU {} is back.", "Drawing {} has a new revision.")),
    LookAlike("nine digits", _pattern("#########"), ("invoice", "case_number", "article", "batch_no"), ("Invoice {} was paid.", "Article {} is heavy.", "Batch {} passed the test.")),
    LookAlike("date", _date, ("due", "day", "delivery_date"), ("Delivery is planned for {}.", "Valid from {} on.", "Since {} nothing changed.")),
    LookAlike("time", _time, ("at", "updated_at", "ended_at"), ("Finished at {}.", "{} INFO worker started", "Next run: {}.")),
    LookAlike("coordinates", _place, ("location", "lat", "position"), ("The depot is at {}.", "Position {} was reported.", "Route ends at {}.")),
    LookAlike("money", _money, ("amount", "total", "budget"), ("The total is {}.", "Budget: {} for the year.", "They offered {} for the lot.")),
    LookAlike("ISBN", _isbn, ("isbn", "book", "edition"), ("The manual (ISBN {}) is on the shelf.", "ISBN {} is sold out.", "See ISBN {}, chapter 4.")),
    LookAlike("EAN", _ean, ("ean", "gtin", "barcode"), ("Scan {} again.", "Barcode {} is unreadable.", "EAN {} was discontinued.")),
    LookAlike("VAT number", _pattern("DE#########", "ATU########", "GB#########", "FR##########", "NL#########B01", "SE##########01"), ("vat_id", "tax_number_of_firm", "ustid"), ("Our VAT number is {}.", "USt-IdNr. {} steht auf der Rechnung.", "VAT {} was checked.")),
    LookAlike("change", _change, ("delta", "change", "offset"), ("{} against last week.", "{} for this proposal.", "UTC{} in winter.")),
    LookAlike("telephone-like id", _pattern("20##-0###-4###", "%##-####-##", "^##-####-####-#", "REQ-^##-^##-####", "0#-##-##-##-##-##-##"), ("request_id", "case", "form"), ("Request {} is open.", "Case {} was closed yesterday.", "Fill in form {}.")),
    LookAlike("telephone-like digits", _pattern("^##^######", "0171#######", "49151########", "33612######"), ("account_no", "id", "document_id", "customer_no"), ("Customer no. {} has no open orders.", "Document {} was indexed.", "Row {} was skipped.")),
    LookAlike("chemical number", _pattern("!###-##-#", "!####-##-#"), ("cas", "substance"), ("CAS {} needs a label.", "Substance {} is stored cold.")),
    LookAlike("ISSN", _pattern("!###-####"), ("issn", "journal"), ("Published in ISSN {}.", "Journal {} appears monthly.")),
    LookAlike("bank code", lambda rng, _: letters(rng, "ABDEFKLMNRST", 4) + rng.choice(("DE", "FR", "SE", "NL")) + letters(rng, "FMX23", 2) + rng.choice(("", "500", "XXX")), ("bic", "swift"), ("BIC {} is that of the bank.", "SWIFT code: {}.")),
    LookAlike("container", _pattern("@@@U######!", "@@@U ###### #"), ("container", "unit"), ("Container {} is at the gate.", "Unit {} was weighed.")),
    LookAlike("mean of many digits", lambda rng, _: rng.random() * 10 ** rng.randint(-4, 6), ("mean", "score", "loss", "p99")),
    LookAlike("booking code", lambda rng, _: letters(rng, BASE62[:36], 6) + filled(rng, "-###"), ("pnr", "booking"), ("Your booking code is {}.", "Booking {} was changed.")),
)  # fmt: skip
