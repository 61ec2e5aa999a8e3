"""Opt-outs that an image's owner declares in the headers of the response."""

from email.message import Message

from crawl2clip.shared.opt_out import OPT_OUT, signals


def objection(headers: Message, user_agent: str | None) -> str | None:
    """Return the header that forbids taking an image, if one does, and what it says.

    X-Robots-Tag counts, and the W3C's TDM-Reservation. user_agent: the name under which rules for
    us are written; rules for other agents are ignored.
    """
    us = {"*", user_agent.strip().lower() if user_agent else "*"}
    tdm_reservation = ",".join(headers.get_all("TDM-Reservation", []))
    for signal, agent, directive in signals(
        headers.get_all("X-Robots-Tag", []), tdm_reservation, [], None
    ):
        if agent in us and directive in OPT_OUT:
            return "TDM-Reservation 1" if signal == "tdm-header" else f"X-Robots-Tag {directive}"
    return None
