"""Each real file, cut off anywhere, gives a report: ten thousand cases; garbled ones are in `test_garbled`."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutating import AT_ONCE, GROUPS, cut, judge, sample_files, ten_thousand


@pytest.mark.parametrize("group", range(GROUPS))
@ten_thousand
@given(data=st.data())
def test_a_file_that_was_cut_off_gives_a_report(samples: Path, tmp_path: Path, group: int, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sample_files(samples)[group::GROUPS]), "file")
    for share in data.draw(st.lists(st.floats(0, 1), min_size=AT_ONCE, max_size=AT_ONCE), "shares"):
        judge(tmp_path, file.name, cut(file.read_text(encoding="utf-8"), share))
