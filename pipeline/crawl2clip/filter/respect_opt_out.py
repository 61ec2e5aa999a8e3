"""Pages that say they are not to be taken, or not to be trained on."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.shared.opt_out import DIRECTIVES, OPT_OUT
from crawl2clip.stage import Filter, stage

_KNOWN = DIRECTIVES | OPT_OUT


@stage
class RespectOptOut(Filter):
    """Keep pairs whose page says none of the `directives` to one of the `agents`.

    A page says so in X-Robots-Tag headers, robots metas, or the W3C's TDMRep (tdm-reservation), all
    of which `opt_out` holds; null or an empty list is a page that says nothing, and stays.

    directives: any that `opt_out` may hold, nofollow for example; img2dataset refuses images for
    the first four of the default. agents: whom a page may address for it to concern us; '*' is
    everybody, and case does not matter. Add the name your crawler goes by, or those of other
    crawlers, as ['*', CCBot, GPTBot], to take what is said to them as said to you.
    """

    reads = ("opt_out",)

    directives: tuple[str, ...] = tuple(sorted(OPT_OUT))
    agents: tuple[str, ...] = ("*",)

    def check(self) -> None:
        for name in self.directives:
            if name not in _KNOWN:
                known = ", ".join(sorted(_KNOWN))
                raise ValueError(f"there is no directive {name!r}; there are {known}")
        if not (self.directives and self.agents):
            raise ValueError("directives and agents want at least one each; '*' is everybody")

    def keep(self) -> Column:
        agents = [agent.strip().lower() for agent in self.agents]

        def objects(said: Column) -> Column:
            to_us = F.lower(said["agent"]).isin(agents)
            return to_us & F.lower(said["directive"]).isin(list(self.directives))

        # Null: there is no list, or a null in it and nothing that objects.
        return ~F.coalesce(F.exists("opt_out", objects), F.lit(False))
