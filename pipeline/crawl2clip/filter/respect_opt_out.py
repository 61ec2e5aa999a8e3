"""Drop pairs from pages that opt out of crawling or of training."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.shared.opt_out import DIRECTIVES, OPT_OUT
from crawl2clip.stage import Filter, stage

_KNOWN = DIRECTIVES | OPT_OUT


@stage
class RespectOptOut(Filter):
    """Keep pairs whose page addresses none of the `directives` to any of the `agents`.

    Pages state directives in X-Robots-Tag headers, robots meta tags, or the W3C's TDMRep
    (tdm-reservation), all of which `opt_out` records. A page that states nothing, null or an empty
    list, is kept.

    directives: any that `opt_out` may hold, such as nofollow; img2dataset refuses images for the
    first four of the default. agents: the user agents that apply; '*' addresses everybody, and case
    does not matter. Add the name of your crawler, or those of others, as in ['*', CCBot, GPTBot],
    to obey the directives addressed to them.
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

        # Null: there is no list, or it holds a null and no directive that applies.
        return ~F.coalesce(F.exists("opt_out", objects), F.lit(False))
