"""Whether the owner of an image says, in the response's headers, not to take it."""

from email.message import Message

from crawl2clip.shared.opt_out import OPT_OUT, signals


def objection(headers: Message, user_agent: str | None) -> str | None:
    """What the headers of an image say against taking it: X-Robots-Tag, or the W3C's TDMRep.

    user_agent: our name, as such a header would have it; what is said to others is not for us.
    """
    us = {"*", user_agent.strip().lower() if user_agent else "*"}
    tdm_reservation = ",".join(headers.get_all("TDM-Reservation", []))
    for signal, agent, directive in signals(
        headers.get_all("X-Robots-Tag", []), tdm_reservation, [], None
    ):
        if agent in us and directive in OPT_OUT:
            return "TDM-Reservation 1" if signal == "tdm-header" else f"X-Robots-Tag {directive}"
    return None
