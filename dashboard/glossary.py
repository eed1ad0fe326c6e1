"""What each number means, in the words shown when a person points at it. Every number on screen takes its words here."""

from __future__ import annotations

GLOSSARY: dict[str, str] = {
    "incremental": "What was earned because of paid marketing: the modelled outcome minus the outcome the model expects "
    "had nothing been spent.",
    "blended_roi": "Everything paid marketing brought, divided by everything it cost. 1.0 means a unit of money spent "
    "brought one back.",
    "marginal_roi": "What the next unit of money would bring if it were added to today's spend. Lower than the average "
    "ROI where a channel is near saturation.",
    "spend": "Paid media spend over the modelled period, as in the data set.",
    "contribution": "The part of the outcome the model ascribes to this term.",
    "roi": "Contribution divided by spend, over the modelled period.",
    "cpa": "Spend divided by the conversions it brought.",
    "share_of_spend": "The channel's part of all paid spend.",
    "share_of_effect": "The channel's part of everything paid marketing brought.",
    "range": "The true value lies in the range with this probability, if the model is right. Ranges come from many "
    "models that explain the data about equally well, not from one.",
    "baseline": "What would have been sold without marketing: level, trend, season and holidays.",
    "context": "Things that move the outcome and are not marketing: prices, competitors, weather.",
    "organic": "Media without spend: newsletters, own social posts.",
    "immediate": "The part of the effect that comes in the same period as the spend.",
    "carryover": "The part of the effect that comes in later periods.",
    "half_life": "The time after which half of the effect of spend has passed.",
    "saturation": "How much of the most this channel could ever bring is reached at today's mean spend.",
    "profitable": "How likely it is that the channel brought more than it cost, over the draws of the model.",
    "r2": "The part of the ups and downs of the outcome that the model explains. 100 % would be all of it.",
    "nrmse": "The model's typical error, divided by the distance between the best and the worst period.",
    "mape": "The model's mean error in per cent of the actual outcome.",
    "nrmse_validation": "The typical error in periods the model was not fitted on.",
    "rssd": "How far the shares of effect are from the shares of spend. Far is not wrong, but it needs a reason.",
    "durbin_watson": "Near 2 means the errors have no pattern over time. Below 1.2 something that moves slowly is missing.",
    "verdict": "The result of all checks of this model: trust it, use it with care, or do not use it.",
    "observed_maximum": "The highest spend the data can speak of. Beyond it the curve is drawn dashed: it is a guess.",
    "data_version": "The data set this model was fitted on. Its content is fixed for ever under this version.",
    "model_run": "The record of this fit: data, specification, seed, code and everything that was measured.",
    "as_of": "The last date in the data this model was fitted on.",
}
