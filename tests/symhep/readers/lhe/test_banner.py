"""MadGraph's cards in a header: process, cuts, groups of weights."""

from __future__ import annotations

import pytest

from symhep.readers.lhe import LheReader

HEADER = """<header>
<MG5ProcCard>
<![CDATA[
import model sm
generate p p > e+ e-
generate p p > t t~  # a second 'generate' replaces the first
add process p p > t t~ j
output
]]>
</MG5ProcCard>
<MGRunCard>
<![CDATA[
# 99 = ptj ! a remark
  20.0  = ptj ! minimum pt for the jets
  -1.0  = ptjmax
  1d5   = ptlmax ! what old cards say for none
  2.5D0 = etal
  0.0   = etalmin
  1.0   = ea
  50 = ebmax
  0.4 = drjl
  60 = mmllmax
  {6: 100, 25: 50.5} = pt_min_pdg
  {'default': False} = mxx_only_part_antipart
  {23: 6.0} = mxx_min_pdg
  30 = xptl
  80 = ptj1min
  5 = maxjetflavor
  15.0 = bwcutoff
]]>
</MGRunCard>
<initrwgt>
<weightgroup name="Central scale variation" combine="envelope">
<weight id="1" MUR="0.5" MUF="1.0" PDF="247000" > MUR=0.5 </weight>
<weight id="2" MUR="1.0" MUF="1.0" DYN_SCALE="3" PDF="247000" > dyn_scale_choice=HT/2 </weight>
<weight id="3" MUR="2.0" MUF="1.0" DYN_SCALE="3" PDF="247000" > MUR=2.0 dyn_scale_choice=HT/2 </weight>
</weightgroup> # scale
<weightgroup name="NNPDF" combine="replicas"> # 247000: a > b
<weight id="4" MUR="1.0" MUF="1.0" PDF="247000" >  </weight>
<weight id="5" MUR="1.0" MUF="1.0" PDF="247001" > PDF=247000 MemberID=1 </weight>
</weightgroup>
<weightgroup type='scale_variation'>
<weight id='1001'> muR=0.10000E+01 muF=0.10000E+01 </weight>
<weight id='1002'> muR=0.10000E+01 muF=0.20000E+01 </weight>
</weightgroup>
<weight id='alone'> no group </weight>
</initrwgt>
</header>
"""


@pytest.fixture
def schema(tmp_path, lhe):
    def run(header: str):
        path = tmp_path / "events.lhe"
        path.write_text(lhe.document(lhe.event(), header=header))
        return LheReader().schema(str(path), LheReader.Options())

    return run


def test_process_and_cuts(schema):
    found = schema(HEADER)
    assert found.process == "p p > t t~; p p > t t~ j"
    assert [str(cut) for cut in found.cuts] == [
        "pt > 20 GeV of jets (ptj)",
        "|eta| < 2.5 of charged leptons (etal)",
        "energy > 1 GeV of photons (ea)",
        "energy < 50 GeV of b quarks (ebmax)",
        "Delta R > 0.4 of jets with charged leptons (drjl)",
        "mass < 60 GeV of pairs of charged leptons (mmllmax)",
        "pt > 100 GeV of PDG 6 (pt_min_pdg)",
        "pt > 50.5 GeV of PDG 25 (pt_min_pdg)",
        "mass > 6 GeV of pairs of PDG 23 (mxx_min_pdg)",
        "pt > 30 GeV of at least one charged lepton (xptl)",
        "pt > 80 GeV of jets, number 1 in pt (ptj1min)",
    ]
    jets, leptons = found.cuts[:2]
    assert (jets.variable, jets.particles, jets.above, jets.below) == ("pt", (1, 2, 3, 4, 21, 5), 20.0, None)
    assert (leptons.variable, leptons.particles, leptons.below) == ("abs_eta", (11, 13, 15), 2.5)
    assert all(cut.variable is None for cut in found.cuts if "pairs" in cut.text or "at least" in cut.text)


def test_at_next_to_leading_order_cuts_are_on_clustered_jets(schema):
    (cut,) = schema("<header><MGRunCard>\n 1 = jetalgo\n 10 = ptj\n -1 = etaj\n</MGRunCard></header>\n").cuts
    assert (cut.text, cut.variable) == ("pt > 10 GeV of clustered jets (ptj)", None)


def test_groups_of_weights_say_what_varies(schema):
    found = schema(HEADER)
    assert found.weights == ("XWGTUP", "1", "2", "3", "4", "5", "1001", "1002", "alone")
    assert found.weight_groups == {
        "Central scale variation (MUR, MUF)": ("1",),
        "Central scale variation (DYN_SCALE)": ("2",),
        "Central scale variation (MUR, MUF, DYN_SCALE)": ("3",),
        "NNPDF (PDF)": ("4", "5"),
        "scale_variation": ("1001",),
        "scale_variation (MUR, MUF)": ("1002",),
    }


def test_older_process_cards_and_none(schema):
    card = "<MGProcCard>\n# Begin PROCESS # This is TAG\nmu+ mu- > e+ e-     #Process\n</MGProcCard>\n"
    assert schema(f"<header>\n{card}</header>\n").process == "mu+ mu- > e+ e-"
    assert (schema("").process, schema("").cuts, schema("").weight_groups) == (None, (), {})
