"""The names of the defects that were measured in real LKPP answers, as an import's account shows them."""

# 1: dates. The `Z` is local midnight with a letter behind it.
Z_NOT_UTC = "trap 1: a date with Z that is not UTC, taken as the local date"
DATE_FORM = "trap 1: a date in a form of its own (Aug 13, 2025, 12:00:00AM; 31 Desember 2026; 29-05-2026)"
DATE_UNREADABLE = "trap 1: a date that cannot be read, taken as unknown"
# 2: numbers.
ZERO = "trap 2: 0 where the number is unknown"
CENTS = "trap 2: an amount that is no whole number, rounded to the rupiah"
AMOUNT_TEXT = "trap 2: an amount written for people (Rp 1.000.000,00; 3,8 Jt)"
AMOUNT_UNREADABLE = "trap 2: an amount that cannot be read, taken as unknown"
# 3 and 4: tax numbers.
NPWP_FORM = "trap 3: an NPWP with dots, dashes, spaces or 15 digits"
NPWP_BROKEN = "trap 3: an NPWP that is empty, masked or fails its check"
NPWP_COLUMN = "trap 4: the NPWP under another of its five column names"
# 5 and 6: rows.
SAID_TWICE = "trap 5: a row said twice"
ADDENDUM = "trap 5: a contract repeated for an addendum"
STAGE_OPEN = "trap 6: a stage without its contract or its winner yet"
VALUE_DIFFERS = "trap 7: the contract's value differs from the award's"
KSO_TEXT = "trap 8: members of a consortium only as free text"
PERSON = "trap 9: a natural person won"
OTHER_YEAR = "trap 10: signed in another year than its budget's"
DURATION_TEXT = "trap 10: a duration as free text"
MARKUP = "trap 11: HTML, _x000d_ or stray spaces in a text"
SEVERAL_PLANS = "trap 11: several plans in one kd_rup"
WIDE_NUMBER = "trap 12: a number of a package beyond 32 bits"
LOCAL_NUMBER = "trap 12: an old number that ends with the code of its LPSE"
# 14: met in OCDS of the same city first.
ZERO_DATE = "trap 14: a zero date of a database, taken as unknown"
ENDS_FIRST = "trap 14: ends before it starts, the end taken as unknown"
