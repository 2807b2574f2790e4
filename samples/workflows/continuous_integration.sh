#!/usr/bin/env bash
# The check of an analysis in continuous integration: the verdicts of today are those of the run that is kept as reference.
#
#     bash continuous_integration.sh CARD REFERENCE WORK
#
# REFERENCE is a run folder; where there is none yet, this run becomes it. Exit code 5: a verdict has changed, or a result is
# missing. WORK may be cached from one job to the next: what is still valid in it is not computed again.
set -euo pipefail
card=$1 reference=$2 work=$3

symhep validate "$card"
symhep run "$card" -o "$work/run" --log "$work.log"
if [ ! -e "$reference/results.json" ]; then
    cp -R "$work/run" "$reference"
fi
symhep compare "$reference" "$work/run" --fail-on verdict -o "$work/comparison" --force
