"""Devices and resources of Spark tasks."""
