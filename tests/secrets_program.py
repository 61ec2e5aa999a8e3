"""A run whose source is signed anew each time: stopped, resumed, refused, and found done.

Arguments: folder of the run, its source, the source with a wrong password, and an address that lets
the server forget which signatures have expired.
"""

import sys
import traceback
from urllib.request import urlopen

from crawl2clip.__main__ import main
from crawl2clip.cli.spark_submit import outcome, say
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import session
from crawl2clip.engine.source import Source
from crawl2clip.recipe import load_recipe

run, source, wrong, signed = sys.argv[1:]
recipe = ["run", f"{run}.yaml", "--run-dir", run, "--cores", "1", "--source"]
for given in (source, source, wrong):
    try:
        main([*recipe, given])
    except SystemExit as ended:
        print("exit", ended.code, file=sys.stderr, flush=True)
    except Exception:
        traceback.print_exc()
    urlopen(signed).close()
again = Run(load_recipe(f"{run}.yaml"), Source(source), run)
say(outcome(run_job(session(), again, "extract")))
