"""Commands that provide input: a small synthetic web, or archives of a crawl."""

import argparse
import subprocess
import threading

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK, say
from crawl2clip.extract.archives.commoncrawl import PATHS, choose
from crawl2clip.recipe import RecipeError
from crawl2clip.synthetic_web import SampleSettings, make_sample, serving


def add(commands: Commands) -> None:
    """Register the commands."""
    sub = commands.add("crawl", choose_archives, "crawl2clip crawl CC-MAIN-2026-05 --files 10")
    sub.add_argument("crawl", help="its name; https://commoncrawl.org/get-started lists them")
    sub.add_argument("--files", type=int, required=True, help="how many archives")
    sub.add_argument("--seed", type=int, default=0, help="default: 0")
    sub.add_argument("--paths", default=PATHS, help=f"list of all archives; default: {PATHS}")
    sub.add_argument("--base", help="where that list's paths start, such as s3://commoncrawl/")
    sub.add_argument("--to", help="list to write; default: named after the crawl")
    _add_sample(commands.add("sample", make_a_sample, "crawl2clip sample build/sample"))
    sub = commands.add("serve", serve_sample, "crawl2clip serve build/sample -- crawl2clip run ...")
    sub.add_argument("folder", help="made by crawl2clip sample")
    sub.add_argument("run", nargs="*", metavar="COMMAND", help="to run meanwhile, after --")


def _add_sample(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folder", help="to make; must not exist yet, or hold the same sample")
    for name in ("seed", "pages", "pictures", "hosts", "warcs", "port"):
        default = getattr(SampleSettings(), name)
        sub.add_argument(f"--{name}", type=int, help=f"default: {default:,}")


def make_a_sample(options: argparse.Namespace) -> int:
    """Generate a small web with known truth, and the archives of its crawl."""
    given = {"seed": options.seed, "pages": options.pages, "pictures": options.pictures}
    given |= {"hosts": options.hosts, "warcs": options.warcs, "port": options.port}
    settings = SampleSettings(**{k: v for k, v in given.items() if v is not None})
    try:
        make_sample(options.folder, settings, say)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    out.print(f"sample: {options.folder}/warc.paths.gz", soft_wrap=True, highlight=False)
    return OK


def choose_archives(options: argparse.Namespace) -> int:
    """Choose random archives of a crawl, and write a list of them."""
    try:
        chosen = choose(
            options.crawl, options.files, options.seed, options.paths, options.base, options.to
        )
    except (ValueError, OSError) as error:
        raise RecipeError(str(error)) from None
    out.print(chosen, soft_wrap=True, highlight=False)
    return OK


def serve_sample(options: argparse.Namespace) -> int:
    """Serve the sample's web on loopback while a command runs, or until interrupted."""
    try:
        with serving(options.folder):
            if options.run:
                return subprocess.call(options.run)
            say("serving; stop with Ctrl-C")
            threading.Event().wait()
    except (ValueError, OSError) as error:  # no sample there, or its port is taken
        raise RecipeError(str(error)) from None
    except KeyboardInterrupt:
        pass
    return OK
