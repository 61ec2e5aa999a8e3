r"""Download and resize the images.

    spark-submit --properties-file conf/spark/fetch.conf jobs/fetch.py \
        --recipe conf/recipes/metaclip.yaml --run-dir runs/1
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("fetch")
