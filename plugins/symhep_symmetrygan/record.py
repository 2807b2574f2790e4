"""The summary and the arrays of a result: all that tables, sentences and figures are made from.

Restarts are numbered e < E, parameters of the search space k < K, coordinates of an event D, projections j < J,
tangents of the space G, slices s < S. Matrices act on scaled coordinates; parameters are in the units of the data.
p-values are pairs ``p_value``, ``log10_p``, of which the first is 0 below 1e-308; those with the ending ``_adjusted``
are Holm's; null: not tested. A section that was not asked for, or for which there was nothing to do, is null or [].

Summary, by key.

- ``space``: name, parameters [label], discrete [label], coordinates [name of each of D], dimension (G, or null);
- ``training``: restarts, steps, batch, terms [what was added to the loss, in words];
- ``events``: train, held, effective (of those held out), negative (share of the weight);
- ``vectors`` {number, components}, ``scale``, ``unit``, ``level``;
- ``elements``: how many restarts gave an element; ``verdicts``: kept, failed, diverged, kept_as_trained, not_tested;
- ``kl``: projections [name], bins, and for symmetry (found elements as training left them), refined (after step 3),
  kept and failed (refined, by the verdict of the p-value), random (elements of the space), noise (half against half
  of the data) {mean [J], error [J] (of the mean), number}; ratio [mean of symmetry / mean of noise, J]. In nats;
- ``posthoc_loss``: found, found_error, random, random_error, ideal (2 ln 2), kept and failed {value, error, number}:
  the losses are means over elements, the errors those of the means;
- ``algebra``: kind 'continuous' | 'finite' | 'not determined', why, dimension (null: not determined), name,
  confidence, p_value, log10_p (of the elements' fit), alternatives [[name, share]]; ``generators`` [{label,
  coefficients {tangent: c}, errors {tangent: e}}], of length 1; ``notes`` [what a reader must know of them];
- ``components``: [{name, elements (found), kept (of them), verdict 'kept' | 'approximate', action 'commutes' |
  'anticommutes' | 'mixes' | null, action_error, distance (from the element with that name, or null), order (of its
  elements, or null), matrix (the representative, homogeneous, on scaled coordinates), p_value, log10_p,
  p_value_adjusted, log10_p_adjusted (of the representative, or null), rejected, kl [J], posthoc_loss {value, error}
  (means over the elements as trained)}], of found elements: the identity's component first;
- ``finite``: {name ('Z_7', 'D_4'), order, found (of these), elements (that fell into them), orders {order: number},
  closed, rotations, reflections} or null: the group itself; ``component_group``: the same of the components of a
  continuous one;
- ``composition``: {steps, exponent {value, error} (of the error's growth k^exponent), usable (largest k at which the
  KL stays below twice the noise)} or null;
- ``catalogue``: 'lorentz', 'poincare' or null; ``subgroups``: [{name, label, algebra, dimension, at_lab, kl [J] or
  null, posthoc_loss {value, error} or null, p_value, log10_p, p_value_adjusted, log10_p_adjusted, rejected, survives,
  how 'tested' | 'implied' | 'candidates', by [the classes that imply it], limit_of [name], family
  'classes' | 'lab'}]; a row of the family 'lab' is a generator at its own place ('J_z'); ``maximal_subgroups`` [row];
- ``discrete``: [{name, meaning, same_as, trivial, p_value, log10_p, p_value_adjusted, log10_p_adjusted, rejected,
  asymmetry {value, low, high} or null}], of elements that the card names; the asymmetry is a fraction;
- ``asymmetry``: {value, low, high}: forward-backward, of oppositely charged pairs, or null;
- ``landscape``: {slices [{x, y (null: a line), fixed {parameter: value}, maxima [[x, y]], false_maxima
  [[x, y]], ridge}], source} or null;
- ``map``: {formula, coordinates [name], median, p90 (of the distance from the formula), far (share beyond 0.5),
  far_error, learned {runs, samples, median, p90, far, far_error, against_trainings, points} or null} or null;
- ``inertial``: {how, kept, rejected} or null: what was asked of the inertial density;
- ``symmetry``: for `symhep augment`, with its arrays, as `symhep.methods.symmetry.Symmetry` describes it, or null.

Arrays.

- ``parameters`` (K,), their ``periods`` (K,) (0: no angle), ``initial`` and ``final`` (E, K); ``verdict`` (E,)
  'kept', 'failed', 'diverged' or 'not tested'; ``component`` (E,) a name of ``components`` or ''; ``matrices`` and
  ``refined`` (E, D + 1, D + 1) as trained and after step 3; ``log10_p``, ``log10_p_adjusted``, ``log10_p_trained``
  (E,) and ``moved`` (E,) how far step 3 went (NaN: not tested); ``loss`` (E, T) of the discriminators at
  ``loss_steps`` (T,), both halves summed: 2 ln 2 if they guess;
- ``projections`` (J,); ``kl_found`` (as training left them), ``kl_refined`` (E, J), ``kl_random`` (.., J),
  ``kl_noise`` (.., J); ``posthoc_found``, ``posthoc_found_error`` (E,), ``posthoc_random``, ``posthoc_random_error``
  (..,);
- ``span_values`` (G,) singular values of the logarithms of found elements, ``span_noise`` (G,) those of noise alone;
  ``tangents`` (G,) labels; ``generators`` and ``generators_error`` (r, G), ``generator_labels`` (r,);
- ``composition_steps`` (C,), and at each the mean over chains of the distance from the exact power,
  ``composition_distance`` with ``composition_distance_error`` (C,), and of the divergences, ``composition_kl`` with
  ``composition_kl_error`` (C, J);
- ``slice_{s}_x`` (X,), ``slice_{s}_y`` (Y,), ``slice_{s}_loss`` (X, Y), less 2 ln 2, or (X,) without y;
  ``slice_{s}_points`` (E, 2) or (E, 1): found elements, ``slice_{s}_near``
  (E,) those on it; ``slice_{s}_ridge`` (.., 2): points
  of a continuous maximum;
- ``map_coordinates`` (M,), ``map_periods`` (M,) (0: none), ``map_initial``, ``map_final``, ``map_expected`` (E, M):
  by the formula; of a learned map ``omega_initial``, ``omega_final``, ``omega_expected`` (V, M) on fresh points, and
  ``omega_trained`` (V', M) separate trainings from the first V' of them.

Histograms, weighted: ``projection: NAME`` over (which, value) and ``plane: A, B`` over (which, a, b), in the units of
the data, axes labelled by what they hold; ``which`` is 'events', 'found' (after the best kept element, else the best)
or 'random', of held-out events.
"""

from __future__ import annotations

from symhep_symmetrygan.arrays import drawing_arrays
from symhep_symmetrygan.outcome import Outcome
from symhep_symmetrygan.summary import summarise

__all__ = ["Outcome", "drawing_arrays", "summarise"]
