"""Phrases that readers had to puzzle over must not come back: the field has terms for what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: What users read: code (its strings, docstrings and comments), generated schemas, documentation.
PLACES = ("symhep", "plugins", "docs", "README.md", "CONTRIBUTING.md")
SUFFIXES = {".py", ".md", ".ipynb", ".json", ".yaml"}
#: A space of a phrase: also a line break in prose, in a comment, or between the pieces of one string.
_SPACE = r"""(?:\s|["']\s*\n\s*f?["']|\n\s*\#:?)+"""

#: Phrase -> what to write. Add a phrase as soon as the tree is free of it; one line each, by subject.
PHRASES = {
    # statistics
    "sizes of breakings": "sizes of violations",
    "half of the epsilon": "v_m = epsilon / 2",
    "95 % intervals, all": "simultaneous 95 % confidence intervals",
    "with nothing left by which": "cannot distinguish",
    "is an even azimuth": "uniform azimuth",
    "not be told from an effect": "may be an effect of",
    "far off the surface": "r.m.s. displacement off the surface",
    "whatever the density on it": "independent of the density on it",
    "an event's weight says nothing": "the weight does not depend on the transformation",
    "probability of rejecting what holds": "significance level (family-wise error rate)",
    "describe no density": "effective number of events (sum w)^2 / sum w^2 = 3.2 < 10",
    "nine of ten such samples": "would be detected with 90 % power",
    "named function": "predefined observable",
    "is a rank among": "p-value of a randomisation test",
    "95 % limit": "upper limit at 95 % CL",
    "broken by less than": "95 % CL upper limit",
    # verdicts
    "respected:": "compatible:",
    "none survives": "none is compatible",
    "survives, in no larger": "compatible, maximal",
    "lie in no other survivor": "maximal compatible classes",
    "On these events some elements do the same": "T acts like P on these events",
    "nothing was tested": "no hypothesis was tested",
    "nothing may be concluded": "allows no conclusion",
    "more events would tell": "more events are needed",
    # symmetries
    "Where symmetries break": "violations by region",
    "is broken most clearly": "the most significant violation of",
    "respect no continuous symmetry": "no continuous symmetry among the candidates is compatible",
    "no symmetry alone, but": "a symmetry only in combination",
    "in front of factor": "coefficient",
    "Haar's measure": "Haar measure",
    "stretches without end": "is not compact",
    "moves without end": "is not compact",
    "could not be placed along": "not constrained along",
    "that the events chose": "the best-fit generator",
    "Of single generators": "individual generators in the lab frame",
    "as near as one likes": "a limiting case of",
    "may tell their order alone": "may only reflect the pt ordering",
    "moves no event": "acts trivially on these events",
    "leaves every event as it is": "acts trivially on all events",
    "leave the support of the events": "do not preserve the surface on which the events lie",
    "leads off the surface": "does not preserve the surface on which the events lie",
    "closed under brackets": "closed under commutators",
    "flow that comes back": "closed orbit",
    "flow does not come back": "its orbits are not closed",
    "how broken": "size of the violation",
    "size of the breaking": "size of the violation",
    "that the events do not tell apart": "that the events cannot distinguish",
    # training
    "are kept once refined": "are accepted after refinement",
    "as trained and refined": "before and after refinement",
    "turns the generators round": "anticommutes with the generators",
    "the game for": "adversarial training",
    "ended in numbers that are not finite": "diverged (parameters not finite)",
    "these judge the components": "components are tested on these events",
    "reads less than the noise": "is below the noise",
    "were fooled best": "least distinguishable transformations",
    "as training left": "before refinement",
    "that training never s": "held-out events",
    "tell events from": "distinguish events from transformed events",
    "batches of the game": "adversarial training steps",
    "knows its training events by heart": "overtraining",
    "what was added to the loss": "additional loss terms",
    # errors and options
    "no turn;": "is not a rotation;",
    "a bracket is open": "'(' without ')'",
    "nothing beside a": "a factor is missing next to",
    "fewest effective": "effective number of events",
    "say nothing of a density": "are too few to test a density",
    "have no covariance": "their covariance cannot be estimated",
    "look for infinities": "remove infinite events or weights",
    "does not go with a number": "is not available for a variable number",
    "no search space is called": "unknown search space",
    "no algebra is called": "unknown algebra",
    "no compact group is called": "unknown compact group",
    "leave out 'reference'": "remove 'reference'",
    "wanted, at least one": "give at least one",
    "both say relative to what": "give either ... or ..., not both",
    "to speak of": "too few",
    "as many as it takes": "a number or a formula",
    # vae, oracle
    "knows these by heart": "overtraining",
    "know these by heart": "overtraining",
    "the networks have hardly moved": "the networks are hardly trained",
    "have no reliable spread": "no reliable estimate of the spread between runs",
    "where the line is drawn": "the threshold",
    "was not trained on": "held-out events",
    "at best a soft constraint": "not a strict constraint",
    "leave their span": "are not in their span",
    "in other company": "depends on the other events",
    "not the one asked for": "differs from 'checksum' in the card",
    "breaks by itself": "requires an exact oracle",
    # data, selection, cards
    "are not looked at": "blinded",
    "every event weighs": "all events have weight 1",
    "are worth events": "effective number of events",
    "describe it badly": "the variance is dominated by the tail",
    "so that none counts": "all weights are 0",
    "counts as noise": "is treated as noise",
    "no object may be called": "reserved name",
    "is none of {": "is not one of",
    "so many at most": "maximum number",
    "of your own, in": "a user function",
    "has as many members each": "different numbers of members",
    "is not at hand": "is not available",
    "an object sees others": "'where' may use other objects only after their own 'where'",
    # errors
    "mend the": "correct the",
    "mend this": "correct this",
    "is no formula": "cannot be drawn as a formula",
    "is no mapping": "is not a mapping",
    "did the job that wrote it fail": "check the job that wrote it",
    "holds no run": "is not a run folder",
    "holds no farm": "is not a farm folder",
    "is not as symhep writes it": "is damaged or was changed",
    "a card may not name": "the function ... is not allowed in a card",
    "announces such a function": "registers this function",
    "may not be named": "is not allowed",
    "no command is called": "unknown command",
    "no selection is called": "unknown selection",
    "no region is called": "unknown region",
    "no weight is called": "unknown weight",
    "would count double": "would be counted twice",
    "look at this event in the file": "check this event in the file",
    "keep what there is": "use the events before this point",
    "where a number belongs": "instead of a number",
    "where text belongs": "instead of text",
    "that are no text": "that are not text",
    "a whole number": "an integer",
    "which symhep never reads": "is not supported",
    "copy or produce it again": "copy or create it again",
    "Was it out of memory": "if it ran out of memory",
    "has its batch system any room": "check the queue of the batch system",
    # commands
    "Tell each step": "print each step",
    "may be repeated": "repeatable",
    "What is blind stays blind": "blinded results are not exported",
    "without a scheduler of ours": "write a folder with the batch jobs",
    "to see that it is what it was": "compute the checksums again",
    "as the file says": "from the file",
    "a card that suits": "a card for",
}


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(_SPACE.join(map(re.escape, phrase.split())))


def found(phrase: str, text: str) -> Iterator[int]:
    """Lines of ``text`` in which ``phrase`` begins."""
    for match in _pattern(phrase).finditer(text):
        yield text.count("\n", 0, match.start()) + 1


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Path -> text of everything that users read."""
    paths = [
        p
        for place in PLACES
        for p in ([ROOT / place] if place.endswith(".md") else (ROOT / place).rglob("*"))
    ]
    kept = [p for p in paths if p.suffix in SUFFIXES and p.is_file()]
    return {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in kept}


def test_the_phrases_do_not_come_back(texts):
    places = [
        f"{path}:{line}: '{phrase}'; write: {instead}"
        for phrase, instead in PHRASES.items()
        for path, text in texts.items()
        for line in found(phrase, text)
    ]
    assert not places, "\n".join(["phrases that must not come back:", *places])


@pytest.mark.parametrize(
    "text",
    ["x\nit moves no event", 'x = (\n    "it moves no "\n    f"event"\n)', "x\n# it moves\n# no event"],
)
def test_a_phrase_is_found_across_lines(text):
    assert [text.splitlines()[line - 1].strip(' "#f')[:8] for line in found("moves no event", text)] == [
        "it moves"
    ]


def test_the_scan_reads_what_users_read(texts):
    assert {"README.md", "CONTRIBUTING.md"} < set(texts)
    assert any(path.startswith("plugins") and path.endswith("record.schema.json") for path in texts)
