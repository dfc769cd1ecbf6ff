"""The handbook page of the error catalogue."""

from catalogue import CLASSES

INTRODUCTION = """\
<!-- Written by tools/gen_docs from tradewind/core/tws/errors/error_codes.csv. Changes here are lost. -->

# Error codes

The gateway reports errors, warnings and plain notices in one message, `error`: an id, a code and a text. An id above 0
names a request or an order, -1 the session. The code alone does not tell how bad it is: a range of numbers means
nothing, so each code has its line here. A code that is not on this page decides nothing: it is shown, the order it names
is looked up at the broker, and nothing is taken for rejected, cancelled or ended.

**Ends** says what a code does, in this order: to a request that is no order; to an order just placed; to a change of a
live order; to a cancel.

| word | meaning |
|---|---|
| no, none | it goes on |
| yes | the request has ended; nothing more comes |
| a list | only requests of these kinds have ended |
| rejected | the order was never accepted |
| refused | the change or the cancel had no effect; the order lives on as it was |
| cancelled | the order is cancelled |
| ask | the code alone does not tell: read the text, and ask the broker about an order |

**Basis** is how we know: from IB's documentation; *observed* at a gateway; *reported* by users and other projects;
*unverified*; or *retired*, which is documented as no longer in use."""


def table(codes):
    lines = ["| code | severity | meaning | ends: request, new order, change, cancel | what to do | basis |", "|---|---|---|---|---|---|"]
    for code in codes:
        request = ", ".join(kind.replace("_", "-") for kind in code.kinds) if code.kinds else code.request
        ends = f"{request}; {code.new_order}; {code.modification}; {code.cancellation}"
        lines.append(f"| {code.code} | {code.severity} | {code.meaning} | {ends} | {code.what_to_do} | {code.basis} |")
    return lines


def page(codes):
    parts = [INTRODUCTION]
    for category, about in CLASSES.items():
        members = [code for code in codes if code.category == category]
        if members:
            title = category.replace("-", " ").capitalize()
            parts.append("\n".join([f"## {title}", "", f"{about[0].upper()}{about[1:]}.", "", *table(members)]))
    return "\n\n".join(parts) + "\n"
