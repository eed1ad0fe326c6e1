"""Countries whose holidays can be modelled and currencies, for the choices on the Data page.

Country codes are ISO 3166-1 alpha-2 and each is known to the `holidays` package (a test compares); currency codes are
ISO 4217.
"""

from __future__ import annotations

_COUNTRIES = """
AR Argentina, AU Australia, AT Austria, BH Bahrain, BD Bangladesh, BE Belgium, BO Bolivia, BA Bosnia and Herzegovina,
BR Brazil, BG Bulgaria, CA Canada, CL Chile, CN China, CO Colombia, CR Costa Rica, HR Croatia, CY Cyprus, CZ Czechia,
DK Denmark, DO Dominican Republic, EC Ecuador, EG Egypt, SV El Salvador, EE Estonia, FI Finland, FR France, GE Georgia,
DE Germany, GH Ghana, GR Greece, GT Guatemala, HN Honduras, HK Hong Kong, HU Hungary, IS Iceland, IN India, ID Indonesia,
IQ Iraq, IE Ireland, IL Israel, IT Italy, JM Jamaica, JP Japan, JO Jordan, KZ Kazakhstan, KE Kenya, KR Korea, KW Kuwait,
LV Latvia, LB Lebanon, LT Lithuania, LU Luxembourg, MY Malaysia, MT Malta, MX Mexico, MD Moldova, MA Morocco,
NL Netherlands, NZ New Zealand, NI Nicaragua, NG Nigeria, MK North Macedonia, NO Norway, OM Oman, PK Pakistan, PA Panama,
PY Paraguay, PE Peru, PH Philippines, PL Poland, PT Portugal, QA Qatar, RO Romania, SA Saudi Arabia, RS Serbia,
SG Singapore, SK Slovakia, SI Slovenia, ZA South Africa, ES Spain, LK Sri Lanka, SE Sweden, CH Switzerland, TW Taiwan,
TZ Tanzania, TH Thailand, TN Tunisia, TR Turkey, UA Ukraine, AE United Arab Emirates, GB United Kingdom,
US United States, UY Uruguay, UZ Uzbekistan, VE Venezuela, VN Vietnam
"""
COUNTRIES: dict[str, str] = {
    code: name for code, _, name in (entry.strip().partition(" ") for entry in _COUNTRIES.replace("\n", " ").split(","))
}
_CURRENCIES = """
EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON TRY ILS AED SAR ZAR NGN KES EGP INR PKR BDT CNY HKD TWD JPY KRW SGD MYR THB
IDR PHP VND AUD NZD CAD MXN BRL ARS CLP COP PEN
"""
CURRENCIES: tuple[str, ...] = tuple(_CURRENCIES.split())
