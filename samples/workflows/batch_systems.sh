#!/usr/bin/env bash
# Farms for batch systems: submit files for HTCondor and Slurm, and one that this machine does itself.
#
#     bash batch_systems.sh CARD OUT
#
# OUT/htcondor/tasks.sub and OUT/slurm/tasks.slurm are to be handed in on a machine that has the scheduler. OUT/shell is done
# here, round by round: symhep merge writes the next round until the run is complete (exit code 6 while it is not).
set -euo pipefail
card=$1 out=$2 tasks=2

# What a site asks for goes into the submit file by --line.
symhep farm "$card" -o "$out/htcondor" --tasks $tasks --to htcondor --line '+JobFlavour = "longlunch"'
symhep farm "$card" -o "$out/slurm" --tasks $tasks --to slurm --line '#SBATCH --partition=short'

symhep farm "$card" -o "$out/shell" --tasks $tasks --to shell
until
    bash "$out/shell/tasks.sh" $tasks || exit
    code=0; symhep merge "$out/shell" || code=$?
    [ $code -ne 6 ]
do :; done
exit $code
