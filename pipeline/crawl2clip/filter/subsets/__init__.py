"""DataComp's subset files."""
