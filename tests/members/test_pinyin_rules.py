import pytest

from members.rules.pinyin import initials_of, pinyin_of


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("王晓梅", "wangxiaomei", "wxm"),
        ("李娜", "lina", "ln"),
        ("欧阳娜娜", "ouyangnana", "oynn"),
        ("吕燕", "lvyan", "ly"),
        ("王 晓 梅", "wangxiaomei", "wxm"),
        ("Anna Lee", "annalee", "al"),
        ("Anna O'Neil-Smith", "annaoneilsmith", "aos"),
        ("Zoë Müller", "zoemvller", "zm"),
        ("CDNOW 00001", "cdnow00001", "c0"),
        ("王Anna", "wanganna", "wa"),
        ("Anna单", "annadan", "ad"),
        ("古丽·买买提", "gulimaimaiti", "glmmt"),
        ("138****1234", "1381234", "11"),
        ("Ａｎｎａ", "anna", "a"),
        ("", "", ""),
        ("😀", "", ""),
    ],
)
def test_a_name_is_found_by_what_is_typed(name, pinyin, initials):
    assert pinyin_of(name) == pinyin
    assert initials_of(name) == initials


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单小姐", "shanxiaojie"),
        ("曾国藩", "zengguofan"),
        ("仇英", "qiuying"),
        ("解晓东", "xiexiaodong"),
        ("查良镛", "zhaliangyong"),
        ("任盈盈", "renyingying"),
        ("区小红", "ouxiaohong"),
        ("朴树", "piaoshu"),
        ("翟天临", "zhaitianlin"),
        ("缪小姐", "miaoxiaojie"),
        ("尉迟恭", "yuchigong"),
        ("长孙无忌", "zhangsunwuji"),
        ("万俟卨", "moqixie"),
        ("令狐冲", "linghuchong"),
        ("单", "shan"),
        ("尉迟", "yuchi"),
    ],
)
def test_a_surname_is_read_as_a_surname(name, pinyin):
    assert pinyin_of(name) == pinyin


@pytest.mark.parametrize(("name", "pinyin"), [("王单", "wangdan"), ("李解", "lijie"), ("陈重庆", "chenchongqing")])
def test_elsewhere_the_same_character_has_its_ordinary_reading(name, pinyin):
    assert pinyin_of(name) == pinyin
