"""The mapping report tells of files that nothing came of."""

import json


async def test_the_report_tells_of_recordings_without_rows_and_of_unknown_names(centre, capturi, command, call):
    """Page and file have number and examples; a number in a path is reduced to its form like everywhere else."""
    async with capturi() as address:
        here = centre(address)
        here.record(1, 7, 8, "+4531313131")
        here.write("calls.csv", [call(1)])
        here.write("notes.pdf", b"x")
        await here.run()
        folder = here.project.folder
        told = await command(folder, "report", "--format", "json", "--out", str(folder / "report.json"), afresh=True)
        page = await command(folder, "report", "--format", "html", "--out", str(folder / "report.html"))
    assert (0, 0) == (told.code, page.code), (told, page)
    rows = json.loads((folder / "report.json").read_text())["tables"]["unused"]
    found = {one["what"]: (one["files"], sorted(one["examples"])) for one in rows}
    assert (1, ["notes.pdf"]) == found["name that tells nothing"]
    files, examples = found["recording without a session"]
    assert 3 == files
    assert {"audio/7.wav", "audio/8.wav"} < set(examples)
    text = (folder / "report.html").read_text()
    assert "Files that nothing came of" in text
    assert "audio/7.wav" in text
    assert "4531313131" not in text
    assert "4531313131" not in (folder / "report.json").read_text()
