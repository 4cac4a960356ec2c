"""Telephone numbers of many countries, international and as people write them at home."""

from random import Random
from typing import Final, NamedTuple

from ...core.codes import IssueCode
from .case import Half, Sample, Stands
from .draw import draw_for, filled, pick


class Plan(NamedTuple):
    """Part of a country's numbering plan in which every number is one that is given out."""

    region: str
    calling: str
    trunk: str
    """What is dialled before the national number at home."""
    pattern: str
    """The national number in the country's usual groups; letters as in ``draw.filled``."""


PLANS: Final = tuple(
    Plan(*row.split("|"))
    for row in (
        "US|1||(415) ^%#-####", "US|1||212-^%#-####", "US|1||(312) ^%#-####", "CA|1||(416) ^%#-####",
        "GB|44|0|771# ######", "GB|44|0|20 7^## ####", "DE|49|0|151 ########", "DE|49|0|30 ^#######",
        "FR|33|0|6 1# ## ## ##", "FR|33|0|1 4# ## ## ##", "ES|34||6## ## ## ##", "IT|39||33# ### ####",
        "NL|31|0|6 1### ####", "BE|32|0|47# ## ## ##", "AT|43|0|664 #######", "CH|41|0|79 ### ## ##",
        "PL|48||60# ### ###", "PT|351||91# ### ###", "IE|353|0|87 ### ####", "SE|46|0|70-### ## ##",
        "NO|47||40# ## ###", "DK|45||20 !# ## ##", "FI|358|0|40 ### ####", "CZ|420||60% ### ###",
        "SK|421|0|90% ### ###", "HU|36|06 |20 ### ####", "RO|40|0|72# ### ###", "BG|359|0|88# ### ###",
        "GR|30||69# ### ####", "HR|385|0|91 #!# ####", "SI|386|0|31 ### ###", "LT|370|0|612 #####",
        "LV|371||2%# ### ##", "UA|380|0|50 ### ####", "TR|90|0|53# ### ## ##", "IL|972|0|54-^##-####",
        "AE|971|0|50 ### ####", "SA|966|0|50 ### ####", "EG|20|0|10 ########", "ZA|27|0|82 ### ####",
        "NG|234|0|803 ### ####", "KE|254|0|72# ######", "MA|212|0|61# ######", "IN|91|0|98### #####",
        "PK|92|0|30# #######", "TH|66|0|81 ### ####", "VN|84|0|90# ### ###", "MY|60|0|12-### ####",
        "SG|65||91## ####", "ID|62|0|812-####-####", "PH|63|0|917 ### ####", "JP|81|0|90-!###-####",
        "KR|82|0|10-2###-####", "CN|86||138 #### ####", "TW|886|0|912 ### ###", "AU|61|0|41# ### ###",
        "NZ|64|0|21 ### ####", "BR|55||(11) 96### ####", "MX|52||55 1### ####", "CL|56||9 8### ####",
        "CO|57||310 #######", "PE|51||9## ### ###",
    )
)  # fmt: skip

_FORMS: Final = ("compact", "compact", "grouped", "grouped", "dialled", "national", "national", "national")


def phone(rng: Random, half: Half) -> Sample:
    """A valid number. Written nationally it needs a word or a name beside it that tells what it is."""
    plan = pick(rng, PLANS, half)
    national = draw_for(half, lambda: filled(rng, plan.pattern), lambda text: plan.calling + text)
    digits = _digits(plan.calling + national)
    form = rng.choice(_FORMS)
    tag = f"{plan.region} {form}"
    match form:
        case "compact":
            return Sample(IssueCode.SECURITY_PII_PHONE, f"+{digits}", tag)
        case "grouped":
            return Sample(IssueCode.SECURITY_PII_PHONE, f"+{plan.calling} {national}", tag)
        case "dialled":
            text = f"00{plan.calling} {_digits(national)}"
            return Sample(IssueCode.SECURITY_PII_PHONE, text, tag, Stands.IN_CONTEXT, int(digits))
        case _:
            text = f"({plan.trunk}{national}" if national.startswith("(") and plan.trunk else ""
            text = text or f"{plan.trunk}{national}"
            return Sample(IssueCode.SECURITY_PII_PHONE, text, tag, Stands.IN_CONTEXT)


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())
