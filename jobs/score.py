r"""Score how well image and text match, on GPUs where available.

    spark-submit --properties-file conf/spark/score.conf jobs/score.py \
        --recipe conf/recipes/dfn.yaml --run-dir runs/1
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("score")
