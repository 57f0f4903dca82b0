"""Check that a faults specification means what it says, and that a seed always tells the same story."""

import contextlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigurationError
from connector.sandbox.faults import Dice, Fault, Mishap, parse_faults

WHOLE = "latency=50ms,429=5%:retry=2,500=1%,commit-timeout=1%,reset=1%"
WRONG = {
    "latency": "write latency=50ms",
    "latency=50": "write latency=50ms",
    "latency=-1ms": "write latency=50ms",
    "latency=601s": "write latency=50ms",
    "429=5": "write 429=5%:retry=2",
    "429=5%:retry=soon": "write 429=5%:retry=2",
    "500": "write 500=5%",
    "500=101%": "lower it",
    "500=1%:retry=2": "write 500=1%",
    "reset=-1%": "write reset=5%",
    "502=1%": "one of latency, 429, 500, 500-after-commit, commit-timeout, reset, seed",
    "seed=x": "write seed=7",
    "500=1%,500=2%": "name each fault once",
    "500=60%,reset=50%": "lower them",
}


def test_the_documented_specification_is_read():
    """Each part of the documented example comes out as what it says."""
    faults = parse_faults(WHOLE)
    assert 0.05 == faults.latency_seconds
    assert (
        Fault(Mishap.TOO_MANY, 0.05, 2),
        Fault(Mishap.ERROR, 0.01),
        Fault(Mishap.COMMIT_TIMEOUT, 0.01),
        Fault(Mishap.RESET, 0.01),
    ) == faults.faults
    assert WHOLE == faults.text


@pytest.mark.parametrize(("text", "remedy"), WRONG.items(), ids=WRONG)
def test_a_wrong_part_is_named_with_its_remedy(text, remedy):
    """A mistake says which part it is in and what to write."""
    with pytest.raises(ConfigurationError) as caught:
        parse_faults(text)
    (problem,) = caught.value.problems
    assert text.split(",")[-1] in problem.message
    assert remedy == problem.hint


def test_all_wrong_parts_are_named_at_once():
    """Two mistakes give two problems."""
    with pytest.raises(ConfigurationError) as caught:
        parse_faults("latency=5,reset=1%,nonsense")
    assert 2 == len(caught.value.problems)


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_nothing_means_no_faults(text):
    """An empty specification is a well-behaved Capturi."""
    assert ((), 0.0, "") == (parse_faults(text).faults, parse_faults(text).latency_seconds, parse_faults(text).text)


def test_shares_may_come_to_everything():
    """Three thirds are not more than all, and then every throw hits."""
    dice = Dice(parse_faults("429=33.3%,500=33.3%,reset=33.4%,seed=1"))
    assert None not in {dice.throw()[0] for _ in range(1000)}


def test_a_date_can_be_asked_for():
    """retry-date asks for an HTTP date in place of seconds."""
    (fault,) = parse_faults("429=1%:retry-date=30").faults
    assert (30, True) == (fault.retry_seconds, fault.retry_as_date)


@given(seed=st.integers(0, 10**17))
def test_a_seed_tells_the_same_story_again(seed):
    """Two dice with one seed throw alike."""
    one, other = (Dice(parse_faults(f"{WHOLE},seed={seed}")) for _ in range(2))
    assert [one.throw() for _ in range(50)] == [other.throw() for _ in range(50)]


def test_shares_are_kept_to():
    """Over many throws each fault comes about as often as asked, with depths all over its share."""
    dice = Dice(parse_faults("429=20%,reset=5%,seed=3"))
    thrown = [dice.throw() for _ in range(20_000)]
    counted = Counter(fault.mishap if fault else None for fault, _ in thrown)
    assert 4000 == pytest.approx(counted[Mishap.TOO_MANY], rel=0.05)
    assert 1000 == pytest.approx(counted[Mishap.RESET], rel=0.1)
    depths = [depth for fault, depth in thrown if fault and fault.mishap is Mishap.RESET]
    assert 0.5 == pytest.approx(sum(depths) / len(depths), abs=0.05)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    """Whatever is written, there are faults or a configuration error, and nothing else."""
    with contextlib.suppress(ConfigurationError):
        parse_faults(text)
