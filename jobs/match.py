r"""Match each text with the entries of the metadata.

    spark-submit --properties-file conf/spark/match.conf jobs/match.py \
        --recipe conf/recipes/metaclip.yaml --run-dir runs/1
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("match")
