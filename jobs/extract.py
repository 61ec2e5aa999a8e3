r"""Extract pairs of images and texts from WARC files.

    spark-submit --properties-file conf/spark/extract.conf jobs/extract.py \
        --recipe conf/recipes/metaclip.yaml --run-dir runs/1 --source 'crawl/*.warc.gz'
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("extract")
