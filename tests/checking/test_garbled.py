"""Each real file, with anything in the place of some of it, gives a report: ten thousand cases."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutating import AT_ONCE, GROUPS, garbled, judge, mixed, sample_files, ten_thousand


@pytest.mark.parametrize("group", range(GROUPS))
@ten_thousand
@given(data=st.data())
def test_a_file_with_something_else_in_it_gives_a_report(
    samples: Path, tmp_path: Path, group: int, data: st.DataObject
) -> None:
    file = data.draw(st.sampled_from(sample_files(samples)[group::GROUPS]), "file")
    for share, gone, piece in data.draw(st.lists(garbled, min_size=AT_ONCE, max_size=AT_ONCE), "changes"):
        judge(tmp_path, file.name, mixed(file.read_text(encoding="utf-8"), share, gone, piece))
