"""Balance the pairs, so that rare concepts count as much as frequent ones.

spark-submit jobs/balance.py --recipe conf/recipes/metaclip.yaml --run-dir runs/1
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("balance")
