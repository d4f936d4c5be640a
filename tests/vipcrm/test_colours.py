import pytest
from django.template import Context, Template

from service_tickets.services.defaults import CATALOGUES
from vipcrm.colours import colour_value

NAMED = [
    ("驼色", "#b99a78"),
    ("驼", "#b99a78"),
    ("深驼色", "#b99a78"),
    ("藏青", "#1f2f4f"),
    ("Camel", "#b99a78"),
    ("dark navy", "#1f2f4f"),
    ("#A7A4A2", "#a7a4a2"),
]
NO_COLOUR = ["", " ", "色", "印花", "其他", "花色", "infrared", "#", "#zzzzzz", "#驼驼驼", '#"><script>']


@pytest.mark.parametrize(("name", "value"), NAMED)
def test_a_name_has_its_colour(name, value):
    assert colour_value(name) == value


@pytest.mark.parametrize("name", NO_COLOUR)
def test_what_is_no_colour_has_none(name):
    assert colour_value(name) == ""


def test_the_catalogue_of_service_agrees():
    """Catalogue F is data there and may be changed; as it is delivered, one name means one colour everywhere."""
    codes = [code for group in CATALOGUES["F"].values() for code in group if len(code) > 3]
    assert len(codes) > 12
    assert {(code[1], colour_value(code[1])) for code in codes} == {(code[1], code[3]) for code in codes}
    assert {(code[2], colour_value(code[2])) for code in codes} == {(code[2], code[3]) for code in codes}


def drawn(colour):
    return Template("{% load ui %}{% swatch colour %}").render(Context({"colour": colour}))


def test_a_swatch_is_drawn_in_the_colour_or_not_at_all():
    assert 'fill="#b99a78"' in drawn("驼色")
    assert drawn("印花") == drawn("") == ""
