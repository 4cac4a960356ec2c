"""What people and programs write around a value. Rows are dealt to the halves by ``of_half``, three by three."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...core.codes import IssueCode as C
from .case import Sample, Stands


class Words(NamedTuple):
    """The surroundings of one type: each tells what the value is."""

    sentences: tuple[str, ...]
    """With ``{}`` where the value stands."""
    keys: tuple[str, ...]
    """Names of members that hold it."""
    fields: tuple[str, ...]
    """Names in log lines and query strings."""


NEUTRAL_KEYS: Final = ("value", "text", "ref", "input", "answer", "item", "raw", "entry", "note")
"""Names that tell nothing."""

WORDS: Final[Mapping[C, Words]] = {
    C.SECURITY_PII_CARD: Words(
        (
            "Please charge {} for the remaining balance.",
            "The customer wants to pay with {} and asks for a receipt.",
            "Card on file: {}, valid until next spring.",
            "My card number is {} and the name on it is correct.",
            "Bitte belasten Sie die Kreditkarte {} mit dem Restbetrag.",
            "I typed {} twice and the terminal refused it both times.",
            "Le paiement par carte {} a été refusé hier soir.",
            "Refund the amount to {} as soon as the parcel is back.",
            "La tarjeta {} fue rechazada por el banco.",
            "Use {}; the other one has expired.",
            "Betala med kortet {} i stället, tack.",
            "She read {} out over the telephone, and the agent repeated it.",
            "Il pagamento con la carta {} non è andato a buon fine.",
            "Payment method changed to {} by the caller.",
            "Here you go: {}.",
        ),
        ("card_number", "pan", "cardNumber", "credit_card", "payment_card", "ccnum", "card", "primaryAccountNumber", "cc_number"),
        ("card", "pan", "card_no", "cardNumber", "cc", "payment"),
    ),
    C.SECURITY_PII_IBAN: Words(
        (
            "Transfer the deposit to {} before Friday.",
            "Our new bank account is {}, please update your records.",
            "The refund goes to {} within five working days.",
            "IBAN: {}, reference as agreed.",
            "Bitte überweisen Sie den Betrag auf das Konto {} bis Monatsende.",
            "Salary for March was sent to {} by mistake.",
            "Merci de virer la somme sur le compte {} avant lundi.",
            "The supplier asks us to pay into {} from now on.",
            "El ingreso se hará en la cuenta {} mañana.",
            "Direct debit from {} was returned unpaid.",
            "Proszę przelać kaucję na rachunek {} do piątku.",
            "I gave you {} last week; is anything missing?",
        ),
        ("iban", "bank_account", "payout_account", "ibanNumber", "creditor_account", "beneficiary_iban", "account", "debtorIban"),
        ("iban", "account", "payout_to", "creditor", "bank_account", "dest"),
    ),
    C.SECURITY_PII_SSN: Words(
        (
            "My social security number is {} and I was born in May.",
            "SSN {} does not match the name on the form.",
            "The applicant's SSN is {}, please verify it.",
            "Social Security no. {} was entered on line 3.",
            "For the background check we have SSN: {} on file.",
            "Please confirm that {} is your social security number.",
            "Employee record updated, social security number {} added.",
            "W-2 for SSN {} was sent back by the post office.",
            "Her SSN, {}, was read out twice during the call.",
            "He gave his Social Security Number as {} when asked.",
            "The claim was filed under SSN {} in January.",
            "Enter the SSN ({}) exactly as it stands on the card.",
        ),
        ("ssn", "social_security_number", "socialSecurityNumber", "SSN", "applicant_ssn", "employee_ssn", "ssn_full", "patientSsn"),
        ("ssn", "social_security_number", "applicant_ssn", "SSN", "borrower_ssn", "employeeSsn"),
    ),
    C.SECURITY_PII_EMAIL: Words(
        (
            "Please send the invoice to {} today.",
            "You can reach me at {}, mornings are best.",
            "The confirmation was mailed to {} an hour ago.",
            "From: {}; the subject line was empty.",
            "Bitte antworten Sie an {} und nicht an die alte Adresse.",
            "My address is {} and I do not get the newsletter.",
            "Contactez {} pour toute question sur la livraison.",
            "User {} asked for a copy of the contract.",
            "Escriba a {} si el paquete no llega.",
            "Add {} to the list of recipients.",
            "Skriv till {} om du vill avboka.",
            "Bounced: {} (mailbox full).",
            "Napisz na {} w sprawie reklamacji.",
            "Shared with <{}> until the end of the month.",
            "{} has left a comment on the draft.",
        ),
        ("email", "contact", "e_mail", "user_email", "recipient", "emailAddress", "from", "mail", "cc"),
        ("email", "user", "to", "login", "recipient", "rcpt", "owner"),
    ),
    C.SECURITY_PII_PHONE: Words(
        (
            "Please call me back on {} after five.",
            "My phone number is {}, the old one is gone.",
            "Tel. {}, ask for the service desk.",
            "The driver's mobile is {} if the gate is closed.",
            "Telefon: {}, täglich ab neun Uhr.",
            "Text me at {} when the parcel is there.",
            "Mon numéro de téléphone est le {}, merci de rappeler.",
            "Customer's telephone: {}; language: English.",
            "Mi teléfono es {}, llámame por la tarde.",
            "You can reach her by phone at {} or at the office.",
            "Phone {} was not answered, left a message.",
            "Contact number {} is out of date.",
            "Mobile: {} (private, do not publish).",
            "Call {} to change the appointment.",
            "Il mio numero di telefono è {}, grazie.",
        ),
        ("phone", "mobile", "phone_number", "phoneNumber", "telephone", "contact_phone", "cell", "mobileNumber", "tel"),
        ("phone", "msisdn", "mobile", "tel", "phone_number", "callback_phone"),
    ),
    C.SECURITY_PII_IP: Words(
        (
            "Login from {} was blocked after three attempts.",
            "The visitor came from {} and stayed for two minutes.",
            "Connection reset by {} while reading the answer.",
            "Client {} sent 400 requests in a minute.",
            "Die Anmeldung kam von {} und war ungewöhnlich.",
            "Traffic from {} is limited since noon.",
            "La demande venait de {} selon le journal.",
            "My home address on the net is {} at the moment.",
            "Blocked {} at the firewall, reason: port scan.",
            "Session moved from {} to another device.",
            "User's IP: {}, country unknown.",
            "Refused by {} with a certificate error.",
        ),
        ("ip", "client_ip", "remote_addr", "ipAddress", "source_ip", "visitor", "peer", "x_forwarded_for", "remoteAddress"),
        ("ip", "client", "remote_addr", "src", "peer", "from"),
    ),
    C.SECURITY_PII_PASSPORT: Words(
        (
            "My passport number is {} and it is valid for three years.",
            "Passport no. {} was checked at the desk.",
            "The guest showed passport {} at check-in.",
            "Passport: {}, issued in the capital.",
            "Reisepass Nr. {} wurde vorgelegt.",
            "Booking needs a passport number; he gave {} by mail.",
            "Passeport n° {}, délivré en juin.",
            "Travel document: passport {}, holder present.",
            "Pasaporte número {} presentado en la puerta.",
            "Her passport ({}) expires before the trip.",
            "Numero di passaporto {} registrato.",
            "Please correct the passport number to {} on the ticket.",
            "Paszport nr {} okazany przy odprawie.",
            "Visa application for passport number {} received.",
            "Paspoortnummer {} staat op het formulier.",
        ),
        ("passport", "passport_number", "passportNumber", "passport_no", "traveller_passport", "passportNo"),
        ("passport", "passport_no", "passport_number", "passportNumber"),
    ),
    C.SECURITY_SECRET_JWT: Words(
        (
            "Authorization: Bearer {}",
            "curl -H 'Authorization: Bearer {}' -X GET /v2/orders",
            "The gateway answered 401 for token {} at noon.",
            "Cookie: session={}; Path=/; Secure",
            "I logged in and got {} back.",
            "Try again with {} in the header.",
        ),
        ("token", "id_token", "access_token", "authorization", "jwt", "bearer"),
        ("token", "access_token", "id_token", "jwt", "auth", "session"),
    ),
    C.SECURITY_SECRET_PRIVATE_KEY: Words(
        (
            "Here is the key of the build machine:\n{}",
            "The deploy failed with this key:\n{}Please look at it.",
            "cat id_file printed\n{}",
            "Use the following to sign:\n{}and tell nobody.",
            "KEY='{}'",
            "Pasted by mistake: {}",
        ),
        ("private_key", "key", "tls_key", "signing_key", "content", "ssh_key"),
        ("key", "pem", "signing_key", "private_key"),
    ),
    C.SECURITY_SECRET_AWS: Words(
        (
            "aws_secret_access_key = {}",
            "export AWS_SECRET_ACCESS_KEY={}",
            "AWS secret access key: {}",
            "aws configure set aws_secret_access_key {}",
            'AWS_SECRET_KEY="{}" ./run',
            "The secret access key of the AWS account is {} for now.",
        ),
        ("aws_secret_access_key", "secretAccessKey", "SecretAccessKey", "AWS_SECRET_ACCESS_KEY", "aws_secret_key", "awsSecretAccessKey"),
        ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "awsSecretAccessKey", "aws_secret_key"),
    ),
    C.SECURITY_SECRET_GITHUB: Words(
        (
            "git clone https://x-access-token:{}@github.com/velido/tools.git",
            "Use {} to push to the repository.",
            "The runner printed {} into its log.",
            "export GH_TOKEN={}",
            "My personal access token is {} (repo scope).",
            "echo {} | gh auth login --with-token",
        ),
        ("github_token", "gh_token", "token", "GITHUB_TOKEN", "pat", "ghToken"),
        ("token", "gh_token", "GITHUB_TOKEN", "access_token"),
    ),
    C.SECURITY_SECRET_SLACK: Words(
        (
            "The bot posts with {} since Monday.",
            "SLACK_TOKEN={}",
            "curl -d @message.json {}",
            "Alerts go out with {} at night.",
            "I set {} in the workspace settings.",
            "Old one: {}, please rotate.",
        ),
        ("slack_token", "bot_token", "slack", "webhook", "slackToken", "notify_with"),
        ("slack", "bot_token", "SLACK_TOKEN", "notify"),
    ),
    C.SECURITY_SECRET_STRIPE: Words(
        (
            "Payments use {} in production.",
            "STRIPE_SECRET_KEY={}",
            "curl https://api.stripe.com/v1/charges -u {}:",
            "The key {} was found in the page source.",
            "stripe.api_key = '{}'",
            "Replace {} with the new key before the release.",
        ),
        ("stripe_key", "stripe_secret", "api_key", "STRIPE_KEY", "payments_key", "secretKey"),
        ("stripe_key", "STRIPE_SECRET_KEY", "key", "api_key"),
    ),
    C.SECURITY_SECRET_GOOGLE: Words(
        (
            "GET /maps/api/geocode/json?address=Harbour&key={}",
            "The map does not load with {} on the new domain.",
            "GOOGLE_API_KEY={}",
            "gcloud returned {} for the service.",
            "The browser sent {} to the sheet service.",
            "Put {} into the configuration and restart.",
        ),
        ("google_api_key", "maps_key", "googleApiKey", "GOOGLE_KEY", "oauth_token", "key"),
        ("key", "GOOGLE_API_KEY", "access_token", "maps_key"),
    ),
    C.SECURITY_SECRET_GENERIC: Words(
        (
            "password: {}",
            "api_key={}",
            "DB_PASSWORD='{}' make migrate",
            'client_secret: "{}"',
            "The password is {} until the next rotation.",
            "export SERVICE_API_KEY={}",
            "X-Api-Key: {}",
            "auth_token = {}",
            "secret_key: {}  # of the staging service",
        ),
        ("password", "api_key", "client_secret", "auth_token", "secret", "apiKey", "db_password", "clientSecret", "access_token", "SECRET_KEY", "passwd", "refresh_token"),
        ("password", "api_key", "client_secret", "auth_token", "secret", "access_token"),
    ),
}  # fmt: skip

_ACCESS_KEY_IDS: Final = Words(
    (
        "aws_access_key_id = {}",
        "AWS_ACCESS_KEY_ID={} terraform plan",
        "The call was signed with {} and refused.",
        "Deactivate {} in the console.",
        "Credential={}/20260211/eu-north-1/s3/aws4_request",
        "Key {} was last used in March.",
    ),
    ("aws_access_key_id", "accessKeyId", "AccessKeyId", "AWS_ACCESS_KEY_ID", "access_key", "aws_key"),
    ("aws_access_key_id", "AWSAccessKeyId", "access_key_id", "key_id"),
)


def words_around(sample: Sample) -> Words:
    """What fits around the sample."""
    if sample.code is C.SECURITY_SECRET_AWS and sample.stands is Stands.ALONE:
        return _ACCESS_KEY_IDS
    return WORDS[sample.code]
