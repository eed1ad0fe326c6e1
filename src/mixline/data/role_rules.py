"""What words in column names mean: the one place for the patterns behind the suggested roles.

Words are compared with the lower-cased parts of a name (`tvSpend_EUR` has tv, spend, eur). Robyn's endings _S, _I, _P, _B
and _O count only as capitals. Add a word here; `roles` needs no change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _ranked(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DATE_WORDS = _words(
    "date dates day week month period time ds dt wk datum tag woche monat jour semaine mois fecha start strt"
)
SPEND_WORDS = _words(
    "spend spends spent spending cost costs invest investment investments budget mdsp kosten ausgaben "
    "werbekosten depense depenses gasto gastos inversion adspend"
)
SPEND_BUT_NOT = _words("goods cogs shipping logistics delivery living wage wages labor labour energy per")
EXPOSURE_WORDS: Mapping[str, int] = {
    # unit of exposure -> preference where a channel has several (closest to what people saw first)
    "impressions": 1, "impression": 1, "imps": 1, "impr": 1, "imp": 1, "mdip": 1, "views": 2, "view": 2, "grps": 1,
    "grp": 1, "trps": 1, "trp": 1, "clicks": 3, "click": 3, "reach": 4, "sends": 2, "sent": 2, "opens": 4,
    "circulation": 2, "spots": 3, "insertions": 3, "contacts": 3, "listens": 2, "plays": 2,
}  # fmt: skip
CLICKS_FIRST = frozenset({"search", "affiliate"})  # bought by the click: clicks say more than impressions
NOISE_WORDS = _words("media paid ad ads advertising amount eur usd gbp chf in net gross weekly daily total sum of")
ROBYN_ENDINGS: Mapping[str, str] = {"S": "spend", "I": "exposure", "P": "exposure", "B": "context", "O": "organic"}

# Outcome words, best first: revenue explains a business, a click does not.
GOAL_WORDS = _ranked(
    "revenue revenues umsatz umsaetze sales turnover gmv income ventas erloes net_sales conversions conversion "
    "orders order bestellungen purchases purchase transactions bookings subscriptions signups registrations "
    "installs leads acquisitions customers units kpi outcome target_metric y"
)
NOT_THE_GOAL = _words("price discount promo promotion tax share index rate margin competitor per avg average")
PLAN_WORDS = _words("forecast forecasted plan planned target predicted prediction fitted ly budgeted")

COMPETITOR_WORDS = _words("competitor competitors competition comp rival wettbewerb wettbewerber")
ORGANIC_WORDS = _words(
    "organic newsletter newsletters seo crm push sms posts blog pr earned owned mailing mailings email emails"
)
SEGMENT_WORDS = _words(
    "country land region market markt brand marke store geo dma state territory city pays pais segment division"
)
COUNTRY_WORDS = _words("country land pays pais market markt")
CALENDAR_WORDS = _words(
    "yr year jahr qtr quarter quartal month monat mon prd period wk week woche kw day tag dow weekday fiscal "
    "iso nbr no num number index idx id in of the"
)
SEASON_DUMMY_WORDS = _words("seas season month week wk prd period quarter qtr m w q")
HOLIDAY_WORDS = _words("hldy holiday holidays hol feiertag feiertage christmas easter thanksgiving newyear bankholiday")
TOTAL_WORDS = _words("total all overall sum gesamt")

# What else moves an outcome: word -> what it is called in a reason.
CONTEXT_WORDS: Mapping[str, str] = {
    **dict.fromkeys(_words("price prices pricing preis preise rrp aov"), "a price"),
    **dict.fromkeys(_words("discount discounts rabatt markdown mrkdn"), "a discount"),
    **dict.fromkeys(_words("promo promos promotion promotions offer offers sale aktion va"), "a promotion"),
    **dict.fromkeys(_words("event events anlass"), "events"),
    **dict.fromkeys(_words("temperature temp weather rain sun sunshine snow wetter"), "the weather"),
    **dict.fromkeys(
        _words("cpi inflation gdp unemployment confidence economy economic me ics gas fuel"), "the economy"
    ),
    **dict.fromkeys(_words("st stores store outlets distribution acv doors"), "distribution"),
    **dict.fromkeys(_words("stock inventory availability oos"), "availability"),
    **dict.fromkeys(_words("covid lockdown stringency pandemic"), "the pandemic"),
    **dict.fromkeys(_words("trends demand searches"), "demand"),
    **dict.fromkeys(HOLIDAY_WORDS, "holidays"),
}

# Kind of media -> words. The short codes are those of exports such as mdsp_audtr (audio, traditional).
KINDS: Mapping[str, frozenset[str]] = {
    kind: _words(words)
    for kind, words in {
        "tv": "tv television linear vidtr fernsehen drtv",
        "radio": "radio audio audtr auddig podcast podcasts spotify hoerfunk",
        "print": "print newspaper newspapers nsp magazine magazines mag insert inserts inst flyer flyers catalog catalogue "
        "dm mail directmail zeitung prospekt",
        "ooh": "ooh dooh outdoor billboard billboards cinema plakat transit",
        "search": "search sem sea ppc adwords bing google shopping brandsearch suche",
        "social": "social so facebook fb meta instagram ig tiktok snapchat snap pinterest linkedin twitter reddit",
        "video": "video youtube yt olv ctv viddig streaming",
        "display": "display banner banners programmatic gdn retargeting remarketing rtb criteo on native",
        "email": "email emails em newsletter newsletters sms push crm mailing mailings edm",
        "affiliate": "affiliate affiliates aff partner partners influencer influencers",
    }.items()
}

# How a channel's short name is written for people, where a capital letter alone is not enough.
LABELS: Mapping[str, str] = {
    "tv": "TV", "ooh": "OOH", "dooh": "DOOH", "sem": "Search", "sea": "Search", "seo": "SEO", "ppc": "PPC", "crm": "CRM",
    "sms": "SMS", "fb": "Facebook", "yt": "YouTube", "youtube": "YouTube", "ctv": "Connected TV", "pr": "PR",
    "dm": "Direct mail", "inst": "Inserts", "nsp": "Newspaper", "auddig": "Digital audio", "audtr": "Radio",
    "vidtr": "TV", "viddig": "Digital video", "so": "Social", "on": "Online display", "em": "Email", "aff": "Affiliate",
    "tiktok": "TikTok", "linkedin": "LinkedIn",
}  # fmt: skip


def split_name(name: str) -> tuple[str, ...]:
    """The lower-cased words and numbers of a column name: `tvSpend_EUR2` gives tv, spend, eur, 2."""
    parted = re.sub(r"([a-zäöüß])([A-ZÄÖÜ])", r"\1 \2", name)
    parted = re.sub(r"([A-ZÄÖÜ]{2,})([A-ZÄÖÜ][a-zäöüß]{2,})", r"\1 \2", parted)
    words = re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", parted)
    return tuple(
        word.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss") for word in words
    )


def robyn_ending(name: str) -> str:
    """spend, exposure, context or organic for a name that ends in _S, _I, _P, _B or _O; else empty."""
    match = re.search(r"[a-z0-9]_([SIPBO])$", name)
    return ROBYN_ENDINGS[match.group(1)] if match else ""


def channel_stem(name: str) -> str:
    """What is left of a spend or exposure column's name without its unit: `search_clicks_P` gives search."""
    shorter = re.sub(r"(?<=[a-z0-9])_[SIPO]$", "", name)
    words = [
        w for w in split_name(shorter) if w not in SPEND_WORDS and w not in EXPOSURE_WORDS and w not in NOISE_WORDS
    ]
    return "_".join(words)


def media_kind(stem: str) -> str:
    """The kind of media a channel's name speaks of, `other` if none."""
    words = set(stem.split("_"))
    for kind, known in KINDS.items():
        if words & known:
            return kind
    return "other"


def channel_label(stem: str) -> str:
    """A channel's name as people write it: `tv_brand` gives TV brand."""
    words = [LABELS.get(word, word) for word in stem.split("_") if word]
    label = " ".join(words)
    return label[:1].upper() + label[1:]
