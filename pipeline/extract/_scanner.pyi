from pipeline.extract.events import Event

WANTED: tuple[str, ...]

def events(page: bytes, wanted: int) -> list[Event] | str: ...
