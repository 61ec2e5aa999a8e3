r"""Add definitions of rare words to captions.

    spark-submit --properties-file conf/spark/enrich.conf jobs/enrich.py \
        --recipe conf/recipes/klite.yaml --run-dir runs/1
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("enrich")
