"""Run any command of crawl2clip in the session that spark-submit provides.

spark-submit jobs/command.py entries --to s3a://bucket/lists/wordnet
"""

from crawl2clip.__main__ import main

if __name__ == "__main__":
    main()
