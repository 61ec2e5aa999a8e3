import json

from crawl2clip.synthetic_web.entries import entries


def test_entries_are_numbers_words_and_pairs_of_words_that_are_frequent():
    found = entries(
        ["Three red circles.", "a red circle,", "red circle", "A red circle", "red circle"]
    )

    assert {"0", "9", "42", "99", "three", "red", "circles", "circle", "red circle"} <= set(found)
    assert not {"100", "Three", "circles.", "three red", "a red", ""} & set(found)
    assert {"红色", "星", "zeppelin", "red panda"} <= set(found)


def test_the_entries_of_a_sample_are_sorted_and_distinct_and_match_its_captions(tiny, rows):
    found = json.loads((tiny / "entries.json").read_text(encoding="utf-8"))

    assert found == sorted(set(found))
    texts = [f" {row['text'].lower()} " for row in rows if row["is_true"] and row["lang"] == "en"]
    assert all(any(f" {entry} " in text for entry in found) for text in texts)
    assert not any(" zeppelin " in text for text in texts)
