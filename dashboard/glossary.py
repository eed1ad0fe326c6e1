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
    "durbin_watson": "Near 2 means the errors have no pattern over time. Below 1.5 something that moves slowly is missing.",
    "verdict": "The result of all checks of this model: trust it, use it with care, or do not use it.",
    "observed_maximum": "The highest spend the data can speak of: the highest mean of any quarter of a year. Single periods "
    "were higher, but do not tell what that much would bring if it went on. Beyond it the curve is a guess.",
    "data_version": "The data set this model was fitted on. Its content is fixed for ever under this version.",
    "model_run": "The record of this fit: data, specification, seed, code and everything that was measured.",
    "figure_waterfall": "From what would have been sold without marketing, each channel adds its contribution, until the "
    "whole modelled outcome is reached. The steps add up exactly. The whisker at the end of a step is its range.",
    "figure_next_money": "What a little more money would bring if it were added to one channel, at today's level of spend: "
    "the slope of that channel's response curve today, times the amount.",
    "figure_decomposition": "The modelled outcome of each period, taken apart into what brought it. Marketing's effect is "
    "counted when it comes, not when it was paid for. The line is what was really sold.",
    "figure_roi": "Contribution divided by spend. The words say how likely it is that a channel brought more than it cost, "
    "over the draws of the model: almost certainly is 99 % and more, very likely 90 %, probably 70 %; open lies between.",
    "figure_shares": "A channel whose dot lies right of its diamond brings more of the effect than its part of the money. That "
    "says nothing about the next unit of money: the return of it does.",
    "figure_quadrants": "Right of the line a channel earned more than it cost; above the line its next unit of money earns "
    "more than it costs. Scale: both. Hold: it earned, but more would not. Cut: neither. Fix: it did not earn, but more "
    "would: it may run below the level at which it starts to work.",
    "figure_causes": "Why the return differs between the two models. Spend and season: the earlier model, with the later "
    "spend. What new data say: memory and saturation learnt anew. Other settings: another question was asked. The rest is "
    "the uncertainty of the fit itself.",
    "figure_before_after": "What happened, and what the earlier and the later model say of it. Shaded: the periods that only "
    "the later model has seen.",
    "figure_builds": "What each model says the outcome was made of. The shares of a bar add up to 100 %.",
    "figure_stability": "How a channel's ROI goes from model to model. A return that jumps between models of nearly the same "
    "data is not known well.",
    "figure_candidates": "Every model the search tried and kept. Further left it misses the outcome by less; further down its "
    "channels' effects are nearer to their part of the money. No other is better in both than those on the line.",
    "figure_agreement": "What each good candidate says a channel returned. Where they lie close together the data speak "
    "clearly; where they lie apart, another experiment would help more than another model.",
    "figure_decay": "How the effect of money is spread over the time that follows. A line that falls at once is a channel "
    "that works while it runs; a slow one still works weeks after it was paid.",
    "figure_all_curves": "What each channel brings at each level of spend. Where a curve is steep the next euro brings much; "
    "where it is flat the channel is full. Beyond what was ever spent for a quarter it is the model's guess.",
    "figure_candidate": "What the candidate looked at says a channel returned, beside the one that was chosen. Both are "
    "single answers of the search, without ranges; what each says as a model stands below, with ranges.",
    "figure_candidate_as_model": "What every page would show if this candidate were made the model, beside what they show "
    "now. As models both also count lift studies and what is expected of a channel.",
    "figure_convergence": "The smallest error found so far, as the search went on. A line that still falls at its end has not "
    "come to rest; trials that end at the same height found the same.",
    "figure_backtest": "The model was fitted to the past alone and asked for what came next. The band is its own range: what "
    "came should lie in it nine times out of ten.",
    "figure_studies": "What an experiment measured, and what the model says of the same channels and weeks. Where the lines "
    "of both meet, they agree.",
    "figure_actual": "What happened, and what the model says of the same period. Where periods were held out, the model had "
    "not seen them.",
    "figure_residuals": "What happened minus what the model says. A large error often has a reason the model does not know: "
    "an event, a stock-out, a mistake in the data.",
    "figure_residual_size": "A good model errs about as much in strong periods as in weak ones; otherwise its ranges are too "
    "wide for the one and too narrow for the other.",
    "figure_autocorrelation": "Whether the error of one period tells something of the error some periods later. What is left "
    "of a good model is chance: bars within the dotted lines.",
    "figure_carryover": "Immediate effect comes in the period of the spend; carry-over comes later, as people remember.",
    "figure_curve": "What this channel brings per period at other levels of spend, all else as it was. The line is the mean "
    "over the draws of the model, the bands are its ranges. Below: what the next unit of money brings at each level.",
    "optimum": "Where this channel's spend would be if today's total were spread best over all channels, each within the "
    "limits the Planner starts from. It is the answer the Planner gives before anything is changed there.",
    "change": "Against the model before this one, of the same data set, country and goal. Money is per period, so that windows "
    "of different length can be compared.",
    "as_of": "The last date in the data this model was fitted on.",
    "figure_plan_change": "What each channel costs over the planned time: today's mean spend, and the plan's.",
    "figure_plan_bridge": "From the outcome of today's spend over the planned time to the outcome of the plan. Each step is "
    "what a channel brings more or less than it would at today's spend; the steps add up exactly.",
    "figure_plan_weeks": "When the planned money is spent. The line is today's spend at the same pace, without pauses.",
    "figure_plan_curve": "What the channel brings over the planned time at other spend, as the plan spreads it over time, with "
    "what earlier spend still brings. Dashed: more than was ever spent for a quarter, where the curve is a guess.",
    "figure_plan_compare": "What each saved plan brings more than today's spend, each found again from its own model.",
}
