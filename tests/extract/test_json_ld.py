"""Images that a page describes in JSON-LD."""

import json

import pytest

from crawl2clip.extract.html.json_ld import images_in


def found(data: object) -> list[tuple[list[str], list[str]]]:
    images = list(images_in(json.dumps(data)))
    assert {image.url_source for image in images} <= {"json_ld"}
    return [([link.href for link in i.links], [text for _, text in i.texts]) for i in images]


def test_an_image_object_has_a_caption_and_a_name() -> None:
    image = {
        "@type": "ImageObject", "contentUrl": "/a.jpg", "url": "/b.jpg", "width": 640,
        "height": "480px", "caption": " A  dog ", "name": "Dog",
    }  # fmt: skip

    assert found(image) == [(["/a.jpg", "/b.jpg"], ["A dog", "Dog"])]
    [only] = images_in(json.dumps(image))
    assert (only.width, only.height) == (640, 480)
    assert only.texts == (("json_ld", "A dog"), ("json_ld", "Dog"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"@type": "Recipe", "name": "Soup", "image": "/s.jpg"}, [(["/s.jpg"], ["Soup"])]),
        ({"name": "Soup", "image": ["/s.jpg", "/t.jpg"]},
         [(["/s.jpg"], ["Soup"]), (["/t.jpg"], ["Soup"])]),
        ({"name": "Soup", "image": {"url": "/s.jpg", "name": "A bowl"}},
         [(["/s.jpg"], ["A bowl"])]),
        ({"@graph": [{"a": [{"@type": ["Thing", "ImageObject"], "url": "/g.jpg", "name": "G"}]}]},
         [(["/g.jpg"], ["G"])]),
        ([{"@type": "ImageObject", "url": "/1.jpg", "name": "1"},
          {"@type": "ImageObject", "url": "/2.jpg", "name": "2"}],
         [(["/1.jpg"], ["1"]), (["/2.jpg"], ["2"])]),
        ({"@type": "ImageObject", "url": "/a.jpg"}, []),
        ({"@type": "ImageObject", "caption": "no link"}, []),
        ({"@type": "ImageObject", "url": "data:image/png,", "caption": "inline"}, []),
        ({"@type": "ImageObject", "url": 7, "caption": ["x"], "width": True}, []),
        ({"publisher": {"logo": {"@type": "ImageObject", "url": "/l.png", "caption": "Us"}}}, []),
        ({"image": {"@id": "#x"}, "name": "Soup"}, []),
        ("text", []),
        (None, []),
    ],
)  # fmt: skip
def test_finds_images_wherever_they_stand(data: object, expected: object) -> None:
    assert found(data) == expected


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": NaN}', "// no\n{}", '"\\ud800"'])
def test_bad_json_is_nothing(text: str) -> None:
    assert list(images_in(text)) == []


def test_depth_and_size_are_bounded() -> None:
    image = '{"@type": "ImageObject", "url": "/a.jpg", "name": "x"}'

    assert len(list(images_in("[" * 30 + image + "]" * 30))) == 1
    assert list(images_in("[" * 40 + image + "]" * 40)) == []
    assert len(list(images_in(f"[{','.join([image] * 20_000)}]"))) < 20_000
