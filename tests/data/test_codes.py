"""The code lists are whole: parents and maps exist, and every word means one code only."""

import re
from collections import defaultdict

import pytest

from matcher.domain.codes import code_list, resolve_code, resolve_sector
from matcher.domain.term import fold

LISTS = ("regions", "gb", "sei", "ipc", "local")


@pytest.mark.parametrize("name", LISTS)
def test_parents_and_maps_exist(name):
    entries = code_list(name)
    for entry in entries.values():
        assert entry.parent is None or entry.parent in entries
        for target in entry.maps_to:
            scheme, _, code = target.partition(":")
            assert code in code_list(scheme), (entry.code, target)


@pytest.mark.parametrize("name", LISTS)
def test_a_word_means_one_code(name):
    meant = defaultdict(set)
    for entry in code_list(name).values():
        for word in (entry.code, entry.zh, entry.en, *entry.synonyms):
            meant[fold(word)].add(entry.code)
    doubtful = {word: codes for word, codes in meant.items() if len(codes) > 1}
    # GB/T 4754 itself gives three sections and their only division the same name; the section has it.
    assert set(doubtful) == ({"房地产业", "教育", "国际组织"} if name == "gb" else set())


@pytest.mark.parametrize("name", LISTS)
def test_list_names_its_version_and_source(name):
    entries = code_list(name)
    assert re.fullmatch(r"20\d\d\.\d\S*", entries.version)
    assert len(entries.source) > 20


def test_sizes_of_the_public_standards():
    gb, sei, ipc = code_list("gb"), code_list("sei"), code_list("ipc")
    assert [sum(len(code) == size for code in gb) for size in (1, 3)] == [20, 97]
    assert sum(entry.parent is None for entry in sei.values()) == 9
    assert [code for code in ipc if len(code) == 1] == list("ABCDEFGH")
    assert len(code_list("local")) == 16


def test_regions_nest_as_their_codes_say():
    regions = code_list("regions")
    provinces = [code for code in regions if code.endswith("0000") and code != "100000"]
    prefectures = [code for code in regions if code.endswith("00") and not code.endswith("0000")]
    assert (len(provinces), len(prefectures)) == (34, 333)
    for code, entry in regions.items():
        assert re.fullmatch(r"\d{6}", code)
        if entry.parent and entry.parent != "100000":
            assert code.startswith(entry.parent.rstrip("0"))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("浙江", "330000"),
        ("台州", "331000"),
        ("Taizhou", "331000"),
        ("泰州", "321200"),
        ("Suzhou", "320500"),
        ("宿州", "341300"),
        ("吉林", "220000"),
        ("吉林市", "220200"),
        ("海南", "460000"),
        ("椒江", "331002"),
        ("黄岩区", "331003"),
        ("玉环市", "331083"),
        ("浦东", "310115"),
        ("南京市鼓楼区", "320106"),
        ("朝阳市", "211300"),
        ("北京市朝阳区", "110105"),
        ("全国", "100000"),
        ("Xi'an", "610100"),
    ],
)
def test_place_names(word, code):
    assert code_list("regions").resolve(word) == code


@pytest.mark.parametrize(
    "word", ["朝阳", "鼓楼区", "鼓楼", "普陀区", "江北区", "Yulin", "Yichun", "台州湾新区", "高新区"]
)
def test_ambiguous_names_and_zones_have_no_code(word):
    assert code_list("regions").resolve(word) is None


@pytest.mark.parametrize(
    ("word", "sector"),
    [
        ("固态电池", "sei:新能源"),
        ("半导体", "sei:电子核心产业"),
        ("人工智能", "sei:人工智能"),
        ("AI", "sei:人工智能"),
        ("医疗器械", "sei:生物医学工程"),
        ("创新药", "sei:生物医药"),
        ("低空经济", "sei:航空装备"),
        ("低空", "sei:航空装备"),
        ("精密制造", "sei:高端装备制造"),
        ("光电信息", "sei:电子核心产业"),
        ("advanced materials", "sei:新材料"),
        ("智能马桶", "local:L11"),
        ("C26", "gb:C26"),
        ("H01M", "ipc:H01M"),
        ("量子纠缠", "text:量子纠缠"),
    ],
)
def test_sector_words(word, sector):
    assert resolve_sector(word) == sector


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("gb", "C2641", "C26"),
        ("gb", "c264", "C26"),
        ("gb", "2641", "C26"),
        ("gb", "A2641", None),
        ("gb", "C26411", None),
        ("ipc", "H01M10/0562", "H01M"),
        ("ipc", "H01M 10/0562", "H01M"),
        ("ipc", "a61b", "A61B"),
        ("ipc", "B60Z", "B60"),
        ("ipc", "I01M", None),
        ("regions", "331002001", None),
    ],
)
def test_finer_codes_give_the_entry_they_lie_in(name, word, code):
    assert resolve_code(name, word) == code


def test_a_bare_number_is_no_sector():
    assert resolve_sector("2024") == "text:2024"
    assert resolve_sector("gb:C2641") == "gb:C26"
