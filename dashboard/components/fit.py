"""How well the model explains the data: in words, then the measures."""

from __future__ import annotations

from dash import html

from dashboard.components.terms import term
from dashboard.figures.format import write_ratio, write_share
from dashboard.words import write_fit, write_fit_title, write_search, write_sentence
from mixline.messages import FitQuality, ModelSummary


def fit_panel(summary: ModelSummary) -> html.Section:
    rows = [
        html.Tr([html.Td(term(name, key)), html.Td(value, className="number")])
        for name, key, value in list_measures(summary.fit)
    ]
    return html.Section(
        [
            html.H2(write_fit_title(summary)),
            html.P(write_fit(summary), className="figure-note"),
            html.Table(html.Tbody(rows), className="plain-table fit-table"),
            html.Details(
                [
                    html.Summary("Why this model was chosen"),
                    html.P(write_sentence(summary.reason), className="small"),
                    html.P(f"{write_search(summary)}; ranges from {summary.draws:,} models.", className="figure-note"),
                ]
            ),
        ],
        className="panel",
    )


def list_measures(fit: FitQuality) -> list[tuple[str, str, str]]:
    """Name, glossary key and value of each measure that is there."""
    measures = [
        ("Explained variation (R²)", "r2", write_share(fit.r2)),
        ("Typical error (MAPE)", "mape", write_share(fit.mape)),
        ("Error to range (NRMSE)", "nrmse", f"{fit.nrmse:.3f}"),
    ]
    if fit.nrmse_validation is not None:
        measures.append(("Error on held-out periods", "nrmse_validation", f"{fit.nrmse_validation:.3f}"))
    measures.append(("Distance of effect from spend (RSSD)", "rssd", f"{fit.rssd:.3f}"))
    measures.append(("Pattern left in errors (Durbin-Watson)", "durbin_watson", write_ratio(fit.durbin_watson)))
    return measures
