"""Sessions and recordings may lie in one bucket and be read with different credentials."""

import json


async def test_two_credentials_into_one_bucket(make_project, capturi, reading, moto_server, s3_bucket, monkeypatch):
    """Each credential enters the bucket by itself; every call arrives with its audio, and again nothing is new."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        for number in (1, 2, 3):
            project.call(number)
        export = project.folder / "export"
        for path in sorted(export.rglob("*.*")):
            moto_server.write(s3_bucket, path.relative_to(export).as_posix(), path.read_bytes())
        place = f"s3://{s3_bucket}"
        project.read_from(place, moto_server.options, monkeypatch.setenv)
        monkeypatch.setenv("OTHER_SECRET", "another-secret" * 3)
        other = {**moto_server.options, "access_key_id": "AKIDANOTHER", "secret_access_key": "${OTHER_SECRET}"}
        recordings = json.dumps({"storage": place, "options": other})
        project.edit_job((f'  storage: "{place}"', f'  recordings: {recordings}\n  storage: "{place}"'))
        project.clock.moment = project.clock.moment.replace(year=2126)
        first, second = (await project.run()).as_dict(), (await project.run()).as_dict()
        arrived = await reading(address)
    assert (3, 3, 3) == (first["seen"], first["delivered"], first["audio_uploaded"]), first
    assert (3, 0) == (second["unchanged"], second["delivered"])
    assert 3 == len(arrived.audio)
