"""How the search went down: the best error so far in each trial."""

from __future__ import annotations

from dashboard.figures.drawing import Document, Drawing, Look, Table, make_figure
from dashboard.figures.format import write_share
from dashboard.theme import fade
from mixline.messages import Candidates

HEIGHT = 280
CLOSE = 0.05  # trials whose best errors lie within this of each other found the same


def draw_convergence(candidates: Candidates, look: Look) -> Drawing:
    """One falling staircase per trial, over the candidates the model keeps; the end is the trial's true best.

    The trial the model was chosen from is coloured. Channels have their colours to themselves, so that the others are grey.
    """
    errors = candidates.error or candidates.nrmse
    best = {trial.trial: trial.best for trial in candidates.trials}
    own = candidates.trial[candidates.chosen]
    data: list[Document] = []
    table: list[tuple[str | float | None, ...]] = []
    lowest, start = [], []
    for trial in sorted(set(candidates.trial)):
        rows = [row for row, of in enumerate(candidates.trial) if of == trial]
        rows.sort(key=lambda row: candidates.iteration[row])
        steps, falls, least = [], [], float("inf")
        for row in rows:
            if errors[row] < least:
                least = errors[row]
                steps.append(candidates.iteration[row])
                falls.append(least)
        steps.append(candidates.iteration[rows[-1]])
        falls.append(min(least, best.get(trial, least)))
        lowest.append(falls[-1])
        start.append(falls[min(1, len(falls) - 1)])
        table += [(trial, step, fall) for step, fall in zip(steps, falls, strict=True)]
        color = look.tokens.accent if trial == own else fade(look.tokens.ink_soft, 0.6)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"Trial {trial}",
                "x": steps,
                "y": falls,
                "line": {"shape": "hv", "width": 2.4 if trial == own else 1.4, "color": color},
                "hovertemplate": f"Trial {trial}: %{{y:.4f}} after %{{x:,}} candidates<extra></extra>",
                "showlegend": False,
            }
        )
    bottom, top = min(lowest), max(start)
    room = (top - bottom) * 0.08 or bottom * 0.05
    figure = make_figure(
        look,
        data,
        xaxis={"title": {"text": "Candidates tried"}, "fixedrange": True, "zeroline": False, "nticks": 6},
        yaxis={
            "title": {"text": "Best error so far (NRMSE)"},
            "range": [bottom - room, top + room],
            "fixedrange": True,
            "zeroline": False,
            "nticks": 5,
        },
    )
    note = (
        f"Each line is one trial: the same search from another start. Coloured: trial {own}, which the model was chosen "
        "from. The axis does not begin at nought."
    )
    numbers = Table(("Trial", "Candidates tried", "Best error so far (NRMSE)"), sorted(table))
    return Drawing("convergence", write_convergence(candidates), note, figure, HEIGHT, "figure_convergence", numbers)


def write_convergence(candidates: Candidates) -> str:
    """Did the search come to rest, and did its trials find the same?"""
    trials = candidates.trials
    if not trials:
        return "How the search went down"
    moving = [trial for trial in trials if not trial.settled]
    if len(trials) == 1:
        return "The only trial was still improving" if moving else "The only trial came to rest"
    if not moving:
        rest = "Both trials came to rest" if len(trials) == 2 else f"All {len(trials)} trials came to rest"
    else:
        rest = f"{len(moving)} of {len(trials)} trials were still improving"
    low, high = min(trial.best for trial in trials), max(trial.best for trial in trials)
    apart = high / low - 1.0 if low > 0 else 0.0
    together = "at nearly the same error" if apart <= CLOSE else f"up to {write_share(apart)} apart"
    return f"{rest}, {together}"


def write_trial(candidates: Candidates, place: int) -> str:
    """One trial in a sentence."""
    trial = candidates.trials[place]
    gain = trial.gain_in_last_fifth
    late = "nothing new in its last fifth" if gain < 0.0005 else f"{write_share(gain)} better in its last fifth"
    return f"best error {trial.best:.4f}, {late}" + ("" if trial.settled else ": more iterations may help")
