r"""Write the pairs as WebDataset shards for training CLIP.

    spark-submit --properties-file conf/spark/shard.conf jobs/shard.py \
        --recipe conf/recipes/metaclip.yaml --run-dir runs/1
"""

from crawl2clip.cli.spark_submit import job_main

if __name__ == "__main__":
    job_main("shard")
